"""Which division is meant: 鼓楼区 is four. Decided by what stands around, never guessed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from extract.divisions import Division, Mention, find_by_code, find_by_name, iter_mentions
from extract.report import AdminLevel, Confidence

READ_CHARS = 20_000
"""How much of the text is looked through for the names of parents and neighbours."""
_NEAR_CHARS = 2_000
_UNIT_CODE = 6
_CREDIT_CODE = re.compile(
    r"(?<![0-9A-Z])1[0-9A-Z](?P<area>\d{6})[0-9A-HJ-NPQRTUWXY]{9}[0-9A-Z](?![0-9A-Z])"
)
"""GB 32100-2015: kind of register and of body, the area of registration, organisation, check."""
_NAMES_THE_COUNTY = ("labels", "breadcrumb", "html_title", "listing", "site_name")
"""Texts around a document that name its county on purpose, the surest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a document says of where it is from.

    ``near`` are short texts that name the place on purpose (breadcrumb, labels, site name,
    listing title, title, opening, signature), the nearest first, each with its evidence word;
    ``text`` is the body; ``site_code`` the six digits of the 网站标识码, None if absent or not
    those of a division; ``credit_code`` those of a social credit code in an 索引号, often copied
    from a sample: it only chooses among bearers of a name. ``portal_code`` the division of the
    portal that lists the document, None when it is unknown or not to be asked yet.
    """

    year: int
    near: tuple[tuple[str, str], ...]
    text: str
    site_code: str | None = None
    credit_code: str | None = None
    portal_code: str | None = None
    _counts: dict[str, Counter[str]] = field(default_factory=dict, repr=False, compare=False)

    def counts(self) -> Counter[str]:
        """How often each division's full name stands in the text."""
        if "text" not in self._counts:
            names = (m.name for m in iter_mentions(self.text[:READ_CHARS], self.year))
            self._counts["text"] = Counter(names)
        return self._counts["text"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A division, why it is that one, and how sure that is."""

    division: Division
    evidence: str
    confidence: Confidence


def site_code(site_id_code: str | None) -> str | None:
    """The division code in a 网站标识码 (国办发〔2017〕47号: six digits, a serial); else None."""
    digits = (site_id_code or "").strip()
    if len(digits) == 10 and digits.isdigit():
        return digits[:_UNIT_CODE]
    return None


def credit_code(text: str) -> str | None:
    """The area of registration in a 统一社会信用代码, which an 索引号 begins with; else None."""
    match = _CREDIT_CODE.search(text.upper())
    return match["area"] if match else None


def place_named(
    leading: tuple[tuple[Division, ...], ...], surroundings: Surroundings
) -> Placed | None:
    """The innermost of the divisions that a name begins with; None when it stays ambiguous."""
    candidates = leading[-1]
    if len(candidates) > 1 and len(leading) > 1:
        inside = [
            one
            for one in candidates
            if all(any(outer.contains(one) for outer in outers) for outers in leading[:-1])
        ]
        if not inside:  # the name contradicts itself: the portal cannot settle that
            surroundings = replace(surroundings, portal_code=None)
        candidates = tuple(inside) or candidates
    return choose(candidates, surroundings)


def choose(candidates: tuple[Division, ...], surroundings: Surroundings) -> Placed | None:
    """One of several divisions of a name: by site code, by parents named around, by portal."""
    if len(candidates) == 1:
        return Placed(candidates[0], "name", Confidence.HIGH)
    for digits in (6, 4, 2):
        if found := _by_code(candidates, surroundings.site_code, digits):
            return Placed(found, "site_id_code", Confidence.HIGH)
    placed = _by_parents(candidates, surroundings)
    if placed and placed.evidence != "portal":
        return placed
    for digits in (6, 4):
        if found := _by_code(candidates, surroundings.credit_code, digits):
            return Placed(found, "credit code of the index number", Confidence.MEDIUM)
    return placed


def find_county(
    stem: str, surroundings: Surroundings, levels: frozenset[AdminLevel]
) -> Placed | None:
    """The division of a body whose name does not say it (a town, 市教育局).

    ``stem`` is the body's own name: a division right in front of it anywhere decides. Else the
    texts that name the place, in order; then the site code; then the only division that the body
    names of these levels. Nothing is taken when two are named equally well.
    """
    if stem and (found := _in_front_of(stem, surroundings, levels)):
        return found
    for evidence, text in surroundings.near:
        if division := _innermost(text, surroundings, levels):
            return Placed(division, evidence, Confidence.MEDIUM)
    if surroundings.site_code:
        division = find_by_code(surroundings.site_code, surroundings.year)
        if division and division.level in levels:
            return Placed(division, "site_id_code", Confidence.MEDIUM)
    return _most_named(surroundings, levels)


def find_county_name(stem: str, surroundings: Surroundings) -> str | None:
    """The name of a town's county where several bear it (one 鼓楼区, whichever it is).

    From in front of the town's name ``stem``, else from the texts around the document that name
    the county on purpose; None when they name none, or two.
    """
    names = Counter(
        mention.name
        for _, mention in _mentions_before(stem, surroundings)
        if _may_be_county(mention)
    ).most_common(2)
    if names and (len(names) == 1 or names[0][1] > names[1][1]):
        return names[0][0]
    around = dict(surroundings.near)
    for evidence in _NAMES_THE_COUNTY:
        mentions = iter_mentions(around.get(evidence, "")[:_NEAR_CHARS], surroundings.year)
        found = {mention.name for mention in mentions if _may_be_county(mention)}
        if len(found) == 1:
            return found.pop()
    return None


def _may_be_county(mention: Mention) -> bool:
    return any(one.level is AdminLevel.COUNTY for one in mention.candidates)


def _by_code(candidates: tuple[Division, ...], code: str | None, digits: int) -> Division | None:
    if code is None:
        return None
    same = [
        one for one in candidates if code[:digits] in (one.code[:digits], one.code_today[:digits])
    ]
    return same[0] if len(same) == 1 else None


def _by_parents(candidates: tuple[Division, ...], surroundings: Surroundings) -> Placed | None:
    near = "\n".join(text for _, text in surroundings.near)
    scores = [(_score(one, near, surroundings), one) for one in candidates]
    scores.sort(key=lambda pair: pair[0], reverse=True)
    (best, division), (second, _) = scores[0], scores[1]
    if best == 0 or best == second:
        return _by_portal(tuple(one for score, one in scores if score == best), surroundings)
    confidence = Confidence.HIGH if best >= 20 and second == 0 else Confidence.MEDIUM
    return Placed(division, "parents named in the text", confidence)


def _by_portal(candidates: tuple[Division, ...], surroundings: Surroundings) -> Placed | None:
    """The only one of equal candidates that is the portal's division or lies in it."""
    year, code = surroundings.year, surroundings.portal_code
    portal = find_by_code(code, year) if code else None
    if portal is None:
        return None
    site = surroundings.site_code or ""
    same_province = [one for one in candidates if one.code[:2] == site[:2]]
    inside = [
        one
        for one in same_province or candidates
        if one.code == portal.code or portal.contains(one)
    ]
    return Placed(inside[0], "portal", Confidence.MEDIUM) if len(inside) == 1 else None


def _score(division: Division, near: str, surroundings: Surroundings) -> int:
    """Full names of parents near count 20, in the text by occurrence; short names 3 each."""
    text = surroundings.text[:READ_CHARS]
    score = 0
    for parent in (division.prefecture, division.province):
        if not parent or parent == division.name:
            continue
        weight = 2 if parent == division.prefecture else 1
        score += weight * (20 if parent in near else 0)
        score += weight * min(text.count(parent), 8) * 2
        short = _short(parent, surroundings.year)
        if short == division.short:  # 黄山 names 黄山区 itself as well as 黄山市
            continue
        score += weight * 3 * ((short in near) + (short in text))
    if division.level is not AdminLevel.COUNTY:
        # 吉林: the province when its cities are named, the city when its counties are
        inside = (name for name in surroundings.counts() if _holds(division, name, surroundings))
        score += 2 * sum(1 for _ in inside)
    return score


def _short(name: str, year: int) -> str:
    found = find_by_name(name, year)
    return found[0].short if found and len(found[0].short) > 1 else name


def _holds(division: Division, name: str, surroundings: Surroundings) -> bool:
    return any(division.contains(one) for one in find_by_name(name, surroundings.year))


def _in_front_of(
    stem: str, surroundings: Surroundings, levels: frozenset[AdminLevel]
) -> Placed | None:
    votes: Counter[Division] = Counter()
    for evidence, mention in _mentions_before(stem, surroundings):
        placed = choose(mention.candidates, surroundings)
        if placed and placed.division.level in levels:
            votes[placed.division] += 1 if evidence == "text" else 3
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    return Placed(ranked[0][0], "in front of the name", Confidence.HIGH)


def _mentions_before(stem: str, surroundings: Surroundings) -> Iterator[tuple[str, Mention]]:
    """The divisions named right in front of a body's own name, each with the text it is from."""
    for evidence, text in (*surroundings.near, ("text", surroundings.text[:READ_CHARS])):
        position = text.find(stem)
        while position > 0:
            window = text[max(position - 24, 0) : position]
            for mention in iter_mentions(window, surroundings.year):
                if mention.span.end == len(window):
                    yield evidence, mention
            position = text.find(stem, position + 1)


def _innermost(
    text: str, surroundings: Surroundings, levels: frozenset[AdminLevel]
) -> Division | None:
    found: dict[str, Division] = {}
    for mention in iter_mentions(text[:_NEAR_CHARS], surroundings.year):
        fitting = tuple(one for one in mention.candidates if one.level in levels)
        placed = choose(fitting, surroundings) if fitting else None
        if placed:
            found[placed.division.code] = placed.division
    counties = [one for one in found.values() if not any(one.contains(x) for x in found.values())]
    return counties[0] if len(counties) == 1 else None


def _most_named(surroundings: Surroundings, levels: frozenset[AdminLevel]) -> Placed | None:
    votes: Counter[Division] = Counter()
    for name, count in surroundings.counts().items():
        fitting = tuple(one for one in find_by_name(name, surroundings.year) if one.level in levels)
        if fitting and (placed := choose(fitting, surroundings)):
            votes[placed.division] += count
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] < 2 * ranked[1][1]):
        return None
    return Placed(ranked[0][0], "named in the text", Confidence.LOW)
