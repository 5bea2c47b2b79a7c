"""WACZ packages taken in: their WARC files as if each had been given; whatever is wrong with one is
refused by the name of package and member, and nothing is stored.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from loose_samples import ARC_HEAD, BLOCK, arc_record, record_id, warc_record

from archive import package, zip_members
from archive.errors import NotImportable
from archive.folder import DataFolder
from archive.importable import packing_of
from archive.importing import import_file
from archive.index import ArchiveIndex
from archive.package import is_package, open_package
from archive.package_import import check_package, import_package
from archive.rebuild import IndexingReport
from archive.verify import verify

MEMBERS = {
    "archive/a.warc.gz": gzip.compress(warc_record(1), mtime=0),
    "archive/b.warc": warc_record(2) + warc_record(3, BLOCK + b"x"),
    "archive/c.arc": ARC_HEAD + arc_record(),
    "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n',
}


def described(members: dict[str, bytes]) -> dict[str, Any]:
    """What datapackage.json says of members."""
    return {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "resources": [
            {
                "path": name,
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "bytes": len(content),
            }
            for name, content in members.items()
        ],
    }


def packed(
    path: Path,
    members: dict[str, bytes] = MEMBERS,
    *,
    manifest: object = None,
    more: Callable[[zipfile.ZipFile], None] = lambda file: None,
) -> Path:
    """A package of members; ``manifest`` is its datapackage.json where that is not the right one,
    ``more`` adds to it what its manifest does not know.
    """
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
        text = manifest if isinstance(manifest, str) else json.dumps(manifest or described(members))
        if text:
            file.writestr("datapackage.json", text)
        more(file)
    return path


def taken(path: Path, data: Path) -> list[str]:
    """Ids of what the archive has of a package."""
    folder = DataFolder(data)
    folder.prepare()
    check_package(path)
    with ArchiveIndex.open(folder.archive_db) as index:
        list(import_package(folder, index, path, report=IndexingReport()))
        return sorted(row.pointer.record_id for row in index.iter_captures())


def test_the_warcs_of_a_package_are_taken_in(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.wacz")
    assert is_package(path)
    ids = taken(path, tmp_path / "data")
    assert len(ids) == 4
    assert {record_id(n) for n in (1, 2, 3)} < set(ids), "of WARC; that of ARC is made"
    assert taken(path, tmp_path / "data") == ids, "twice"
    assert verify(DataFolder(tmp_path / "data")).is_sound
    names = [p.name for p in (tmp_path / "data/warc/imported").iterdir()]
    assert len(names) == 3, "each once, and nothing left"
    digest = hashlib.sha256(MEMBERS["archive/a.warc.gz"]).hexdigest()
    assert f"{digest}-a.warc.gz" in names, "as if it had been given by itself"


def test_a_package_and_its_warcs_alone_are_the_same(tmp_path: Path) -> None:
    taken(packed(tmp_path / "a.wacz"), tmp_path / "data")
    folder = DataFolder(tmp_path / "data")
    for name, content in MEMBERS.items():
        if name.startswith("archive/"):
            file = tmp_path / name.rpartition("/")[2]
            file.write_bytes(content)
            with ArchiveIndex.open(folder.archive_db) as index:
                report = IndexingReport()
                alone = import_file(folder, index, file, packing=packing_of(file), report=report)
            assert alone.was_there, name


def test_an_office_document_is_no_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as file:
        file.writestr("word/document.xml", "<w/>")
    assert not is_package(tmp_path / "a.docx")
    assert is_package(packed(tmp_path / "named_otherwise.zip"))


def _link(file: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("archive/link.warc.gz")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    file.writestr(info, "/etc/passwd")


def _named(name: str) -> Callable[[zipfile.ZipFile], None]:
    def add(file: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("placeholder")
        info.filename = name  # ZipInfo's own constructor cleans it
        file.writestr(info, b"x")

    return add


def _twice(file: zipfile.ZipFile) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("archive/b.warc", b"x")


def _otherwise(file: zipfile.ZipFile) -> None:
    file.writestr("archive/x.warc", b"x", compress_type=zipfile.ZIP_LZMA)


def changed(**values: object) -> dict[str, Any]:
    """The manifest with the first resource changed; a value of None takes it away."""
    manifest = described(MEMBERS)
    first = {**manifest["resources"][0], **values}
    manifest["resources"][0] = {key: val for key, val in first.items() if val is not None}
    return manifest


WRONG = {
    "slip": ({"more": _named("archive/../../x.warc.gz")}, "archive/../../x.warc.gz"),
    "absolute": ({"more": _named("/etc/x.warc.gz")}, "/etc/x.warc.gz"),
    "drive": ({"more": _named("C:/x.warc.gz")}, "C:/x.warc.gz"),
    "backslash": ({"more": _named("archive\\x.warc.gz")}, "x.warc.gz"),
    "control": ({"more": _named("archive/\x1bx")}, "cannot be printed"),
    "link": ({"more": _link}, "archive/link.warc.gz"),
    "twice": ({"more": _twice}, "archive/b.warc is the same name"),
    "packing": ({"more": _otherwise}, "archive/x.warc"),
    "unnamed": ({"more": _named("archive/x.warc.gz")}, "not named in datapackage.json"),
    "wrong hash": ({"manifest": changed(hash=f"sha256:{'0' * 64}")}, "archive/a.warc.gz"),
    "wrong length": ({"manifest": changed(bytes=7)}, "archive/a.warc.gz"),
    "no hash": ({"manifest": changed(hash=None)}, "says no hash"),
    "odd hash": ({"manifest": changed(hash="crc32:00")}, "says no hash"),
    "no path": ({"manifest": changed(path=None)}, "without path"),
    "missing": (
        {"manifest": described({**MEMBERS, "archive/gone.warc.gz": b""})},
        "archive/gone.warc.gz' is named",
    ),
    "no manifest": ({"manifest": ""}, ""),
    "no JSON": ({"manifest": "{"}, "datapackage.json' is no JSON"),
    "nested JSON": ({"manifest": "[" * 100_000}, "datapackage.json' is no JSON"),
    "list": ({"manifest": "[]"}, "no JSON object"),
    "no resources": ({"manifest": {"profile": "data-package"}}, "no list of resources"),
    "packages": ({"manifest": {"profile": "multi-wacz-package"}}, "holds packages"),
    "no WARC": ({"members": {"pages/pages.jsonl": b"{}\n"}}, "holds no WARC file"),
    "HTML": ({"members": {"archive/a.warc.gz": b"<html>"}}, "archive/a.warc.gz"),
    "torn": (
        {"members": {"archive/t.warc.gz": gzip.compress(warc_record(9), mtime=0)[:-40]}},
        "archive/t.warc.gz",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_refused_by_name(what: str, tmp_path: Path) -> None:
    arguments, said = WRONG[what]
    arguments = dict(arguments)
    if arguments.get("manifest") == "":
        with zipfile.ZipFile(tmp_path / "bad.wacz", "w") as file:
            file.writestr("archive/a.warc.gz", MEMBERS["archive/a.warc.gz"])
        said = "has no datapackage.json"
    else:
        packed(tmp_path / "bad.wacz", arguments.pop("members", MEMBERS), **arguments)
    with pytest.raises(NotImportable) as told:
        taken(tmp_path / "bad.wacz", tmp_path / "data")
    assert "bad.wacz" in str(told.value), "which package"
    assert said in str(told.value), "what of it"
    assert not list((tmp_path / "data").rglob("*.gz")), "nothing stored"
    assert not list((tmp_path / "data").rglob("*.tmp")), "and nothing left"


def test_a_signed_manifest_that_was_changed(tmp_path: Path) -> None:
    def signed(file: zipfile.ZipFile) -> None:
        digest = {"path": "datapackage.json", "hash": f"sha256:{'1' * 64}"}
        file.writestr("datapackage-digest.json", json.dumps(digest))

    path = packed(tmp_path / "a.wacz", more=signed)
    with pytest.raises(NotImportable, match=r"datapackage\.json' does not have the hash"):
        check_package(path)


def test_an_encrypted_member(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.wacz")
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")  # the directory's last entry
    content[place + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(NotImportable, match="is encrypted"):
        check_package(path)


def test_a_torn_package(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.wacz")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(NotImportable, match="no zip file"):
        check_package(path)


def test_bytes_changed_inside(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.wacz")
    content = bytearray(path.read_bytes())
    content[content.index(MEMBERS["archive/b.warc"]) + 30] ^= 1
    path.write_bytes(content)
    with pytest.raises(NotImportable, match=r"archive/b\.warc' cannot be read"):
        check_package(path)


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LEAST_LIMIT", 10_000_000)

    def deflated(file: zipfile.ZipFile) -> None:
        file.writestr("archive/x.warc", b"\0" * 20_000_000, compress_type=zipfile.ZIP_DEFLATED)

    with pytest.raises(NotImportable, match="as bombs do"):
        check_package(packed(tmp_path / "a.wacz", more=deflated))
    many = {f"archive/{number}.warc": b"" for number in range(50)}
    monkeypatch.setattr(package, "MOST_MEMBERS", 40)
    with pytest.raises(NotImportable, match="51 members"):
        check_package(packed(tmp_path / "b.wacz", many))


def test_a_list_of_members_that_would_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "a.wacz")
    monkeypatch.setattr(zip_members, "MOST_DIRECTORY_BYTES", 200)
    with pytest.raises(NotImportable, match=r"its directory would have \d+ bytes"):
        check_package(path)
    assert is_package(path.rename(tmp_path / "a.zip")), "so that it is refused as one"


def test_members_that_share_their_bytes(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.wacz", {"archive/big.warc": b"\0" * 5000})
    with zipfile.ZipFile(path, "a") as file:
        first = file.infolist()[0]
        for number in range(5):
            other = zipfile.ZipInfo(f"archive/{number}.warc")
            for name in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
                setattr(other, name, getattr(first, name))
            file.filelist.append(other)
        file._didModify = True
    with pytest.raises(NotImportable, match="header and the directory differ"), open_package(path):
        pass


def test_a_stop_half_way_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    left = tmp_path / "data/warc/imported/package.tmp"
    left.mkdir(parents=True)
    (left / "0.warc").write_bytes(b"half")
    taken(packed(tmp_path / "a.wacz"), tmp_path / "data")
    assert not left.exists()
