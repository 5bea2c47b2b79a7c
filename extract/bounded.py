"""Reading in a process of its own, bounded in time and memory.

What reads PDF and office files is given hostile ones: nested a million deep, built to take hours,
or to crash a C library. The reader runs in a fork (what is loaded stays loaded: a few milliseconds)
and whatever becomes of it has a name, so that the worker and its other captures go on.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import pickle
import resource
import select
import signal
import time
from collections.abc import Callable
from typing import NoReturn, TypeVar

from extract.errors import Undecodable, UndecodableReason
from extract.sentences import say

CPU_SECONDS = 15
"""Processor time of one file; the longest real report read takes about one second."""

WALL_SECONDS = 25.0
"""Time of one file: below the worker's own limit, so that the reason is named here."""

MEMORY_BYTES = 1024**3
"""Address space beside what the process has already; a report of 40 pages needs 60 MiB."""

RESULT_LIMIT = 64 * 1024 * 1024
"""Bytes of what is handed back; a report has about 100 kB."""

_PAGE = resource.getpagesize()
_PR_SET_PDEATHSIG = 1
_STEP = 1 << 16

T = TypeVar("T")


def bounded(read: Callable[[], T], *, what: str, seconds: float | None = None) -> T:
    """What ``read`` returns (it must pickle), computed in a fork within the limits above.

    ``what`` names the file in messages; ``seconds`` is for less time than WALL_SECONDS. Raises
    Undecodable: as ``read`` does, or TOO_SLOW, TOO_LARGE (memory, or what it says), CRASHED, or
    DAMAGED where ``read`` raised anything else.
    """
    receiving, sending = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _answer(read, sending, parent)
    os.close(sending)
    answer: bytes | Undecodable | None = None
    try:
        answer = _received(receiving, what, WALL_SECONDS if seconds is None else seconds)
    finally:
        os.close(receiving)
        status = _ended(child, now=not isinstance(answer, bytes))
    if not isinstance(answer, bytes):
        raise answer
    if status != 0:
        raise _failure(status, what)
    sound, value = pickle.loads(answer)  # noqa: S301 - written by our own fork
    if not sound:
        text, reason = value
        raise Undecodable(f"{what} {text}", reason=UndecodableReason(reason))
    result: T = value
    return result


def _answer(read: Callable[[], object], sending: int, parent: int) -> NoReturn:
    """The child's whole life: reads, answers, ends without the parent's clean-up."""
    status = 1
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            _limit()
            # the libraries warn of every oddity of a file; what matters of it is in the outcome
            logging.disable(logging.CRITICAL)
            answer = _packed(read)
            with open(sending, "wb") as stream:
                stream.write(answer)
            status = 0
    finally:
        # also for what is no Exception: a panic of Rust
        os._exit(status)


def _limit() -> None:
    with open("/proc/self/statm", encoding="ascii") as stream:  # noqa: PTH123 - no path of ours
        now = int(stream.read().split()[0]) * _PAGE
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    memory = now + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (memory if hard < 0 else min(memory, hard), hard))
    spent = int(time.process_time()) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, spent + CPU_SECONDS + 1))


def _packed(read: Callable[[], object]) -> bytes:
    try:
        return pickle.dumps((True, read()))
    except Undecodable as error:
        return pickle.dumps((False, (str(error), error.reason.value)))
    except MemoryError:
        text, reason = say("needs_memory"), UndecodableReason.TOO_LARGE
    except RecursionError:
        text, reason = say("nested_too_deeply"), UndecodableReason.TOO_DEEP
    except Exception as error:  # noqa: BLE001 - the libraries raise anything for a damaged file
        text, reason = (
            say("is_damaged", error=f"{type(error).__name__}: {error!s:.200}"),
            UndecodableReason.DAMAGED,
        )
    return pickle.dumps((False, (text, reason.value)))


def _received(receiving: int, what: str, seconds: float) -> bytes | Undecodable:
    """All that the child writes until it ends, or why it was not waited for."""
    answer = bytearray()
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if not select.select([receiving], [], [], left)[0]:
            break
        piece = os.read(receiving, _STEP)
        if not piece:
            return bytes(answer)
        answer += piece
        if len(answer) > RESULT_LIMIT:
            text = f"{what} {say('holds_too_much', limit=RESULT_LIMIT)}"
            return Undecodable(text, reason=UndecodableReason.TOO_LARGE)
    return _too_slow(what, seconds)


def _ended(child: int, *, now: bool) -> int:
    """The child's wait status. With ``now`` it is ended, whatever it does."""
    if now:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _failure(status: int, what: str) -> Undecodable:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return _too_slow(what, WALL_SECONDS)
    how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"status {status >> 8}"
    text = "; ".join([f"{what} {say('ended_its_reader', how=how)}", say("look_by_hand")])
    return Undecodable(text, reason=UndecodableReason.CRASHED)


def _too_slow(what: str, seconds: float) -> Undecodable:
    said = say("takes_too_long", cpu=CPU_SECONDS, seconds=f"{seconds:.0f}")
    text = "; ".join([f"{what} {said}", say("look_by_hand")])
    return Undecodable(text, reason=UndecodableReason.TOO_SLOW)
