"""Every rule of a package has something that breaks it, and a sound one breaks none."""

from __future__ import annotations

import gzip
import hashlib
import json
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from archive_samples import NOT_MODIFIED, PAGE_A, URL, Archive, chunked
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packages import pack
from wacz_drafts import DATA, LIST, PAGES, WARC, Draft

from archive.wacz_check import check_package
from archive.wacz_rules import SHOWN, WaczRule

Spoil = Callable[[Draft], None]
NO_WARC = (WaczRule.MISSING_MEMBER, WaczRule.LINE_OPENS_NOTHING)
CASES: dict[str, tuple[Spoil, frozenset[WaczRule]]] = {}


def case(*rules: WaczRule) -> Callable[[Spoil], Spoil]:
    """A package spoiled so breaks the first rule, and the others by that, and none else."""

    def take(spoil: Spoil) -> Spoil:
        CASES[spoil.__name__] = (spoil, frozenset(rules))
        return spoil

    return take


def name_case(name: str, value: str, rule: WaczRule) -> None:
    def spoil(draft: Draft) -> None:
        draft.added.append((value, b"x"))

    CASES[name] = (spoil, frozenset({rule}))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package with a response, its revisits, a 304, a chunked answer and a POST."""
    folder = tmp_path_factory.mktemp("sound")
    archive = Archive(folder / "data")
    archive.add(PAGE_A)
    archive.add(PAGE_A)
    archive.add(NOT_MODIFIED)
    archive.add(chunked(b"abc", b"defg"), url=URL + "?chunked")
    archive.add_post(b"page=2", b"application/x-www-form-urlencoded")
    pack(archive, folder / "sound.wacz")
    archive.close()
    return folder / "sound.wacz"


def found(path: Path) -> set[WaczRule]:
    return {finding.rule for finding in check_package(path).findings}


def test_a_sound_package(sound: Path, tmp_path: Path) -> None:
    report = check_package(sound)
    assert report.lines() == [
        "checked 7 members, 16 records, 5 index lines and 4 pages: 0 findings"
    ]
    assert found(Draft.of(sound).write(tmp_path)) == set(), "put together again"


# -- the ZIP file --------------------------------------------------------------------------------


@case(WaczRule.NOT_A_PACKAGE)
def named_zip(draft: Draft) -> None:
    draft.name = "draft.zip"


@case(WaczRule.NOT_A_PACKAGE)
def torn(draft: Draft) -> None:
    draft.finish = lambda content: content[:-40]


@case(WaczRule.NOT_A_PACKAGE)
def no_zip(draft: Draft) -> None:
    draft.finish = lambda content: b"<html>404</html>"


@case(WaczRule.NOT_A_PACKAGE)
def directory_too_long(draft: Draft) -> None:
    draft.finish = lambda content: content[:-10] + struct.pack("<I", 1 << 30) + content[-6:]


for number, name in enumerate(
    [
        "../evil",
        "/etc/evil",
        "a\\..\\evil",
        "C:evil",
        "corpus//evil",
        "corpus/./evil",
        "\x1b[2J",
        "..",
        "corpus/\u202egpj.exe",
    ]
):
    name_case(f"unsafe_name_{number}", name, WaczRule.UNSAFE_NAME)
name_case("long_name", "corpus/" + "x" * 2000, WaczRule.UNSAFE_NAME)
name_case("other_case", "Corpus/Places.jsonl", WaczRule.SAME_NAME)
name_case("file_as_folder", "corpus/places.jsonl/x", WaczRule.SAME_NAME)


@case(WaczRule.SAME_NAME)
def other_form_of_unicode(draft: Draft) -> None:
    draft.added += [("corpus/caf\u00e9", b"x"), ("corpus/cafe\u0301", b"x")]


@case(WaczRule.UNSAFE_NAME)
def name_with_nul(draft: Draft) -> None:
    draft.added.append(("corpus/x?evil", b"x"))
    draft.finish = lambda content: content.replace(b"corpus/x?evil", b"corpus/x\0evil")


@case(WaczRule.LINK)
def symbolic_link(draft: Draft) -> None:
    info = zipfile.ZipInfo("corpus/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    draft.added.append((info, b"/etc/passwd"))


@case(WaczRule.OVERLAP, WaczRule.RESOURCE_MISSING)
def member_inside_another(draft: Draft) -> None:
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w") as package:
        package.writestr("corpus/inner.bin", b"inside")
    draft.members["corpus/outer.bin"] = inner.getvalue()

    def nest(package: zipfile.ZipFile) -> None:
        outer = package.getinfo("corpus/outer.bin")
        info = zipfile.ZipInfo("corpus/inner.bin")
        info.header_offset = outer.header_offset + 30 + len(outer.filename)
        info.file_size = info.compress_size = len(b"inside")
        info.CRC = zlib.crc32(b"inside")
        package.filelist.append(info)

    draft.method["corpus/outer.bin"] = zipfile.ZIP_STORED
    draft.directory = nest


@case(WaczRule.ENCRYPTED)
def encrypted(draft: Draft) -> None:
    draft.added.append(("corpus/secret", b"x"))

    def mark(package: zipfile.ZipFile) -> None:
        package.getinfo("corpus/secret").flag_bits |= 1

    draft.directory = mark


@case(WaczRule.TOO_LARGE)
def unpacks_to_more_than_is_read(draft: Draft) -> None:
    def lie(package: zipfile.ZipFile) -> None:
        package.getinfo("corpus/places.jsonl").file_size = 1 << 33

    draft.directory = lie


@case(WaczRule.TOO_LARGE)
def bomb_for_a_manifest(draft: Draft) -> None:
    draft.set_manifest(b" " * (17 << 20) + draft.members["datapackage.json"])


@case(WaczRule.TOO_LARGE)
def line_of_a_page_without_end(draft: Draft) -> None:
    draft.members[PAGES] += b'{"url": "' + b"x" * (18 << 20)


@case(WaczRule.TOO_LARGE)
def bomb_for_a_list(draft: Draft) -> None:
    draft.members[LIST] += b"\n" * (17 << 20)


@case(WaczRule.DAMAGED_MEMBER)
def other_bytes_than_its_checksum(draft: Draft) -> None:
    draft.members["corpus/places.jsonl"] = b"[1, 2, 3]\n"
    draft.method["corpus/places.jsonl"] = zipfile.ZIP_STORED
    draft.finish = lambda content: content.replace(b"[1, 2, 3]", b"[1, 2, 4]")


@case(WaczRule.DAMAGED_MEMBER)
def patched_data(draft: Draft) -> None:
    def mark(package: zipfile.ZipFile) -> None:
        package.getinfo("corpus/places.jsonl").flag_bits |= 0x20  # no reader knows how

    draft.directory = mark


@case(WaczRule.DAMAGED_MEMBER, WaczRule.RESOURCE_MISSING)
def header_before_the_file(draft: Draft) -> None:
    def mark(package: zipfile.ZipFile) -> None:
        package.getinfo("corpus/places.jsonl").header_offset = 2**31

    draft.directory = mark


@case(WaczRule.DAMAGED_MEMBER, WaczRule.RESOURCE_MISSING)
def header_of_another_name(draft: Draft) -> None:
    old, new = b"corpus/places.jsonl", b"corpus/PLACES.jsonl"
    draft.finish = lambda content: content.replace(old, new, 1)


@case(WaczRule.DAMAGED_MEMBER, WaczRule.RESOURCE_MISSING, *NO_WARC)
def stored_with_two_sizes(draft: Draft) -> None:
    def lie(package: zipfile.ZipFile) -> None:
        package.getinfo(WARC).file_size += 5

    draft.directory = lie


@case(WaczRule.PACKED_MEMBER, WaczRule.LINE_OPENS_NOTHING)
def packed_warc(draft: Draft) -> None:
    draft.method[WARC] = zipfile.ZIP_DEFLATED


@case(WaczRule.PACKED_MEMBER, WaczRule.NOT_INDEXED, WaczRule.PAGE_WITHOUT_CAPTURE)
def packed_index(draft: Draft) -> None:
    draft.method[DATA] = zipfile.ZIP_DEFLATED


@case(WaczRule.PACKED_MEMBER, WaczRule.RESOURCE_MISSING)
def packed_by_another_method(draft: Draft) -> None:
    draft.method["corpus/places.jsonl"] = zipfile.ZIP_BZIP2


# -- members and manifest ------------------------------------------------------------------------


@case(WaczRule.MISSING_MEMBER)
def no_manifest(draft: Draft) -> None:
    del draft.members["datapackage.json"]


@case(WaczRule.MISSING_MEMBER)
def no_manifest_digest(draft: Draft) -> None:
    del draft.members["datapackage-digest.json"]


@case(WaczRule.MISSING_MEMBER)
def no_pages(draft: Draft) -> None:
    del draft.members[PAGES]


@case(*NO_WARC)
def no_warc(draft: Draft) -> None:
    del draft.members[WARC]


@case(
    WaczRule.MISSING_MEMBER,
    WaczRule.INDEX_LIST,
    WaczRule.NOT_INDEXED,
    WaczRule.PAGE_WITHOUT_CAPTURE,
)
def no_index(draft: Draft) -> None:
    del draft.members[DATA]


@case(WaczRule.FOREIGN_MEMBER)
def text_beside_the_warc_files(draft: Draft) -> None:
    draft.members["archive/readme.txt"] = b"read me"


@case(WaczRule.FOREIGN_MEMBER)
def warc_in_a_folder_of_its_own(draft: Draft) -> None:
    draft.members["archive/more/x.warc.gz"] = draft.members[WARC]


@case(WaczRule.FOREIGN_MEMBER)
def text_beside_the_pages(draft: Draft) -> None:
    draft.members["pages/readme.txt"] = b"read me"


@case(WaczRule.FOREIGN_MEMBER)
def text_beside_the_index(draft: Draft) -> None:
    draft.members["indexes/readme.txt"] = b"read me"


@case(WaczRule.MANIFEST)
def manifest_is_no_json(draft: Draft) -> None:
    draft.set_manifest(b"{")


@case(WaczRule.MANIFEST)
def manifest_without_end(draft: Draft) -> None:
    draft.set_manifest(b"[" * 100_000)


@case(WaczRule.MANIFEST)
def manifest_of_another_profile(draft: Draft) -> None:
    draft.say(profile="tabular-data-package")


@case(WaczRule.MANIFEST, WaczRule.UNLISTED)
def manifest_without_resources(draft: Draft) -> None:
    draft.say(resources={})


@case(WaczRule.MANIFEST, WaczRule.UNLISTED)
def resource_without_hash(draft: Draft) -> None:
    draft.resource(0, hash=None)


@case(WaczRule.MANIFEST, WaczRule.UNLISTED)
def resource_of_unknown_hash(draft: Draft) -> None:
    draft.resource(0, hash="crc32:00000000")


@case(WaczRule.MANIFEST, WaczRule.UNLISTED)
def resource_whose_size_is_text(draft: Draft) -> None:
    draft.resource(0, bytes="12")


@case(WaczRule.MANIFEST)
def two_resources_of_one_name(draft: Draft) -> None:
    draft.relist()
    draft.resource(0, name=draft.manifest()["resources"][1]["name"])


@case(WaczRule.MANIFEST)
def created_at_no_time(draft: Draft) -> None:
    draft.say(created="yesterday")


@case(WaczRule.MANIFEST)
def title_is_no_text(draft: Draft) -> None:
    draft.say(title=["年报"])


@case(WaczRule.VERSION)
def other_version(draft: Draft) -> None:
    draft.say(wacz_version="1.0.0")


@case(WaczRule.UNLISTED)
def unlisted_member(draft: Draft) -> None:
    draft.added.append(("corpus/more.jsonl", b"{}\n"))


@case(WaczRule.RESOURCE_MISSING)
def listed_and_not_there(draft: Draft) -> None:
    draft.relist()
    del draft.members["corpus/places.jsonl"]


@case(WaczRule.WRONG_SIZE)
def wrong_size(draft: Draft) -> None:
    draft.resource(0, bytes=1)


@case(WaczRule.WRONG_HASH)
def wrong_hash(draft: Draft) -> None:
    draft.resource(0, hash="sha256:" + "0" * 64)


@case(WaczRule.WRONG_HASH)
def wrong_hash_of_unnamed_kind(draft: Draft) -> None:
    draft.resource(0, hash="0" * 32)


@case(WaczRule.MANIFEST_DIGEST)
def digest_of_another_manifest(draft: Draft) -> None:
    draft.relist()
    draft.members["datapackage.json"] += b"\n"


@case(WaczRule.MANIFEST_DIGEST)
def digest_of_another_file(draft: Draft) -> None:
    draft.relist()
    said = json.loads(draft.members["datapackage-digest.json"]) | {"path": "pages/pages.jsonl"}
    draft.members["datapackage-digest.json"] = json.dumps(said).encode()


# -- pages ---------------------------------------------------------------------------------------


@case(WaczRule.PAGE_LIST)
def pages_without_header(draft: Draft) -> None:
    draft.set_pages(draft.pages()[1:])


@case(WaczRule.PAGE_LIST)
def pages_of_another_format(draft: Draft) -> None:
    header, *pages = draft.pages()
    draft.set_pages([header | {"format": "json-pages-9"}, *pages])


@case(WaczRule.PAGE_LIST)
def pages_without_a_line(draft: Draft) -> None:
    draft.members[PAGES] = b""


@case(WaczRule.PAGE_LIST)
def texts_that_the_header_denies(draft: Draft) -> None:
    header, *pages = draft.pages()
    draft.set_pages([header | {"hasText": False}, *pages])


@case(WaczRule.PAGE_LIST)
def page_that_is_no_object(draft: Draft) -> None:
    draft.set_pages([*draft.pages(), "page"])


@case(WaczRule.PAGE_LIST)
def page_without_time(draft: Draft) -> None:
    header, page, *pages = draft.pages()
    draft.set_pages([header, page | {"ts": "20260301080001"}, *pages])


@case(WaczRule.PAGE_LIST)
def page_without_address(draft: Draft) -> None:
    header, page, *pages = draft.pages()
    draft.set_pages([header, page | {"url": ""}, *pages])


@case(WaczRule.PAGE_LIST)
def page_whose_text_is_a_list(draft: Draft) -> None:
    header, page, *pages = draft.pages()
    draft.set_pages([header, page | {"text": []}, *pages])


@case(WaczRule.PAGE_LIST)
def two_pages_of_one_id(draft: Draft) -> None:
    header, page, *pages = draft.pages()
    draft.set_pages([header, page, page, *pages])


@case(WaczRule.PAGE_WITHOUT_CAPTURE)
def page_a_second_later(draft: Draft) -> None:
    header, page, *pages = draft.pages()
    draft.set_pages([header, page | {"ts": "2026-03-01T08:00:59Z"}, *pages])


@case(WaczRule.PAGE_WITHOUT_CAPTURE)
def page_at_another_address(draft: Draft) -> None:
    header, page, *pages = draft.pages()
    draft.set_pages([header, page | {"url": URL + "?other"}, *pages])


@case(WaczRule.PAGE_WITHOUT_CAPTURE)
def main_page_at_another_address(draft: Draft) -> None:
    draft.say(mainPageUrl=URL + "?other")


@case(WaczRule.PAGE_WITHOUT_CAPTURE)
def page_of_another_list(draft: Draft) -> None:
    header, page, *_ = draft.pages()
    content = "".join(json.dumps(one) + "\n" for one in (header, page | {"url": "http://o.cn/"}))
    draft.members["pages/extraPages.jsonl"] = content.encode()


# -- index ---------------------------------------------------------------------------------------


@case(WaczRule.INDEX_LIST)
def list_without_meta(draft: Draft) -> None:
    draft.members[LIST] = b"".join(draft.members[LIST].splitlines(keepends=True)[1:])


@case(WaczRule.INDEX_LIST)
def list_of_another_file(draft: Draft) -> None:
    draft.members[LIST] = draft.members[LIST].replace(b"index.cdx.gz", b"other.cdx.gz")


@case(WaczRule.INDEX_LIST)
def list_line_that_is_none(draft: Draft) -> None:
    draft.members[LIST] += b"cn,gov 20260301080001 [0]\n"


@case(WaczRule.INDEX_LIST)
def list_with_another_length(draft: Draft) -> None:
    draft.members[LIST] = draft.members[LIST].replace(b'"length": ', b'"length": 1')


@case(WaczRule.INDEX_LIST)
def list_with_another_digest(draft: Draft) -> None:
    draft.members[LIST] = draft.members[LIST].replace(b"sha256:", b"sha256:0")


@case(WaczRule.INDEX_LIST)
def list_with_another_key(draft: Draft) -> None:
    draft.members[LIST] = draft.members[LIST].replace(b"cn,gov", b"cn,com")


@case(WaczRule.INDEX_LIST)
def list_with_a_member_too_few(draft: Draft) -> None:
    more = gzip.compress(b"".join([]), mtime=0)
    draft.members[DATA] += more


@case(WaczRule.DAMAGED_MEMBER)
def torn_index(draft: Draft) -> None:
    draft.members[DATA] += gzip.compress(b"x", mtime=0)[:-3]
    draft.members.pop(LIST)


@case(WaczRule.DAMAGED_MEMBER)
def bomb_in_the_index(draft: Draft) -> None:
    draft.members[DATA] += gzip.compress(b"x" * (17 << 20), mtime=0)
    draft.members.pop(LIST)


@case(WaczRule.INDEX_LINE)
def index_line_that_is_none(draft: Draft) -> None:
    draft.set_lines([*draft.lines(), "cn,gov,z)/ 2026 {}\n"])


@case(WaczRule.INDEX_LINE)
def index_line_twice(draft: Draft) -> None:
    lines = draft.lines()
    draft.set_lines([lines[0], *lines])


@case(WaczRule.INDEX_LINE, WaczRule.NOT_INDEXED, WaczRule.PAGE_WITHOUT_CAPTURE)
def index_line_with_an_offset_of_words(draft: Draft) -> None:
    draft.edit_line(3, offset="three")


@case(WaczRule.UNSORTED)
def unsorted_index(draft: Draft) -> None:
    lines = draft.lines()
    draft.set_lines([*lines[1:], lines[0]])


@case(WaczRule.UNSORTED)
def unsorted_index_without_packing(draft: Draft) -> None:
    lines = draft.lines()
    draft.members["indexes/index.cdxj"] = "".join([*lines[1:], lines[0]]).encode()
    del draft.members[DATA], draft.members[LIST]


@case(WaczRule.LINE_OPENS_NOTHING, WaczRule.NOT_INDEXED)
def index_line_a_byte_beside(draft: Draft) -> None:
    fields = json.loads(draft.lines()[2].split(" ", 2)[2])
    draft.edit_line(2, offset=str(int(fields["offset"]) + 1))


@case(WaczRule.LINE_OPENS_NOTHING, WaczRule.NOT_INDEXED)
def index_line_of_another_file(draft: Draft) -> None:
    draft.edit_line(2, filename="../../etc/passwd")


for field, value in {
    "length": "12",
    "status": "404",
    "mime": "text/plain",
    "digest": "sha1:AAAA",
}.items():

    def spoil_line(draft: Draft, field: str = field, value: str = value) -> None:
        draft.edit_line(0, **{field: value})

    CASES[f"index_line_with_another_{field}"] = (spoil_line, frozenset({WaczRule.LINE_DIFFERS}))


@case(WaczRule.LINE_DIFFERS)
def index_line_under_another_key(draft: Draft) -> None:
    lines = draft.lines()
    draft.set_lines([*lines[:-1], lines[-1].replace("cn,gov", "cn,gow")])


@case(WaczRule.LINE_DIFFERS, WaczRule.PAGE_WITHOUT_CAPTURE)
def index_line_at_another_time(draft: Draft) -> None:
    lines = draft.lines()
    draft.set_lines(sorted([*lines[1:], lines[0].replace(" 2026", " 2016", 1)]))


@case(WaczRule.NOT_INDEXED, WaczRule.PAGE_WITHOUT_CAPTURE)
def record_without_a_line(draft: Draft) -> None:
    draft.set_lines(draft.lines()[1:])


# -- records -------------------------------------------------------------------------------------


@case(WaczRule.DAMAGED_RECORD, WaczRule.LINE_OPENS_NOTHING, WaczRule.ORIGINAL_MISSING)
def damaged_record(draft: Draft) -> None:
    records = draft.records()
    middle = len(records[1]) // 2
    changed = records[1][:middle] + bytes([records[1][middle] ^ 255]) + records[1][middle + 1 :]
    draft.members[WARC] = b"".join([records[0], changed, *records[2:]])


@case(WaczRule.DAMAGED_RECORD)
def rubbish_at_the_end(draft: Draft) -> None:
    draft.members[WARC] += b"more"


@case(WaczRule.DAMAGED_RECORD)
def record_without_a_date(draft: Draft) -> None:
    records = draft.records()
    plain = gzip.decompress(records[2]).replace(b"WARC-Date: 2026", b"WARC-Date: 0x26")
    draft.set_records([*records[:2], gzip.compress(plain, mtime=0), *records[3:]])


@case(WaczRule.WRONG_DIGEST)
def record_with_another_block(draft: Draft) -> None:
    records = draft.records()
    plain = gzip.decompress(records[1]).replace(b"<p>A</p>", b"<p>B</p>")
    draft.set_records([records[0], gzip.compress(plain, mtime=0), *records[2:]])


@case(WaczRule.NO_WARCINFO)
def file_without_warcinfo(draft: Draft) -> None:
    draft.set_records(draft.records()[1:])


@case(WaczRule.SAME_RECORD)
def record_twice(draft: Draft) -> None:
    draft.set_records([*draft.records(), draft.records()[-1]])


@case(WaczRule.ORIGINAL_MISSING, WaczRule.PAGE_WITHOUT_CAPTURE)
def revisits_without_original(draft: Draft) -> None:
    records = draft.records()
    draft.set_records([records[0], *records[4:]])


@case(WaczRule.ORIGINAL_MISSING)
def revisit_of_another_payload(draft: Draft) -> None:
    records = draft.records()
    plain = gzip.decompress(records[4])
    digest = plain.split(b"WARC-Payload-Digest: ")[1].split(b"\r\n")[0]
    changed = plain.replace(digest, b"sha1:" + b"A" * 32)
    draft.set_records([*records[:4], gzip.compress(changed, mtime=0), *records[5:]])


@case(WaczRule.ORIGINAL_MISSING)
def revisit_that_names_nothing(draft: Draft) -> None:
    records = draft.records()
    plain = gzip.decompress(records[4])
    digest = plain.split(b"WARC-Payload-Digest: ")[1].split(b"\r\n")[0]
    changed = plain.replace(digest, b"sha1:" + b"A" * 32).replace(b"WARC-Refers-To", b"X-Was-To")
    draft.set_records([*records[:4], gzip.compress(changed, mtime=0), *records[5:]])


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_is_wrong_is_found(sound: Path, tmp_path: Path, name: str) -> None:
    spoil, rules = CASES[name]
    draft = Draft.of(sound)
    spoil(draft)
    report = check_package(draft.write(tmp_path))
    found_rules = {finding.rule for finding in report.findings}
    if draft.added:
        found_rules -= {WaczRule.UNLISTED} - rules  # as all are that were added so
    assert found_rules == rules, report.lines()


def test_every_rule_has_a_case() -> None:
    assert {rule for _, rules in CASES.values() for rule in rules} == set(WaczRule)


def test_findings_are_bounded(sound: Path, tmp_path: Path) -> None:
    draft = Draft.of(sound)
    draft.members[PAGES] += b"[]\n" * (SHOWN + 500)
    report = check_package(draft.write(tmp_path))
    assert (len(report.findings), report.findings_count) == (SHOWN, SHOWN + 500)
    assert "and 500 more" in report.lines()


def test_other_tools_ways_are_sound(sound: Path, tmp_path: Path) -> None:
    """A plain index, digests without their kind, MD5, folders as members, other moments."""
    draft = Draft.of(sound)
    lines = [line.replace("sha1:", "") for line in draft.lines()]
    draft.members["indexes/index.cdx"] = "".join(lines).encode()
    del draft.members[DATA], draft.members[LIST]
    header, page, *pages = draft.pages()
    offset = page | {"ts": page["ts"].replace("T08", "T16").replace("Z", ".25+08:00")}
    draft.set_pages([header, offset, *pages])
    draft.added.append(("archive/", b""))
    draft.relist()
    first = next(iter(draft.members))
    draft.resource(0, hash=hashlib.md5(draft.members[first]).hexdigest())
    assert check_package(draft.write(tmp_path)).lines()[:-1] == []


def test_zip64_is_read(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a package above 4 GiB, whose places need the larger fields."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    path = Draft.of(sound).write(tmp_path)
    monkeypatch.undo()
    assert b"PK\x06\x06" in path.read_bytes()
    assert found(path) == set()


def test_a_package_of_py_wacz_is_sound(sound: Path, tmp_path: Path) -> None:
    draft = Draft.of(sound)
    (tmp_path / "r.warc.gz").write_bytes(draft.members[WARC])
    header, page, *_ = draft.pages()
    lines = (json.dumps(header), json.dumps({"url": page["url"], "title": "年报"}))
    (tmp_path / "p.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = ("create", "-o", "py.wacz", "-p", "p.jsonl", "r.warc.gz")
    done = subprocess.run(
        [sys.executable, "-m", "wacz", *made],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert check_package(tmp_path / "py.wacz").lines()[:-1] == [], done.stderr


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_damage_is_told_and_never_raised(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(sound.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
    is_torn = data.draw(st.booleans())
    if is_torn:
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    path = tmp_path_factory.getbasetemp() / "damaged.wacz"
    path.write_bytes(content)
    report = check_package(path)
    assert len(report.lines()) == min(report.findings_count, SHOWN) + 1
    assert not (is_torn and report.is_sound)
