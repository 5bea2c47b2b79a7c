"""Numbers in the prose of a report: what is counted, how many, softened or negated, about whom.

Precision before recall: last year's, cumulative, planned and average numbers, those of one category
and those of permits, petitions and proposals are not taken for a measure; a number with a unit that
no rule takes is ``other``. Silence is no figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from extract.document import Document, SectionKind
from extract.figure_guards import (
    measures_of,
    names_channel,
    negation_measures,
)
from extract.measure_patterns import CountRule, Guard
from extract.measures import COUNT_NEEDS, COUNT_RULES, NEGATION_NEEDS, NEGATION_RULES
from extract.numerals import read_number
from extract.parallel_counts import iter_parallel
from extract.plain_answers import answered
from extract.printed_numbers import number_starts, numbers_with_unit, softener_before
from extract.prose import Sentence, iter_sentences
from extract.report import Figure, Measure, Qualifier
from extract.scopes import Speaker, scope_of, subject_before

FIGURES_MOST = 400
"""More figures than this of one document are not kept: it is no report, or a trap."""
OTHERS_MOST = 200
"""More numbers of no measure than this are not kept; the most seen in a real report are 70."""
OTHER_QUOTE_CHARS = 24
"""How much in front of a number of no measure is quoted, within its clause."""
OTHER_NOUN_CHARS = 8
"""How much behind it: its noun, where the number comes first (60个单位)."""

_COUNTED = re.compile(
    r"\d[万千百亿余多来]{0,3}[条件篇份项则个宗起例次封元万人名位场期家批处户幅页册部张种类辆%％]"
    r"|[零一二两三四五六七八九十百千万][余多]?[条件篇份项则个宗起例次封元人名位场期家处]|[为是各][零0]"
)
"""A sentence without this has no count that a rule could take: most are passed over by it."""
_DENIES = re.compile("没有|未|无|没|不存在|免收|不[^。]{0,14}收")
_CLAUSE_MARKS = "。;；,，:：、!！?？()（）“”"
_CLAUSE = re.compile(f"[^{_CLAUSE_MARKS}]*")
_NOUN = re.compile(rf"[^{_CLAUSE_MARKS}\d]{{0,{OTHER_NOUN_CHARS}}}")


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate: what was read at a place of a sentence. ``number_at`` is where its number
    stands there; of a statement without one, where the statement begins."""

    measure: Measure
    value: float | int
    unit: str | None
    qualifier: Qualifier | None
    sentence: Sentence
    start: int
    end: int
    number_at: int
    negated: bool = False
    scope: str | None = None
    fallback: bool = False


def read_figures(document: Document, *, year: int, speaker: Speaker) -> tuple[Figure, ...]:
    """The figures of a report on a year, in the order of the text: at most 400, and 200 others.

    A measure stands once for each value and scope. ``speaker`` tells which subjects are the
    whole of what the report covers, so that only a narrower one becomes a scope.
    """
    found: list[_Found] = []
    others: list[Figure] = []
    for sentence in iter_sentences(document):
        if sentence.section is SectionKind.PLANS:
            continue
        counted = _COUNTED.search(sentence.text) is not None
        if not counted and not _DENIES.search(sentence.text):
            continue
        mine = list(_in_sentence(sentence, year, counted=counted))
        found.extend(mine)
        if counted and len(others) < OTHERS_MOST:
            others.extend(_others(document, sentence, mine))
        if len(found) > FIGURES_MOST:
            break
    found = _whole_where_alone(_without_fallback(found, speaker))
    figures = [_figure(document, one, speaker) for one in found]
    kept = [*_distinct(figures)[:FIGURES_MOST], *others[:OTHERS_MOST]]
    return tuple(sorted(kept, key=_place))


def _place(figure: Figure) -> tuple[int, str]:
    return figure.span.start, figure.measure.value


def _in_sentence(sentence: Sentence, year: int, *, counted: bool) -> Iterator[_Found]:
    """What is read of a sentence: a number belongs to the first rule that takes it."""
    taken: dict[Measure, list[tuple[int, int]]] = {}
    owners: dict[int, int] = {}
    counts = _counts(sentence, year) if counted else ()
    for rule, found in (*counts, *_stated(sentence, year)):
        if owners.setdefault(found.number_at, rule) != rule and not found.negated:
            continue
        spans = taken.setdefault(found.measure, [])
        if all(found.end <= start or end <= found.start for start, end in spans):
            spans.append((found.start, found.end))
            yield found


def _counts(sentence: Sentence, year: int) -> Iterator[tuple[int, _Found]]:
    """What the rules read of printed numbers, each with the number of its rule."""
    text = sentence.text
    for found in _parallel(sentence, year):
        yield len(COUNT_RULES), found
    rules = COUNT_NEEDS.places(text)
    starts = number_starts(text) if any(COUNT_RULES[one].at_number for one in rules) else []
    for number in rules:
        rule = COUNT_RULES[number]
        for match in _matches(rule, text, starts):
            for found in _read(sentence, match, rule, year):
                yield number, found


def _parallel(sentence: Sentence, year: int) -> Iterator[_Found]:
    for count in iter_parallel(sentence, year):
        value = read_number(count.printed)
        if value is not None:
            yield _Found(
                measure=count.measure,
                value=value,
                unit=count.unit,
                qualifier=None,
                sentence=sentence,
                start=count.start,
                end=count.end,
                number_at=count.number_at,
            )


