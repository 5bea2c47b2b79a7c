"""Runs nianbao with one fault in it, as NIANBAO_TEST_FAULT (JSON) says. A program of the tests.

Worker processes import the main program again, so a fault can be made for them too:
  {"do": "kill", "at": "module:Class.function", "call": n, "when": "before" | "after"}
  {"do": "tear", "call": n, "members": m, "share": x}   kill when of a write to a WARC file m
                                      gzip members are done, and x (of 1) of the next
  {"do": "no_space", "call": n, "calls": k}  the disk is full for the k writes from the n-th
  {"do": "full_database", "file": name, "pages": n}   it may grow by n pages, then "disk is full"
  {"do": "clock", "seconds": n, "call": k}   the system's clock is off by n, from the k-th write
                                      to a WARC file on, from the start for 0
  {"do": "hasten", "times": n}        what a run counts as its minutes goes by so much faster
  {"do": "page", "url": suffix, "what": "hangs" | "dies" | "eats" | "raises"}   in workers
  {"do": "rule_off", "measure": name}  another extractor: its workers do not know a measure
  {"do": "no_worker", "what": "raises" | "dies" | "hangs"}   workers that cannot start
With "off": n beside any of them, the system's clock is off by n seconds from the start.
"""

from __future__ import annotations

import copyreg
import errno
import importlib
import itertools
import json
import os
import signal
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

FAULT: dict[str, Any] = json.loads(os.environ.get("NIANBAO_TEST_FAULT", "{}"))
IS_WORKER = __name__ == "__mp_main__"


def die() -> None:
    """As kill -9 from outside: nothing is flushed, nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def wrap(place: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replaces ``module:Class.function``; what imported the function by name gets it too."""
    module_name, _, path = place.partition(":")
    module = importlib.import_module(module_name)
    owner: Any = module
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    old = getattr(owner, name)
    new = make(old)
    setattr(owner, name, new)
    for other in list(sys.modules.values()):
        if not parents and getattr(other, name, None) is old:
            setattr(other, name, new)


def kill(old: Callable[..., Any]) -> Callable[..., Any]:
    """Dies at a call, before or after it did its work."""
    calls = itertools.count(1)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        now = next(calls) == FAULT["call"]
        if now and FAULT["when"] == "before":
            die()
        result = old(*args, **kwargs)
        if now:
            die()
        return result

    return wrapped


def tear(old: Callable[..., int]) -> Callable[..., int]:
    """Dies when a part of a write has been done."""
    calls = itertools.count(1)

    def pwrite(handle: int, octets: bytes, offset: int) -> int:
        if next(calls) == FAULT["call"]:
            old(handle, bytes(octets)[: torn_at(bytes(octets))], offset)
            die()
        return old(handle, octets, offset)

    return pwrite


def torn_at(octets: bytes) -> int:
    """The length of what is still written."""
    ends = [0]
    while ends[-1] < len(octets):
        member = zlib.decompressobj(wbits=31)
        member.decompress(octets[ends[-1] :])
        ends.append(len(octets) - len(member.unused_data))
    begin = ends[min(FAULT["members"], len(ends) - 2)]
    end = ends[ends.index(begin) + 1]
    return begin + int((end - begin) * FAULT["share"])


