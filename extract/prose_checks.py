"""The arithmetic of the prose: parts of a whole, shares and growth rates, as sentences have them.

Read are three ways of saying it: "N条, 比上年多M条, 增长P%"; "N条, 其中 A a条, 占p%; B b条 …" (or
"N条信息中, …"); "受理N件, 办结M件, 办结率P%". A failure is a warning: a list may be meant in part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import combinations, islice

from extract.document import Document, Span
from extract.report import Check, CheckOutcome, Severity

LINE_LIMIT = 5_000
"""Characters of a paragraph that are looked at; the longest seen has 1,200."""
GROWTHS_LIMIT = 12
"""Statements of growth that are compared with each other."""
LISTS_LIMIT = 20
"""Lists of a paragraph that are looked at; the longest seen has 3."""
ITEMS_LIMIT = 60
"""Parts of a list; the longest seen has 11."""
CHECKS_LIMIT = 400
"""Checks of a report's prose; the most seen are 31. A page made to have more gets the first."""
QUOTE_LIMIT = 160
"""Characters of a quote that names a place."""

_COUNT = r"(\d{1,3}(?:,\d{3})+|\d{1,12})(\.\d{1,4})?(万)?"
_UNIT = r"(条|件|次|份|项|篇|场|期|个|宗|人|元)"
_RATE = r"(\d{1,4}(?:\.\d{1,4})?)%"
_FIGURE = re.compile(rf"(?<![\d.,%]){_COUNT}{_UNIT}(?!次数)")
_DELTA = re.compile(r"(?:多|少|增加|减少|增长|下降|上升)了?$")
_GROWTH = re.compile(
    rf"(?<![\d.,]){_COUNT}{_UNIT}[,，]\s*比(?:\d{{4}}年|上年|去年|上一年|上年度)(?:度|同期)?"
    rf"(多|少|增加|减少)了?{_COUNT}{_UNIT}[,，]\s*(?:同比)?(?:增长|下降|增幅|降幅|减少)(?:了|为|达)?{_RATE}"
)
_CLOSED_RATE = re.compile(
    rf"(?:受理|收到)[^,，;；。\d]{{0,20}}{_COUNT}[件份条][,，]\s*办结{_COUNT}[件份条][,，]\s*办结率(?:为|达|达到)?{_RATE}"
)
_LIST = re.compile(r"其中[,，:：]?|(?<=信息中)[,，]")
_SHARE = re.compile(rf"[,，]?占[^,，;；。\d]{{0,14}}{_RATE}")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_OPEN_END = re.compile(r"等(?:方面)?[。;；]?$")


@dataclass(frozen=True, slots=True)
class _Item:
    value: Decimal
    unit: str
    start: int
    end: int
    share: str | None


@dataclass(frozen=True, slots=True)
class _Growth:
    total: Decimal
    delta: Decimal
    unit: str


class _Paragraph:
    """One line of prose and what its checks are; ``offset`` is where it stands in the text."""

    def __init__(self, document: Document, line: str, offset: int) -> None:
        self._document = document
        self._offset = offset
        # what stands in brackets is beside the sentence: blanked, so that offsets hold
        self.line = _BRACKETS.sub(lambda match: " " * len(match[0]), line[:LINE_LIMIT])
        self.growths: list[_Growth] = []

    def checks(self) -> Iterator[Check]:
        for match in _GROWTH.finditer(self.line):
            yield self._growth(match)
        for match in _CLOSED_RATE.finditer(self.line):
            yield self._closed_rate(match)
        for match in islice(_LIST.finditer(self.line), LISTS_LIMIT):
            yield from self._list(match)

    def _growth(self, match: re.Match[str]) -> Check:
        groups = match.groups()
        total, delta = _amount(groups[0:3]), _amount(groups[5:8])
        signed = -delta if groups[4] in ("少", "减少") else delta
        self.growths.append(_Growth(total, signed, groups[3]))
        before = total - signed
        rate = delta * 100 / before if before else None
        return self._check("prose_growth", match.span(), groups[9], rate)

    def _closed_rate(self, match: re.Match[str]) -> Check:
        groups = match.groups()
        received, closed = _amount(groups[0:3]), _amount(groups[3:6])
        rate = closed * 100 / received if received else None
        return self._check("prose_share", match.span(), groups[6], rate)

    def _list(self, head: re.Match[str]) -> Iterator[Check]:
        end = self._sentence_end(head.end())
        items = list(islice(self._items(head.end(), end), ITEMS_LIMIT))
        if not items:
            return
        # where the first part has its share, a figure without one is no part of the same list
        shared = items[0].share is not None
        items = [i for i in items if i.unit == items[0].unit and (i.share or not shared)]
        whole = self._whole(head.start(), items[0].unit)
        if whole is None or not whole.value:
            return
        for item in items:
            if item.share:
                rate = item.value * 100 / whole.value
                span = (self._label_start(item.start), item.end)
                yield self._check("prose_share", span, item.share, rate)
        yield from self._sum(whole, items, end)

    def _sum(self, whole: _Item, items: list[_Item], end: int) -> Iterator[Check]:
        total = Decimal(0)
        for number, item in enumerate(items, 1):
            total += item.value
            if total == whole.value and number > 1:
                yield self._equal((whole.start, item.end), whole.value, total)
                return
        partial = _OPEN_END.search(self.line[items[-1].end : end])
        if len(items) > 1 and not partial:
            yield self._equal((whole.start, items[-1].end), whole.value, total)

    def _items(self, start: int, end: int) -> Iterator[_Item]:
        for match in _FIGURE.finditer(self.line, start, end):
            share = _SHARE.match(self.line, match.end(), end)
            if not _DELTA.search(self.line, start, match.start()):
                yield _Item(
                    value=_amount(match.groups()[0:3]),
                    unit=match[4],
                    start=match.start(),
                    end=share.end() if share else match.end(),
                    share=share[1] if share else None,
                )

    def _whole(self, end: int, unit: str) -> _Item | None:
        """The last figure of the unit before a list, in its sentence or else the one before."""
        start = max(self.line.rfind(mark, 0, end) for mark in "。;；") + 1
        if not _FIGURE.search(self.line, start, end):
            if self.line[max(start - 1, 0) : start] != "。":
                return None
            start = max(self.line.rfind(mark, 0, max(start - 1, 0)) for mark in "。;；") + 1
        found = [item for item in self._items(start, end) if item.unit == unit]
        return found[-1] if found else None

    def _label_start(self, start: int) -> int:
        """Where the words before a figure begin, that say what it counts."""
        return max(self.line.rfind(mark, 0, start) for mark in ",，;；、。:：") + 1

    def _sentence_end(self, start: int) -> int:
        end = self.line.find("。", start)
        return len(self.line) if end < 0 else end

    def _equal(self, span: tuple[int, int], printed: Decimal, computed: Decimal) -> Check:
        outcome = CheckOutcome.PASS if printed == computed else CheckOutcome.FAIL
        return _made("prose_sum", self.quote(span), outcome, printed, computed)

    def _check(
        self, name: str, span: tuple[int, int], printed: str, computed: Decimal | None
    ) -> Check:
        place = self.quote(span)
        if computed is None:
            return _made(name, place, CheckOutcome.NOT_ASSESSABLE, Decimal(printed), None)
        holds = is_printed_as(computed, printed)
        outcome = CheckOutcome.PASS if holds else CheckOutcome.FAIL
        shown = computed.quantize(Decimal("0.01"), ROUND_HALF_UP)
        return _made(name, place, outcome, Decimal(printed), shown)

    def quote(self, span: tuple[int, int]) -> str:
        """The passage as the page writes it."""
        start, end = span[0] + self._offset, span[1] + self._offset
        original = self._document.alignment.to_original(Span(start, end))
        return self._document.text_original[original.start : original.end][:QUOTE_LIMIT]


