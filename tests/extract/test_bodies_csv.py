"""The user's bodies.csv: read strictly, and applied to the body of a report."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_documents import NO_CONTEXT, document_of

from extract.bodies_csv import load_bodies
from extract.document import PageMetadata
from extract.errors import InvalidBodies
from extract.known_bodies import NONE_KNOWN, KnownBodies
from extract.reading import read_report
from extract.report import BodyType, Confidence, Report

OPENING = "根据《中华人民共和国政府信息公开条例》的规定,编制本年度报告,现予公布。\n"
HEADER = "body_id,same_as,alias,name,division,valid_from,valid_to,predecessor,note"


def loaded(tmp_path: Path, *lines: str, header: str = HEADER) -> KnownBodies:
    path = tmp_path / "bodies.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return load_bodies(path)


def read(name: str, bodies: KnownBodies, *, year: int = 2015, **metadata: str) -> Report:
    document = document_of(
        OPENING,
        title=f"{name}{year}年政府信息公开工作年度报告",
        metadata=PageMetadata(**metadata),  # type: ignore[arg-type]
    )
    report = read_report(document, NO_CONTEXT, bodies).report
    assert report is not None
    return report


def test_two_bodies_are_made_one(tmp_path: Path) -> None:
    """In a chain, and with the name and the level of the one that stays."""
    bodies = loaded(
        tmp_path,
        "department:320322:农机局,department:320322:农业局,,,,,,,2019 merged",
        "department:320322:农业局,department:320322:农业农村局,,,,,,,",
    )
    report = read("沛县农机局", bodies)
    assert report.body.body_id == "department:320322:农业农村局"
    assert report.body.name == "沛县农业农村局"
    assert (report.division, report.body.admin_level) == ("320322", "county")
    assert report.reporting_for == "沛县农机局", "what the document says stays"
    assert report.evidence["body_id"] == "bodies.csv"
    assert read("沛县教育局", bodies) == read("沛县教育局", NONE_KNOWN)


def test_a_name_left_open_gets_its_division_of_the_reports_year(tmp_path: Path) -> None:
    bodies = loaded(tmp_path, "department:310151:教育局,,岛上教育局,,,,,,")
    report = read("岛上教育局", bodies, year=2012)
    assert report.body.body_id == "department:310151:教育局"
    assert (report.division, report.division_name) == ("310230", "上海市崇明县")
    assert report.body.division_today == "310151"
    assert report.body.other_names == ("岛上教育局",)
    assert report.confidence is Confidence.HIGH
    assert not report.findings, "the division is resolved"
    open_one = read("岛上教育局", NONE_KNOWN, year=2012)
    assert open_one.division is None and open_one.findings


def test_a_division_and_years_for_a_body_without(tmp_path: Path) -> None:
    bodies = loaded(
        tmp_path,
        "zone:unknown@127.0.0.1:两江新区管理委员会,,,重庆两江新区管委会,500112,2010,,,",
        "zone:unknown@127.0.0.1:两江新区管理委员会,,两江管委会,,,,,gov:500112,",
    )
    body = read("两江新区", bodies).body
    assert (body.name, body.body_type) == ("重庆两江新区管委会", BodyType.ZONE)
    assert (body.division_today, body.admin_level) == ("500112", None)
    assert (body.valid_from, body.valid_to, body.predecessor) == (2010, None, "gov:500112")
    assert body.other_names == ("两江管委会", "重庆两江新区管委会")


@pytest.mark.parametrize(
    ("target", "name", "body_type", "level", "division"),
    [
        ("gov:310101", "黄浦区人民政府", "government", "county", "310101"),
        ("gov:320000", "江苏省人民政府", "government", "province", "320000"),
        ("township:320322:白塔镇人民政府", "沛县白塔镇人民政府", "township", "township", "320322"),
        ("department:100000:水利部", "水利部", "department", "central", "100000"),
        ("zone:320500:苏州工业园区管理委员会", "苏州工业园区管理委员会", "zone", None, "320500"),
        ("office:unknown:某办公室", "沛县某办公室", "office", "county", "320322"),
    ],
)  # fmt: skip
def test_every_kind_of_body_may_be_the_one_that_stays(
    target: str, name: str, body_type: str, level: str | None, division: str, tmp_path: Path
) -> None:
    report = read("沛县教育局", loaded(tmp_path, f"department:320322:教育局,{target},,,,,,,"))
    assert report.body.body_id == target
    assert report.body.name == name
    assert report.body.body_type == body_type
    assert report.body.admin_level == level
    assert report.division == division


WRONG = [
    ("department:320322,,,,,,,,", 2, "body_id", "is no body's id"),
    (",,农机局,,,,,,", 2, "body_id", "must say which body"),
    ("bureau:320322:农机局,,,,,,,,", 2, "body_id", "is no body's id"),
    ("gov:320322,沛县,,,,,,,", 2, "same_as", "is no body's id"),
    ("gov:320322,gov:320322,,,,,,,", 2, "same_as", "leads back"),
    ("gov:320322,gov:320300,,,,,2010,,", 2, "valid_to", "stands beside same_as"),
    ("gov:320322,,,,32032,,,,", 2, "division", "is not the six-digit code"),
    ("gov:320322,,,,999999,,,,", 2, "division", "is not the six-digit code"),
    ("gov:320322,,,,,10,,,", 2, "valid_from", "is no year"),
    ("gov:320322,,,,,٢٠١٠,,,", 2, "valid_from", "is no year"),
    ("gov:320322,,,,,2015,2010,,", 2, "valid_to", "is before the first year"),
    ("gov:320322,,,,,,,沛县,", 2, "predecessor", "is no body's id"),
    (f"gov:320322,,{'长' * 101},,,,,,", 2, "alias", "is longer than"),
    ("gov:320322,,甲,,,,,,\ngov:320300,,甲,,,,,,", 3, "alias", "is a name of gov:320322 already"),
    ("gov:320322,,,甲,,,,,\ngov:320322,,,乙,,,,,", 3, "name", "differs from '甲'"),
    ("gov:1,gov:2,,,,,,,", 2, "body_id", "is no body's id"),
    ("gov:320322,gov:320300,,,,,,,\ngov:320300,gov:320322,,,,,,,", 2, "same_as", "leads back"),
    ("gov:320322,gov:320300,,,,,,,\ngov:320322,gov:320000,,,,,,,", 3, "same_as", "differs from"),
    ("gov:320322,gov:320300,,,,,,,\ngov:320322,,,甲,,,,,", 3, "body_id", "is the same as"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "line", "column", "why"), WRONG)
def test_what_is_not_understood_names_line_column_and_what_to_do(
    lines: str, line: int, column: str, why: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidBodies) as caught:
        loaded(tmp_path, lines)
    message = str(caught.value)
    assert f"bodies.csv line {line}, column {column}: " in message
    assert why in message


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("bodyid,name\n", "line 1: unknown column 'bodyid'"),
        ("name,note\n", "line 1: column body_id is missing"),
        ("", "line 1: column body_id is missing"),
        ("body_id,name,name\n", "line 1: a column is named twice"),
        ("body_id,name\ngov:320322,甲,乙\n", "line 2 has 3 fields"),
        ('body_id,name\n\ngov:320322,"甲\n', "is no CSV"),
    ],
)
def test_a_file_of_another_shape(content: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "bodies.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidBodies, match=why):
        load_bodies(path)


def test_a_file_in_the_charset_of_a_chinese_excel_is_told(tmp_path: Path) -> None:
    path = tmp_path / "bodies.csv"
    path.write_bytes("body_id,name\n\ngov:320322,沛县\n".encode("gb18030"))
    with pytest.raises(InvalidBodies, match=r"line 3 is not UTF-8; save the file as"):
        load_bodies(path)


def test_the_digest_is_of_what_is_said_not_of_how(tmp_path: Path) -> None:
    assert load_bodies(tmp_path / "none.csv").digest is None
    assert loaded(tmp_path).digest is None
    one = loaded(tmp_path, "gov:320322,,,甲,,,,,", "gov:320300,,,乙,,,,,")
    other = loaded(tmp_path, "", "甲,gov:320322,said twice", "乙,gov:320300,", "乙,gov:320300,",
                   header="name,body_id,note")  # fmt: skip
    assert one.digest == other.digest is not None
    path = tmp_path / "bodies.csv"
    path.write_bytes(b"\xef\xbb\xbfbody_id,name\r\ngov:320322,\xe7\x94\xb2\r\n")
    assert load_bodies(path).digest not in (None, one.digest)