def no_space(old: Callable[..., int]) -> Callable[..., int]:
    """A full disk takes half of a write, then refuses, until there is room again."""
    calls = itertools.count(1)

    def pwrite(handle: int, octets: bytes, offset: int) -> int:
        number = next(calls)
        if number == FAULT["call"]:
            return old(handle, bytes(octets)[: len(octets) // 2], offset)
        if FAULT["call"] < number <= FAULT["call"] + FAULT["calls"]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return old(handle, octets, offset)

    return pwrite


class _OwnOs:
    """``os`` for one module, with a pwrite of ours."""

    def __init__(self, make: Callable[[Callable[..., int]], Callable[..., int]]) -> None:
        self.pwrite = make(os.pwrite)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


def full_database(old: Callable[..., Any]) -> Callable[..., Any]:
    """Lets one database grow by a few pages only, once its file is there or some statements have
    been made: then SQLite's own "database or disk is full".
    """

    def connect_database(path: Any, *args: Any, **kwargs: Any) -> Any:
        db = old(path, *args, **kwargs)
        if path is not None and path.name == FAULT["file"] and not kwargs.get("read_only"):
            fill_up(db)
        return db

    return connect_database


def fill_up(db: Any) -> None:
    """Every page is used up, so that the next row that needs room finds none."""
    db.execute("PRAGMA auto_vacuum = NONE")
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages + FAULT['pages']}")


def made_again(text: str) -> Any:
    """A time that was sent to a worker, or came from it."""
    return sys.modules["datetime"].datetime.fromisoformat(text)


class Offset:
    """Seconds that the wall clock is off."""

    seconds = FAULT.get("off", 0.0 if FAULT.get("call") else FAULT.get("seconds", 0.0))

    def count(self, old: Callable[..., int]) -> Callable[..., int]:
        """Sets the clock at a write."""
        calls = itertools.count(1)

        def pwrite(handle: int, octets: bytes, offset: int) -> int:
            if next(calls) == FAULT["call"]:
                Offset.seconds = FAULT["seconds"]
            return old(handle, octets, offset)

        return pwrite


def shift_clock() -> None:
    """Before anything of ours is imported: every reading of the wall clock is off."""
    import datetime as module

    with suppress(ImportError):  # its own datetime is made from the real one
        importlib.import_module("pandas")

    real, real_time = module.datetime, time.time
    off = Offset()

    class _Meta(type):
        def __instancecheck__(cls, one: object) -> bool:
            if cls is datetime:
                return isinstance(one, real)
            return super().__instancecheck__(one)  # a library's own subclass

    class datetime(real, metaclass=_Meta):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real.fromtimestamp(real_time() + off.seconds, tz)

        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return real(*args, **kwargs) if cls is datetime else real.__new__(cls, *args, **kwargs)

    copyreg.pickle(real, lambda moment: (made_again, (moment.isoformat(),)))
    module.datetime = datetime  # type: ignore[misc]
    time.time = lambda: real_time() + off.seconds
    if FAULT["do"] == "clock" and FAULT.get("call") and not IS_WORKER:
        importlib.import_module("archive.warc_file").os = _OwnOs(off.count)  # type: ignore[attr-defined]


def misbehave(old: Callable[..., Any]) -> Callable[..., Any]:
    """Reading one page ends badly; all others are read as ever."""

    def read_capture(capture: Any, *more: Any, **named: Any) -> Any:
        if capture.request.url.endswith(FAULT["url"]):
            what = FAULT["what"]
            if what == "hangs":
                time.sleep(600)
            if what == "dies":
                os._exit(11)
            if what == "raises":
                raise RuntimeError("a fault of the reader's")
            hoard = [bytearray(1 << 26) for _ in range(1 << 10)]
            assert hoard
        return old(capture, *more, **named)

    return read_capture


def forget(old: Callable[..., Any]) -> Callable[..., Any]:
    """The rules of one measure find nothing."""

    def matches(rule: Any, *more: Any) -> Any:
        return iter(()) if FAULT["measure"] in rule.measures else old(rule, *more)

    return matches


def never_start() -> None:
    """A worker whose program cannot be started."""
    if FAULT["what"] == "hangs":
        time.sleep(600)
    if FAULT["what"] == "dies":
        os._exit(3)
    raise ImportError("no module named lxml (a test's fault)")


def prepare() -> None:
    """Makes the fault, in the process that it is for."""
    do = FAULT.get("do")
    if do == "clock" or "off" in FAULT:
        shift_clock()
    if do == "page" and IS_WORKER:
        wrap("extract.pipeline:read_capture", misbehave)
    elif do == "rule_off" and IS_WORKER:
        wrap("extract.figures:_matches", forget)
    elif do == "no_worker" and IS_WORKER:
        never_start()
    elif IS_WORKER:
        return
    elif do == "kill":
        for name in ("crawler.cli", "crawler.run", "archive.rebuild", "archive.cdxj_files"):
            importlib.import_module(name)
        wrap(FAULT["at"], kill)
    elif do == "hasten":
        module = importlib.import_module("crawler.feeding")
        module.monotonic = lambda: time.monotonic() * FAULT["times"]  # type: ignore[attr-defined]
    elif do in ("tear", "no_space"):
        module = importlib.import_module("archive.warc_file")
        module.os = _OwnOs(tear if do == "tear" else no_space)  # type: ignore[attr-defined]
    elif do == "full_database":
        importlib.import_module("crawler.run")
        wrap("archive.database:connect_database", full_database)
    if do == "page" and FAULT.get("seconds"):
        importlib.import_module("extract.workers").SECONDS_A_PAGE = FAULT["seconds"]  # type: ignore[attr-defined]


prepare()

if __name__ == "__main__":
    from crawler.cli import main

    main()
