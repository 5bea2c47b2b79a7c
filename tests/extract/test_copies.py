"""Narratives and tables that a body copies from an earlier year, and those that it does not."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from plain_documents import document_of
from searchable import no_report, report
from seed_variants import SEEDS

from extract import narratives
from extract.copies import COPIED, SHORTEST
from extract.narratives import SKETCH, share_in, sketch_from, sketch_of
from extract.report import ReportScope, TableForm
from extract.rows import Extraction
from extract.store import CorpusStore

TEXTS = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
OTHER = TEXTS[1]
FORM = TableForm.FORM_2021
pytestmark = pytest.mark.skipif(not TEXTS, reason="the seeds are not beside the repository")
every_seed = pytest.mark.parametrize("text", TEXTS, ids=[f"seed{n}" for n in range(len(TEXTS))])


def told(tmp_path: Path, batches: Sequence[Sequence[Extraction]]) -> list[tuple[str, ...]]:
    """The findings, whole, in order."""
    path = tmp_path / "corpus.db"
    path.unlink(missing_ok=True)
    with closing(CorpusStore(path)) as store:
        for batch in batches:
            store.add_extractions(batch)
        query = (
            "SELECT kind, report, message, record_id, url FROM findings WHERE kind LIKE '%copied'"
        )
        return sorted(store.db.execute(query))


def years_told(found: Sequence[tuple[str, ...]]) -> list[tuple[str, str, str]]:
    """Kind, year of the report, year of the earlier one that is named."""
    named = [(row, re.findall(r"report on (\d{4}) at", row[2])) for row in found]
    for row, years in named:
        assert years[0] == row[1].split("/")[1], "the first named is the report itself"
    return [(row[0], years[0], years[1]) for row, years in named]


def next_years(text: str, by: int = 1) -> str:
    """A seed with every number another, years too: what who copies changes."""
    return re.sub(r"\d+", lambda found: str(int(found[0]) + by), text)


def rewritten(text: str, every: int) -> str:
    """Each ``every``-th sentence written anew: its words in another order."""
    parts = re.split(r"([。;；])", text)
    for number, place in enumerate(range(0, len(parts), 2)):
        if number % every == 0:
            parts[place] = "".join(reversed(parts[place]))
    return "".join(parts)


@every_seed
def test_next_years_report_with_other_numbers_is_a_copy(text: str, tmp_path: Path) -> None:
    batches = [[report(1, text, year=2018), report(2, next_years(text), year=2019)]]
    (found,) = told(tmp_path, batches)
    kind, report_id, message, record_id, url = found
    assert (kind, report_id, record_id) == (
        "narrative_copied", "gov:999999/2019/area", "urn:uuid:0002",
    )  # fmt: skip
    assert url == "http://h/2"
    assert message.endswith(
        "% of the narrative of the report on 2019 at http://h/2 (urn:uuid:0002) stands in the "
        "report on 2018 at http://h/1 (urn:uuid:0001), numbers and what the form prescribes left "
        "out"
    )
    assert int(message.split(" ")[0]) >= 97


@every_seed
def test_a_copy_with_a_sentence_in_twelve_written_anew_is_told(text: str, tmp_path: Path) -> None:
    later = report(2, rewritten(next_years(text), 12), year=2019)
    assert len(told(tmp_path, [[report(1, text, year=2018), later]])) == 1


@every_seed
def test_one_with_every_second_sentence_written_anew_is_none(text: str, tmp_path: Path) -> None:
    later = report(2, rewritten(next_years(text), 2), year=2019)
    assert told(tmp_path, [[report(1, text, year=2018), later]]) == []


@every_seed
def test_other_reports_are_no_copies(text: str, tmp_path: Path) -> None:
    """Of several bodies, so that nothing but the form is the same: a tenth of a copy's share."""
    own = sketch_of(document_of(text))
    others = [one for one in TEXTS if one != text]
    assert all(share_in(own, sketch_of(document_of(one))) < COPIED / 10 for one in others)
    assert told(tmp_path, [[report(1, others[0], year=2018), report(2, text, year=2019)]]) == []


