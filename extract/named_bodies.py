"""A report's body as it stands after what the user knows of it."""

from __future__ import annotations

from dataclasses import replace

from extract.bodies import ResolvedBody
from extract.body_ids import CENTRAL_CODE, CENTRAL_NAME
from extract.divisions import Division, find_by_code, lifetime
from extract.governments import government_name
from extract.known_bodies import SOURCE, KnownBodies, KnownBody
from extract.report import AdminLevel, Body, BodyType, Confidence

_TOWNS = (BodyType.TOWNSHIP, BodyType.SUBDISTRICT)


def as_known(resolved: ResolvedBody, known: KnownBodies, year: int) -> ResolvedBody:
    """The body of a report on a year as the user knows it; unchanged where nothing is said."""
    before = resolved.body
    body_id = known.resolve(before.body_id, names=(resolved.reporting_for, before.name))
    said = known.about(body_id)
    if body_id == before.body_id and said is None:
        return resolved
    said = said or KnownBody(body_id=body_id)
    code = said.division or _code(body_id)
    division = find_by_code(code, year) if code else None
    moved = division is not None or code == CENTRAL_CODE
    after = resolved
    if moved:
        after = replace(
            resolved,
            division=division,
            division_code=division.code if division else CENTRAL_CODE,
            division_name=division.full_name if division else CENTRAL_NAME,
            confidence=Confidence.HIGH,
            findings=tuple(f for f in resolved.findings if f.kind != "division_unresolved"),
            evidence=resolved.evidence | {"division": SOURCE},
        )
    return replace(
        after,
        body=_body(before, said, after.division if code != CENTRAL_CODE else None, code),
        evidence=after.evidence | {"body_id": SOURCE},
    )


def _body(before: Body, said: KnownBody, division: Division | None, code: str | None) -> Body:
    kind, _, rest = said.body_id.partition(":")
    body_type = BodyType.GOVERNMENT if kind == "gov" else BodyType(kind)
    first, last = lifetime(division.code_today) if division and kind == "gov" else (None, None)
    own = before.name if said.body_id == before.body_id else _name(kind, rest, division)
    return Body(
        body_id=said.body_id,
        name=said.name or own,
        body_type=body_type,
        admin_level=_level(before, body_type, division, code),
        division_today=division.code_now if division else before.division_today,
        valid_from=said.valid_from or first,
        valid_to=said.valid_to or last,
        predecessor=said.predecessor,
        other_names=(*said.aliases, *((said.name,) if said.name else ())),
    )


def _code(body_id: str) -> str | None:
    """The code in an id, None where it says unknown."""
    code = body_id.split(":")[1]
    return code if code.isdigit() else None


def _name(kind: str, rest: str, division: Division | None) -> str:
    """The name that an id spells: of a government, or of the body with its division in front."""
    if kind == "gov":
        return government_name(division.name) if division else rest
    own = rest.partition(":")[2]
    return own if division is None or division.short in own else division.name + own


def _level(
    before: Body, body_type: BodyType, division: Division | None, code: str | None
) -> AdminLevel | None:
    if code == CENTRAL_CODE:
        return AdminLevel.CENTRAL
    if body_type in _TOWNS:
        return AdminLevel.TOWNSHIP
    if body_type is BodyType.ZONE:
        return None
    in_a_zone = before.admin_level is None and before.division_today is not None
    return division.level if division and not in_a_zone else before.admin_level
