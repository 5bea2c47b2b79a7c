"""Search: bodies by name, and reports by every word of their titles and texts."""

from __future__ import annotations

from dataclasses import asdict

from extract.browse.asking import body_path, report_path
from extract.browse.corpus import Reading
from extract.browse.errors import BadQuestion
from extract.browse.opening import value_link
from extract.browse.page import Json, Page, Turn
from extract.errors import ExtractError
from extract.provinces import place_of, provinces
from extract.report import AdminLevel
from extract.search import Found, search_in
from extract.search_order import Order, Wanted

SIZE = 20
MOST_BODIES = 8
MOST_PAGES = 10_000
FIRST, LAST = 1990, 2100
"""Years that may be asked for."""

LEVELS = tuple(level.value for level in AdminLevel)
ORDERS = tuple(order.value for order in Order)


def search_page(reading: Reading) -> Page:
    """Without words an empty form. Raises BadQuestion."""
    asked = reading.asked
    query, page = asked.text("q"), asked.number("page", 1, MOST_PAGES) or 1
    wanted = Wanted(
        limit=SIZE,
        offset=(page - 1) * SIZE,
        order=Order(asked.choice("order", ORDERS) or Order.RANK),
        year=asked.number("year", FIRST, LAST),
        division=asked.choice("province", tuple(provinces())) or None,
        level=asked.choice("level", LEVELS) or None,
    )
    data: Json = {
        "q": query,
        "year": wanted.year,
        "province": wanted.division,
        "level": wanted.level,
        "order": wanted.order.value,
        "bodies": _bodies(reading, query) if query and page == 1 else [],
        "hidden": 0,
        "ranked_from": None,
        "found": [],
        "turn": None,
    }
    if query:
        try:
            result = search_in(
                reading.db, query, wanted, withheld=reading.withheld, keep=reading.keep
            )
        except ExtractError as error:
            raise BadQuestion(str(error)) from error
        data |= {
            "found": [_found(one) for one in result.found],
            "hidden": result.taken_down,
            "ranked_from": result.ranked_from,
            "turn": Turn(result.total, page, SIZE).as_json(),
        }
    return Page("search.html", data | {"provinces": provinces(), "levels": LEVELS})


def _found(found: Found) -> Json:
    """A report with its passage in pieces, hits among them."""
    told = asdict(found) | {
        "page": report_path(found.report_id),
        "open": value_link(found.report_id),
        "snippet": None,
    }
    if found.snippet is None:
        return told
    text, done, pieces = found.snippet.text, 0, []
    for hit in found.snippet.hits:
        pieces.append({"text": text[done : hit.start], "is_hit": False})
        pieces.append({"text": text[hit.start : hit.end], "is_hit": True})
        done = hit.end
    pieces.append({"text": text[done:], "is_hit": False})
    return told | {
        "snippet": [piece for piece in pieces if piece["text"]],
        "begins_text": found.snippet.begins_text,
        "ends_text": found.snippet.ends_text,
    }


def _bodies(reading: Reading, query: str) -> list[Json]:
    """Bodies one of whose names holds what was typed; the shortest names first."""
    pattern = "".join(f"\\{one}" if one in "%_\\" else one for one in query)
    rows = reading.db.execute(BODIES, {"pattern": f"%{pattern}%", "most": MOST_BODIES})
    return [
        {
            "body_id": row["body_id"],
            "name": row["name"],
            "place": place_of(row["division_today"]),
            "page": body_path(row["body_id"]),
        }
        for row in rows
    ]


BODIES = r"""
SELECT body_id, name, division_today FROM bodies
WHERE name LIKE :pattern ESCAPE '\'
ORDER BY length(name), body_id LIMIT :most
"""