def test_the_year_that_has_the_most_is_named_and_the_nearest_of_two(tmp_path: Path) -> None:
    text = TEXTS[2]
    two_back = [report(1, text, year=2017), report(2, OTHER, year=2018)]
    copy = report(3, next_years(text), year=2019)
    assert years_told(told(tmp_path, [[*two_back, copy]])) == [("narrative_copied", "2019", "2017")]
    same = [report(1, text, year=2017), report(2, text, year=2018), copy]
    assert years_told(told(tmp_path, [same])) == [
        ("narrative_copied", "2018", "2017"),
        ("narrative_copied", "2019", "2018"),
    ]
    assert told(tmp_path, [[report(1, text, year=2016), copy]]) == [], "three years are too far"
    other_body = report(1, text, year=2018, division="888888")
    assert told(tmp_path, [[other_body, copy]]) == []
    organ = report(1, text, year=2018, scope=ReportScope.ORGAN)
    assert told(tmp_path, [[organ, copy]]) == [], "of another scope"


TOWN = (
    "{year}年,我镇认真贯彻落实《中华人民共和国政府信息公开条例》,政府信息公开工作取得了一定成效。"
    "全年主动公开政府信息{number}条。{year}年,我镇未收到政府信息公开申请。"
    "我镇没有因政府信息公开申请行政复议、提起行政诉讼的情况。{year}年未收取信息处理费。"
    "存在的主要问题:公开意识还不够强,下一步将加强学习培训。没有其他需要报告的事项。\n"
)


def test_a_small_town_that_has_nothing_to_say_is_no_copier(tmp_path: Path) -> None:
    """A page that says in a few sentences that nothing came, and tables full of zeros."""
    zeros = {f"{row}.total": 0.0 for row in ("new_received", "granted", "closed_total")}
    years = [
        report(year, TOWN.format(year=year, number=year - 1900), year=year, cells=zeros, form=FORM)
        for year in (2021, 2022, 2023)
    ]
    assert told(tmp_path, [years]) == []


NUMBERS = {
    "new_received.natural_person": 112.0, "new_received.commercial": 23.0,
    "new_received.total": 135.0, "granted.total": 88.0, "carried_out.total": 0.0,
    "closed_total.total": 131.0, "carried_in.total": 4.0, "t2_permits_decisions": 10233.0,
    "t2_penalties_decisions": 467.0, "t2_normative_docs_valid": 120.0, "t2_regulations_made": 0.0,
}  # fmt: skip


def tables(tmp_path: Path, first: dict[str, float | None], second: dict[str, float | None]):  # type: ignore[no-untyped-def]
    both = [
        report(1, "一", year=2021, cells=first, form=FORM),
        report(2, "二", year=2022, cells=second, form=FORM),
    ]
    return told(tmp_path, [both])