def check_prose(document: Document) -> tuple[Check, ...]:
    """Every sum, share and growth rate of the prose that one of the three ways states, in order;
    then the increments of totals that sum to another total. The same quote stands once."""
    checks: dict[tuple[str, str], Check] = {}
    growths: list[_Growth] = []
    offset = 0
    for line in document.text.split("\n"):
        if len(checks) > CHECKS_LIMIT:
            break
        if "%" in line or "其中" in line or "信息中" in line:
            paragraph = _Paragraph(document, line, offset)
            if not any(span.start <= offset < span.end for span in document.table_spans):
                for check in paragraph.checks():
                    _put(checks, check)
                growths += paragraph.growths
        offset += len(line) + 1
    for check in _increments(growths[:GROWTHS_LIMIT]):
        _put(checks, check)
    return tuple(checks.values())


def _put(checks: dict[tuple[str, str], Check], check: Check) -> None:
    """Keeps one check a quote: a failure rather than a pass."""
    key = (check.identity, check.place)
    if key not in checks or check.outcome is CheckOutcome.FAIL:
        checks[key] = check


def _increments(growths: list[_Growth]) -> Iterator[Check]:
    """Where two totals sum to a third, their increments must sum to its increment."""
    for whole in growths:
        for one, other in combinations(growths, 2):
            apart = whole is not one and whole is not other
            alike = whole.unit == one.unit == other.unit
            if apart and alike and whole.total == one.total + other.total:
                yield _increment(whole.total, one.total, other.total)
                yield _increment(whole.delta, one.delta, other.delta)


def _increment(printed: Decimal, one: Decimal, other: Decimal) -> Check:
    outcome = CheckOutcome.PASS if printed == one + other else CheckOutcome.FAIL
    place = f"{_plain(one)} + {_plain(other)} = {_plain(printed)}"
    return _made("prose_sum", place, outcome, printed, one + other)


def _made(
    name: str, place: str, outcome: CheckOutcome, printed: Decimal, computed: Decimal | None
) -> Check:
    return Check(
        identity=name,
        place=place,
        outcome=outcome,
        severity=Severity.WARNING,
        printed=_plain(printed),
        computed=_plain(computed) if computed is not None else None,
        difference=_plain(printed - computed) if computed is not None else None,
        blank_as_zero_outcome=outcome,
    )


def _amount(groups: tuple[str | None, ...]) -> Decimal:
    whole, fraction, many = groups
    amount = Decimal((whole or "0").replace(",", "") + (fraction or ""))
    return amount * 10_000 if many else amount


def is_printed_as(computed: Decimal, printed: str) -> bool:
    """Whether the quotient is what is printed, rounded or cut to the printed places."""
    places = Decimal(1).scaleb(-len(printed.partition(".")[2]))
    wanted = Decimal(printed)
    return wanted in (
        computed.quantize(places, ROUND_HALF_UP),
        computed.quantize(places, ROUND_DOWN),
    )


def _plain(value: Decimal) -> float | int:
    return int(value) if value == value.to_integral_value() else float(value)
