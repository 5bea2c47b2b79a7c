"""The identities (勾稽关系) that a report's figures must keep, as data: what is compared, where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from extract.forms import (
    APPLICANTS,
    DENIED,
    OTHER_2021,
    REFUSED,
    REQUESTS_2019,
    REQUESTS_2021,
    REVIEW_GROUPS,
    UNABLE,
)
from extract.report import Severity, TableForm


class Relation(Enum):
    """How the printed side must stand to the computed one."""

    EQUAL = "="
    AT_MOST = "<="
    AT_LEAST = ">="


class Needs(Enum):
    """The table that an identity is about: without it, it is not applicable."""

    TABLE_2 = "table2"
    TABLE_3 = "table3"
    TABLE_4 = "table4"
    APPENDIX = "appendix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One comparison of sums of cells. ``printed`` and ``computed`` are cell names; an empty
    ``computed`` is 0. ``forms`` limits it to forms of its table, empty for any.

    ``where_present`` are cells of the computed side that count where a table has them, and whose
    absence says nothing. A local appendix may lack any of the computed cells. ``subtracted`` are
    cells of the computed side that count less; a name that begins with ``PREVIOUS`` is a cell of
    the report on the year before.
    """

    name: str
    place: str
    severity: Severity
    needs: Needs
    printed: tuple[str, ...]
    computed: tuple[str, ...] = ()
    relation: Relation = Relation.EQUAL
    forms: frozenset[TableForm] = frozenset()
    where_present: tuple[str, ...] = ()
    subtracted: tuple[str, ...] = ()


ITEM_ROWS = ("permits", "other_services", "penalties", "coercion", "admin_fees")
"""The rows of the 2019 form that say how many items there were, and the change."""

PREVIOUS = "previous."
"""In front of the name of a cell of the year before."""

_2019 = frozenset((TableForm.FORM_2019,))
_2021 = frozenset((TableForm.FORM_2021,))


def _requests() -> list[Identity]:
    """1 to 3: per column the balance and the sum of outcomes, per row the sum of applicants."""
    found: list[Identity] = []
    others = ((_2019, ("other_handling",)), (_2021, tuple(row.name for row in OTHER_2021)))
    for column in APPLICANTS:
        found.append(
            Identity(
                name="t3_balance",
                place=column,
                severity=Severity.ERROR,
                needs=Needs.TABLE_3,
                printed=(f"new_received.{column}", f"carried_in.{column}"),
                computed=(f"closed_total.{column}", f"carried_out.{column}"),
            )
        )
        for forms, other in others:
            rows = ("granted", "partially_granted", *DENIED, *UNABLE, *REFUSED, *other)
            found.append(
                Identity(
                    name="t3_closed",
                    place=column,
                    severity=Severity.ERROR,
                    needs=Needs.TABLE_3,
                    printed=(f"closed_total.{column}",),
                    computed=tuple(f"{row}.{column}" for row in rows),
                    forms=forms,
                )
            )
    of_2019 = {row.name for row in REQUESTS_2019}
    of_2021 = {row.name for row in REQUESTS_2021}
    for row in (*REQUESTS_2021, *REQUESTS_2019):
        both = row.name in of_2019 and row.name in of_2021
        if both and row in REQUESTS_2019 and any(i.place == row.name for i in found):
            continue
        found.append(
            Identity(
                name="t3_row",
                place=row.name,
                severity=Severity.ERROR,
                needs=Needs.TABLE_3,
                printed=(f"{row.name}.total",),
                computed=tuple(f"{row.name}.{column}" for column in APPLICANTS[:-1]),
                forms=frozenset() if both else (_2021 if row.name in of_2021 else _2019),
            )
        )
    return found


def _review() -> list[Identity]:
    """4: each group of table 4 sums to its total."""
    parts = ("upheld", "corrected", "other", "pending")
    return [
        Identity(
            name="t4_total",
            place=group,
            severity=Severity.ERROR,
            needs=Needs.TABLE_4,
            printed=(f"{group}_total",),
            computed=tuple(f"{group}_{part}" for part in parts),
        )
        for group in REVIEW_GROUPS
    ]


def _proactive() -> list[Identity]:
    """5: what was published is within what is public; a change leaves no fewer than none."""
    found = [
        Identity(
            name="t2_published_within_total",
            place=row,
            severity=Severity.WARNING,
            needs=Needs.TABLE_2,
            printed=(f"t2_{row}_published",),
            computed=(f"t2_{row}_public_total",),
            relation=Relation.AT_MOST,
            forms=_2019,
        )
        for row in ("regulations", "normative_docs")
    ]
    found += [
        Identity(
            name="t2_items_not_negative",
            place=row,
            severity=Severity.WARNING,
            needs=Needs.TABLE_2,
            printed=(f"t2_{row}_prev_items", f"t2_{row}_change"),
            relation=Relation.AT_LEAST,
            forms=_2019,
        )
        for row in ITEM_ROWS
    ]
    return found


@dataclass(frozen=True, slots=True)
class _Sum:
    """A total of the appendix and its parts, without their prefix ``e2_``."""

    name: str
    total: str
    parts: str
    where_present: tuple[str, ...] = ()