def test_tables_with_the_numbers_of_the_year_before_are_told_one_by_one(tmp_path: Path) -> None:
    found = tables(tmp_path, dict(NUMBERS), dict(NUMBERS))
    assert [row[2].partition(" of the report")[0] for row in found] == [
        "2 of the 2 numbers, zeros left out, in table 2",
        "5 of the 5 numbers, zeros left out, in table 3",
    ]
    assert years_told(found) == [("table_copied", "2022", "2021")] * 2
    third = {name: value for name, value in NUMBERS.items() if not name.startswith("t2_")}
    (only,) = tables(tmp_path, dict(NUMBERS), dict(third))
    assert "table 3 of the report on 2022" in only[2]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({name: 0.0 for name in NUMBERS}, "all zero in both"),
        ({name: None for name in NUMBERS}, "all blank in both"),
        ({name: 3.0 for name in NUMBERS}, "one small number"),
        ({name: 112.0 for name in NUMBERS}, "one number in every row"),
        (dict(zip(NUMBERS, range(1, 10), strict=False)), "numbers that chance may bring twice"),
        ({"carried_in.total": 112.0, "t2_normative_docs_valid": 33333.0}, "carried in, and stocks"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_tables_that_may_well_be_the_same(
    changed: dict[str, float | None], why: str, tmp_path: Path
) -> None:
    assert tables(tmp_path, dict(changed), dict(changed)) == [], why


def test_tables_with_some_numbers_the_same(tmp_path: Path) -> None:
    changed = NUMBERS | {"granted.total": 89.0, "t2_penalties_decisions": 468.0}
    assert tables(tmp_path, dict(NUMBERS), dict(changed)) == []
    more = NUMBERS | {f"{row}.commercial": 0.0 + n for n, row in enumerate(("granted", "x"), 40)}
    more |= {f"denied_{n}.total": 200.0 + n for n in range(9)}
    third, second = tables(tmp_path, dict(more), dict(more | {"granted.total": 87.0}))
    assert third[2].startswith("15 of the 16 numbers, zeros left out, in table 3"), "one corrected"
    assert second[2].startswith("2 of the 2 numbers, zeros left out, in table 2")


def test_every_order_and_batching_gives_the_same_findings(tmp_path: Path) -> None:
    """Among them a corrected reading of the first year, which is no longer what was copied."""
    text = TEXTS[3]
    corrected = report(4, OTHER, url="http://h/1", year=2017)
    reports = (
        report(1, text, year=2017, cells=dict(NUMBERS), form=FORM),
        report(2, next_years(text), year=2018, cells=dict(NUMBERS), form=FORM),
        report(3, next_years(text, 2), year=2019),
        corrected,
    )
    wanted = told(tmp_path, [reports])
    assert years_told(wanted) == [("narrative_copied", "2019", "2018")]
    for order in itertools.permutations(reports):
        assert told(tmp_path, [[one] for one in order]) == wanted
        assert told(tmp_path, [order[:2], order[2:]]) == wanted
    assert told(tmp_path, [reports, reports[:1], reports[1:2]]) == wanted, "read again"


def test_a_reading_that_goes_away_takes_its_findings_along(tmp_path: Path) -> None:
    both = [report(1, OTHER, year=2018), report(2, next_years(OTHER), year=2019)]
    assert len(told(tmp_path, [both])) == 1
    assert told(tmp_path, [both, [no_report(1, "x")]]) == []
    assert told(tmp_path, [both, [no_report(2, "x")]]) == []


def test_a_sketch_of_a_long_text_is_a_fair_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = "".join(dict.fromkeys(TEXTS))
    texts = (document_of(whole), document_of(rewritten(whole, 2)), document_of(TEXTS[0]))
    long, half, part = map(sketch_of, texts)
    assert long.count > len(long.checksums) == SKETCH
    assert sketch_from(long.as_bytes()) == long
    assert share_in(long, long) == 1.0
    assert share_in(part, long) > 0.97, "a part stands in the whole"
    monkeypatch.setattr(narratives, "SKETCH", 10**9)
    exact = share_in(*map(sketch_of, texts[:2]))
    assert 0.4 < exact < 0.7
    assert abs(share_in(long, half) - exact) < 0.05


@pytest.mark.parametrize(
    "text",
    [
        "公开" * 2_500_000,
        "年度报告公开目录。\n" * 500_000,
        "".join(map(chr, range(0x4E00, 0x9FFF))) * 240,
    ],
    ids=["one word", "one line", "every ideograph"],
)
def test_a_text_made_to_be_slow_is_bounded(text: str) -> None:
    document = document_of(text)
    start = time.process_time()
    sketch = sketch_of(document)
    assert time.process_time() - start < 2, "seconds of CPU"
    assert len(sketch.as_bytes()) <= 4 * (SKETCH + 1)


def test_what_the_form_prescribes_is_not_compared() -> None:
    said = TOWN.format(year=2022, number=3)
    assert sketch_of(document_of(said)).count < SHORTEST / 3
    assert sketch_of(document_of("一、主动公开政府信息情况\n二、其他需要报告的事项\n")).count == 0
