"""Whose report it is: who issues it, for whom it speaks, and where that body belongs.

Order of trust: title, sign-off, labelled publisher, opening paragraph, breadcrumb, listing, site
name. A signer takes precedence as issuer; 与…联系 names a contact and is never one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from extract.body_clues import (
    BodyClues,
    name_sources,
    opening_names,
    prose_head,
    publisher_names,
    surroundings_of,
)
from extract.body_ids import CENTRAL_CODE, CENTRAL_NAME, body_id_of, completed
from extract.body_names import (
    BodyName,
    NameForm,
    level_prefix,
    parse_body_name,
    without_level_prefix,
)
from extract.divisions import Division, lifetime
from extract.governments import government_name
from extract.places import Placed, Surroundings, find_county, find_county_name, place_named
from extract.report import AdminLevel, Body, BodyType, Confidence, Finding, ReportScope
from extract.sentences import say

_TOGETHER = re.compile(r"及其|及|和|、|与")
_AREA_WORDS = re.compile(r"全[省市县区州盟旗]|我[省市县区州盟旗]|各(?:乡镇|镇|街道|县|区|部门)")
_ORGAN_WORDS = re.compile(
    r"本机关|我[局委办厅处站院]|本[局委办厅处]|[市县区](?:政府|府)及[市县区]?府?办"
)
_TOWN_NOUNS = re.compile(r"(?:街道办事处|街道办|街道|办事处|人民政府|政府|党政办公室|镇|乡){1,3}$")
_NAMED_PLACES = 6
"""Places of one name that a finding lists; 新华区 and 鼓楼区 are four each, 城关区 more by year."""
_LEVELS_BELOW = frozenset({AdminLevel.COUNTY})
_ALL_LEVELS = frozenset({AdminLevel.COUNTY, AdminLevel.PREFECTURE, AdminLevel.PROVINCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedBody:
    """The body of one report; ``evidence`` maps a field to where it was found.

    ``as_government`` says that the title names the government (某县人民政府), not the area.
    """

    body: Body
    issuing_body: str
    reporting_for: str
    scope: ReportScope
    division: Division | None
    division_code: str | None
    division_name: str | None
    evidence: dict[str, str]
    confidence: Confidence
    findings: tuple[Finding, ...]
    as_government: bool = False


@dataclass(frozen=True, slots=True)
class _Named:
    name: BodyName
    evidence: str


def resolve_body(clues: BodyClues) -> ResolvedBody | None:
    """The body of a report, or None when nothing in the document or listing names one."""
    surroundings = surroundings_of(clues)
    named = _first_name(clues)
    if named is None:
        return None
    placed = _place(named.name, surroundings)
    signer = parse_body_name(clues.signer, clues.year) if clues.signer else None
    if named.name.form in (NameForm.AREA, NameForm.GOVERNMENT):
        resolved = _area_report(clues, named, placed, signer)
    else:
        named = _fuller(named, (signer, *publisher_names(clues)))
        county = _county(named.name, placed, surroundings)
        resolved = _organ_report(named, placed, county=county)
    is_open = resolved.division_code is None
    return _left_open(resolved, named.name, clues.document.url) if is_open else resolved


def _left_open(resolved: ResolvedBody, name: BodyName, url: str) -> ResolvedBody:
    """A body whose division nothing tells: known by its host too, for others have its name, with
    the places that it may be in."""
    candidates = name.leading[-1] if name.leading else ()
    places = ", ".join(f"{one.full_name} ({one.code})" for one in candidates[:_NAMED_PLACES])
    more = len(candidates) - _NAMED_PLACES
    told = say("may_be_in", places=places) if places else say("nothing_names_it")
    if more > 0:
        told = say("may_be_in_more", places=places, more=more)
    message = say("division_unresolved", body=resolved.reporting_for, said=told)
    host = (urlsplit(url).hostname or "").replace(":", ".")
    kind, place, own = resolved.body.body_id.split(":", 2)
    body_id = f"{kind}:{place}@{host}:{own}" if host else resolved.body.body_id
    return replace(
        resolved,
        body=replace(resolved.body, body_id=body_id),
        findings=(Finding(kind="division_unresolved", message=message),),
    )


def _first_name(clues: BodyClues) -> _Named | None:
    for evidence, text in name_sources(clues):
        name = parse_body_name(text, clues.year)
        if name and not _is_site(name, evidence):
            return _Named(name, evidence)
    return None


def _is_site(name: BodyName, evidence: str) -> bool:
    """Whether a 来源 is a web site or paper (县政府网站, 本站) and not a body."""
    return (
        evidence != "title" and name.body_type is BodyType.INSTITUTION and not name.leading
    ) or name.text.endswith(("网站", "网", "门户", "报社"))


def _place(name: BodyName, surroundings: Surroundings) -> Placed | None:
    """Where a body belongs. The portal is asked when nothing in the document tells, not before:
    the last of the document's clues counts for more than it.
    """
    told = _told(name, replace(surroundings, portal_code=None))
    if told or not surroundings.portal_code:
        return told
    hinted = _told(name, surroundings)
    if hinted is None:
        return None
    sure = Confidence.LOW if hinted.confidence is Confidence.LOW else Confidence.MEDIUM
    return Placed(hinted.division, "portal", sure)


def _told(name: BodyName, surroundings: Surroundings) -> Placed | None:
    if name.form is NameForm.CENTRAL:
        return None
    if name.leading:
        return place_named(name.leading, surroundings)
    if name.body_type in (BodyType.TOWNSHIP, BodyType.SUBDISTRICT):
        return find_county(_stem(name.rest), surroundings, _LEVELS_BELOW)
    level = level_prefix(name.rest)
    levels = frozenset({level}) if level else _ALL_LEVELS
    if level is AdminLevel.PREFECTURE:
        levels |= {AdminLevel.COUNTY}
    return find_county("" if level else name.rest, surroundings, levels)


def _county(name: BodyName, placed: Placed | None, surroundings: Surroundings) -> str | None:
    """The name that stands in front of a body that does not say its division; None if unknown.

    A town's county is named also where several bear the name; its division then stays open.
    """
    if placed:
        return placed.division.name
    if not _town(name) or name.leading:
        return None
    return find_county_name(_stem(name.rest), surroundings)


def _stem(rest: str) -> str:
    return (
        re.sub(r"(?:街道办事处|街道办|街道|办事处|人民政府|政府|党政办公室|镇|乡)+$", "", rest)
        or rest
    )


def _area_report(
    clues: BodyClues, named: _Named, placed: Placed | None, signer: BodyName | None
) -> ResolvedBody:
    name = named.name
    division = placed.division if placed else None
    area = _area_name(name, division)
    government = _government_name(name, area)
    issuing, issuing_evidence = government, named.evidence
    if signer and _signs_for(signer, division):
        issuing, issuing_evidence = _with_area(signer.text, area), "signature"
    reporting_for, scope, evidence = _scope_of(clues, name, area=area)
    own = division if name.body_type is BodyType.GOVERNMENT else None
    valid_from, valid_to = lifetime(own.code_today) if own else (None, None)
    body = Body(
        body_id=body_id_of(name.body_type, division, government),
        name=government,
        body_type=name.body_type,
        admin_level=None if name.zone else division.level if division else None,
        division_today=division.code_now if division else None,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    return _resolved(
        as_government=name.form is NameForm.GOVERNMENT,
        body=body,
        issuing=issuing,
        reporting_for=reporting_for,
        scope=scope,
        placed=placed,
        evidence={
            "issuing_body": issuing_evidence,
            "reporting_for": evidence or named.evidence,
            "division": _division_evidence(placed),
        },
        sure=named.evidence in ("title", "signature"),
    )


def _signs_for(signer: BodyName, division: Division | None) -> bool:
    """Whether a signer can sign for the area: an organ of the same division, or one unplaced."""
    if signer.form is NameForm.CENTRAL:
        return False
    if not signer.leading:
        return signer.body_type in (BodyType.OFFICE, BodyType.DEPARTMENT) and bool(
            level_prefix(signer.rest)
        )
    return division is None or any(one.code == division.code for one in signer.leading[-1])


def _area_name(name: BodyName, division: Division | None) -> str:
    if name.zone:
        return _without_outer(name.zone, name, keep=1)
    if division:
        return division.name
    return name.leading[-1][0].name if name.leading else name.text


def _without_outer(text: str, name: BodyName, *, keep: int) -> str:
    for outer in name.leading[:-keep] if keep else name.leading:
        for one in outer:
            text = text.removeprefix(one.name)
    return text


def _government_name(name: BodyName, area: str) -> str:
    if name.zone:
        return f"{area}管理委员会"
    if name.rest in ("行政公署", "行署"):
        return f"{area}{name.rest}"
    return government_name(area)


def _with_area(signer: str, area: str) -> str:
    return signer if signer.startswith(area) else _under(area, signer)


def _under(area: str, name: str) -> str:
    """A name that says its level alone (市教育局), with the area in its place."""
    own = without_level_prefix(name)
    return name if own == name else area + own


def _scope_of(
    clues: BodyClues, name: BodyName, *, area: str
) -> tuple[str, ReportScope, str | None]:
    """Whom an area's or government's report speaks for, as its opening paragraph names it."""
    head = prose_head(clues.document)
    for phrase in opening_names(head):
        joined = _TOGETHER.search(phrase.removeprefix(area))
        if phrase.startswith(area) and joined and re.search(r"办(?:公室|公厅)?$", phrase):
            return phrase, ReportScope.ORGAN, "opening"
    if name.form is NameForm.AREA:
        return area, ReportScope.AREA, None
    text = clues.document.text[:20_000]
    area_words, organ_words = len(_AREA_WORDS.findall(text)), len(_ORGAN_WORDS.findall(text))
    if area_words > organ_words:
        return area, ReportScope.AREA, None
    return area, ReportScope.UNCLEAR, None


def _fuller(named: _Named, others: tuple[BodyName | None, ...]) -> _Named:
    """The signer's or publisher's name when it is the same organ's, written out.

    发改局 is 某县发展和改革局, 教育局 is 某县教育局. A town keeps the name of its title.
    """
    if _town(named.name):
        return named
    for other in others:
        if other is None or not other.leading or other.body_type is not named.name.body_type:
            continue
        own = named.name.leading
        if (not own or own[-1] == other.leading[-1]) and abbreviates(named.name.text, other.text):
            return _Named(other, f"{named.evidence}, name in full from signature or publisher")
    return named


def abbreviates(short: str, full: str) -> bool:
    """Whether the characters of a short name stand in a full one, in order."""
    rest = iter(full)
    return len(short) < len(full) and all(char in rest for char in short)


def _organ_report(named: _Named, placed: Placed | None, *, county: str | None) -> ResolvedBody:
    name = named.name
    division = placed.division if placed else None
    own = _organ_name(name)
    issuing = own
    if name.is_vertical and name.leading:
        issuing = name.text
    elif name.leading and not name.short_leading:
        issuing = _without_outer(name.text, name, keep=1)
        issuing = issuing if not _town(name) else _without_outer(completed(name.text), name, keep=1)
    reporting_for = _with_division(name, own, issuing=issuing, county=county)
    level = AdminLevel.TOWNSHIP if _town(name) else division.level if division else None
    if name.form is NameForm.CENTRAL:
        level = AdminLevel.CENTRAL
    if name.zone:
        level = None
    body = Body(
        body_id=body_id_of(
            name.body_type,
            division,
            own if division else reporting_for,
            central=name.form is NameForm.CENTRAL,
        ),
        name=reporting_for,
        body_type=name.body_type,
        admin_level=level,
        division_today=division.code_now if division else None,
    )
    return _resolved(
        body=body,
        issuing=issuing,
        reporting_for=reporting_for,
        scope=ReportScope.ORGAN,
        placed=placed,
        evidence={
            "issuing_body": named.evidence,
            "reporting_for": named.evidence,
            "division": "central" if name.form is NameForm.CENTRAL else _division_evidence(placed),
        },
        sure=named.evidence.startswith(("title", "signature")),
    )


def _town(name: BodyName) -> bool:
    return name.body_type in (BodyType.TOWNSHIP, BodyType.SUBDISTRICT)


def _organ_name(name: BodyName) -> str:
    if name.zone:
        return name.zone + name.rest
    return completed(name.rest if name.form is NameForm.CENTRAL else name.head + name.rest)


def _with_division(name: BodyName, own: str, *, issuing: str, county: str | None) -> str:
    if name.form is NameForm.CENTRAL or name.zone or county is None or county in issuing:
        return issuing
    if name.is_vertical:
        return issuing
    if name.leading:
        return issuing if not name.short_leading else county + own
    rest = own if _town(name) else without_level_prefix(own)
    return county + rest


def _division_evidence(placed: Placed | None) -> str:
    return placed.evidence if placed else "unresolved"


def _resolved(
    *,
    body: Body,
    issuing: str,
    reporting_for: str,
    scope: ReportScope,
    placed: Placed | None,
    evidence: dict[str, str],
    sure: bool,
    as_government: bool = False,
) -> ResolvedBody:
    central = body.admin_level is AdminLevel.CENTRAL
    division = placed.division if placed else None
    confidence = Confidence.LOW
    if central or placed:
        confidence = placed.confidence if placed else Confidence.HIGH
        if not sure and confidence is Confidence.HIGH:
            confidence = Confidence.MEDIUM
    return ResolvedBody(
        body=body,
        issuing_body=issuing,
        reporting_for=reporting_for,
        scope=scope,
        division=division,
        division_code=CENTRAL_CODE if central else division.code if division else None,
        division_name=CENTRAL_NAME if central else division.full_name if division else None,
        evidence=evidence,
        confidence=confidence,
        findings=(),
        as_government=as_government,
    )