def _matches(rule: CountRule, text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    if not rule.at_number:
        yield from rule.pattern.finditer(text)
        return
    for start in starts:
        if match := rule.pattern.match(text, start):
            yield match


def _read(sentence: Sentence, match: re.Match[str], rule: CountRule, year: int) -> Iterator[_Found]:
    groups = match.groupdict()
    value, unit = _amount(groups["number"], groups.get("magnitude") or "", groups["unit"])
    if value is None:
        return
    before, after = groups.get("before") or "", groups.get("after") or ""
    qualifier = _qualifier(before, after, groups.get("more") or groups.get("more_too"))
    for measure in measures_of(sentence, match, rule, year):
        yield _Found(
            measure=measure,
            value=value,
            unit=unit,
            qualifier=qualifier,
            sentence=sentence,
            start=match.start(),
            end=match.end(),
            number_at=match.start("number"),
            scope=groups.get("scope"),
            fallback=Guard.FALLBACK in rule.guard,
        )


def _stated(sentence: Sentence, year: int) -> Iterator[tuple[int, _Found]]:
    """Zeros that are said and not printed."""
    text = sentence.text
    if not _DENIES.search(text):
        return
    for number in NEGATION_NEEDS.places(text):
        rule = NEGATION_RULES[number]
        for match in rule.pattern.finditer(text):
            for measure in negation_measures(sentence, match, rule, year):
                yield -1 - number, _zero(measure, sentence, match.start(), match.end())
    for measure, start, end in answered(sentence):
        yield -1 - len(NEGATION_RULES), _zero(measure, sentence, start, end)


def _zero(measure: Measure, sentence: Sentence, start: int, end: int) -> _Found:
    return _Found(
        measure=measure,
        value=0,
        unit=None,
        qualifier=None,
        sentence=sentence,
        start=start,
        end=end,
        number_at=start,
        negated=True,
    )


def _others(document: Document, sentence: Sentence, mine: list[_Found]) -> Iterator[Figure]:
    """The numbers with a unit that no rule took, each quoted from the start of its clause."""
    text = sentence.text
    taken = {one.number_at for one in mine}
    denied = [(one.start, one.end) for one in mine if one.negated]
    for match in numbers_with_unit(text):
        at = match.start()
        if at in taken or any(start <= at < end for start, end in denied):
            continue
        number, more, magnitude, more_too, unit, after = match.groups()
        softener = softener_before(text, at)
        value, unit = _amount(number, magnitude or "", unit)
        if value is None:
            continue
        end = _named_end(text, match.end())
        span = sentence.span(_clause_start(text, at - len(softener)), end)
        original = document.alignment.to_original(span)
        yield Figure(
            measure=Measure.OTHER,
            value=value,
            unit=unit,
            qualifier=_qualifier(softener, after or "", more or more_too),
            negated=False,
            scope=None,
            quote=document.text_original[original.start : original.end],
            span=span,
            original=original,
        )


def _clause_start(text: str, position: int) -> int:
    in_front = text[max(position - OTHER_QUOTE_CHARS, 0) : position]
    clause = _CLAUSE.match(in_front[::-1])
    return position - (clause.end() if clause else 0)


def _named_end(text: str, position: int) -> int:
    """Where the noun behind a number ends, at most: the clause, the next number or some words."""
    noun = _NOUN.match(text, position)
    return noun.end() if noun else position


def _amount(
    printed: str, magnitude: str, unit: str | None
) -> tuple[float | int | None, str | None]:
    """Value and unit: a count with 万 multiplied out, money in its printed unit (1.25 万元)."""
    if unit == "元":
        return read_number(printed), magnitude + unit
    value = read_number(printed, magnitude)
    if unit in ("%", "％"):
        return value, "%"
    if unit != "万元" and not isinstance(value, int):
        return None, unit
    return value, unit


def _qualifier(before: str, after: str, more: str | None) -> Qualifier | None:
    if before in ("约", "大约", "大概") or after == "左右":
        return Qualifier.ABOUT
    if before in ("近", "接近", "将近"):
        return Qualifier.NEARLY
    return Qualifier.MORE_THAN if before or after or more else None


def _without_fallback(found: list[_Found], speaker: Speaker) -> list[_Found]:
    if not any(one.fallback for one in found):
        return found
    totals = {one.measure for one in found if not one.fallback and _scope(one, speaker) is None}
    return [one for one in found if not one.fallback or one.measure not in totals]


def _whole_where_alone(found: list[_Found]) -> list[_Found]:
    """Reading points keep the places they are in as a scope where several places are counted:
    the only count of them is of all."""
    points = [one for one in found if one.measure is Measure.READING_POINTS]
    if len(points) != 1:
        return found
    return [replace(one, scope=None) if one is points[0] else one for one in found]


def _scope(found: _Found, speaker: Speaker) -> str | None:
    if found.scope or found.measure is Measure.PROPOSALS_RECEIVED:
        # proposals are addressed to the government as such
        return found.scope
    subject = subject_before(found.sentence.text, found.start)
    return None if names_channel(subject) else scope_of(subject, speaker)


def _figure(document: Document, found: _Found, speaker: Speaker) -> Figure:
    span = found.sentence.span(found.start, found.end)
    original = document.alignment.to_original(span)
    return Figure(
        measure=found.measure,
        value=found.value,
        unit=found.unit,
        qualifier=found.qualifier,
        negated=found.negated,
        scope=_scope(found, speaker),
        quote=document.text_original[original.start : original.end],
        span=span,
        original=original,
    )


def _distinct(figures: list[Figure]) -> list[Figure]:
    kept: dict[tuple[Measure, float, str | None], Figure] = {}
    for figure in sorted(figures, key=_place):
        kept.setdefault((figure.measure, figure.value, figure.scope), figure)
    return list(kept.values())