_APPENDIX_SUMS = (
    _Sum(
        "e2_received",
        "requests_received",
        "req_in_person req_fax req_online req_letter",
        ("local_req_email", "local_req_other"),
    ),
    _Sum("e2_closed", "requests_closed", "closed_on_time closed_extended"),
    _Sum(
        "e2_replies",
        "replies_total",
        "reply_already_public reply_granted reply_partial reply_denied reply_not_this_agency "
        "reply_not_exist reply_amend reply_other_channel",
    ),
    _Sum(
        "e2_denied",
        "reply_denied",
        "denied_state_secret denied_trade_secret denied_privacy denied_security_stability "
        "denied_not_gov_info denied_other_law",
    ),
    _Sum("e2_review", "review_total", "review_upheld review_corrected review_other"),
    _Sum(
        "e2_litigation",
        "litigation_total",
        "litigation_upheld litigation_corrected litigation_other",
    ),
    _Sum("e2_staff", "staff_total", "staff_full_time staff_part_time"),
)
_PARTS_OF_WHOLES = (
    ("e2_disclosed_normative_docs", "e2_disclosed_total"),
    ("e2_press_conferences_by_head", "e2_press_conferences"),
    ("e2_online_interviews_by_head", "e2_online_interviews"),
)
_CHANNELS = ("gazette", "website", "weibo", "wechat", "other")


def _appendix() -> list[Identity]:
    """11 to 18."""
    found = [
        Identity(
            name=one.name,
            place="",
            severity=Severity.ERROR,
            needs=Needs.APPENDIX,
            printed=(f"e2_{one.total}",),
            computed=tuple(f"e2_{part}" for part in one.parts.split()),
            where_present=one.where_present,
        )
        for one in _APPENDIX_SUMS
    ]
    found += [
        Identity(
            name="part_within_whole",
            place=part,
            severity=Severity.WARNING,
            needs=Needs.APPENDIX,
            printed=(part,),
            computed=(whole,),
            relation=Relation.AT_MOST,
            forms=frozenset((TableForm.FORM_2014,)),
        )
        for part, whole in _PARTS_OF_WHOLES
    ]
    found.append(
        Identity(
            name="e2_channels",
            place="",
            severity=Severity.INFO,
            needs=Needs.APPENDIX,
            printed=("e2_disclosed_total",),
            computed=tuple(f"e2_disclosed_{channel}" for channel in _CHANNELS),
            relation=Relation.AT_MOST,
        )
    )
    return found


IDENTITIES = (*_requests(), *_review(), *_proactive(), *_appendix())
"""Identities 1 to 5 and 11 to 18 of the forms, in the order of the tables."""


def _across_years() -> list[Identity]:
    """7 to 9: what a year begins with is what the year before ended with."""
    found = [
        Identity(
            name="year_carried",
            place=column,
            severity=Severity.WARNING,
            needs=Needs.TABLE_3,
            printed=(f"carried_in.{column}",),
            computed=(f"{PREVIOUS}carried_out.{column}",),
        )
        for column in APPLICANTS
    ]
    found += [
        Identity(
            name="year_valid_documents",
            place=row,
            severity=Severity.INFO,
            needs=Needs.TABLE_2,
            printed=(f"t2_{row}_valid",),
            computed=(f"{PREVIOUS}t2_{row}_valid", f"t2_{row}_made"),
            subtracted=(f"t2_{row}_repealed",),
            forms=_2021,
        )
        for row in ("regulations", "normative_docs")
    ]
    found += [
        Identity(
            name="year_previous_items",
            place=row,
            severity=Severity.WARNING,
            needs=Needs.TABLE_2,
            printed=(f"t2_{row}_prev_items",),
            computed=(f"{PREVIOUS}t2_{row}_prev_items", f"{PREVIOUS}t2_{row}_change"),
            forms=_2019,
        )
        for row in ITEM_ROWS
    ]
    return found


YEAR_IDENTITIES = tuple(_across_years())
"""Identities 7 to 9, over a body's reports on two years running."""


REGULATIONS = (
    "t2_regulations_made",
    "t2_regulations_public_total",
    "t2_regulations_published",
    "t2_regulations_repealed",
    "t2_regulations_valid",
)
"""The cells of 规章, which only some governments make."""


def cells_of(name: str, place: str) -> tuple[str, ...]:
    """The cells that an identity at a place compares, in the report itself and (with ``PREVIOUS``
    in front) in that of the year before; none for one about other things."""
    if name == "count_valid":
        return (place,)
    if name == "regulations_plausible":
        return REGULATIONS
    if name == "text_table":
        from extract.text_table import counterparts_of  # the rules of prose are seldom needed here

        share = ("closed_total.total",) if place.endswith(".share") else ()
        return (*(cell for cells in counterparts_of(place) for cell in cells), *share)
    found = [
        cell
        for one in (*IDENTITIES, *YEAR_IDENTITIES)
        if one.name == name and one.place in (place, "")
        for cell in (*one.printed, *one.computed, *one.subtracted, *one.where_present)
    ]
    return tuple(dict.fromkeys(found))


NAMES = tuple(
    dict.fromkeys(
        (
            *(one.name for one in (*IDENTITIES, *YEAR_IDENTITIES)),
            "regulations_plausible",
            "text_table",
            "prose_sum",
            "prose_share",
            "prose_growth",
            "count_valid",
            "report_year_agrees",
        )
    )
)
"""Every identity by its name in ``checks``."""

_TABLES = {Needs.TABLE_2: 2, Needs.TABLE_3: 3, Needs.TABLE_4: 4, Needs.APPENDIX: 0}
_TABLE_OF = {one.name: _TABLES[one.needs] for one in IDENTITIES} | {"regulations_plausible": 2}


def table_of(identity: str) -> int | None:
    """The number of the one table that an identity is about, 0 for the appendix; None for an
    identity of the prose, of several years or of the whole report.
    """
    return _TABLE_OF.get(identity)
