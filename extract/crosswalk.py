"""Which fields of the forms of 2014, 2019 and 2021 count the same, and what differs elsewhere.

Fields that the forms of 2019 and 2021 share under one name are comparable unless a link says
more; fields in no link stand alone. Comparability is that of the older field against the newest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from extract.forms import APPLICANTS, DENIED, OTHER_2021
from extract.headline import Comparability
from extract.report import TableForm
from extract.variables import Variable, cell_variables

SAME, BROADER = Comparability.COMPARABLE, Comparability.BROADER
NARROWER, OTHER = Comparability.NARROWER, Comparability.NOT_COMPARABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Fields of the three forms that are about one thing; several of a form are meant as their sum.

    ``of_2014`` and ``of_2019`` compare that form's fields with the newest form's that has any; None
    where there is nothing to compare. ``why`` gives the reason, empty where they count the same.
    """

    fields_2014: tuple[str, ...] = ()
    fields_2019: tuple[str, ...] = ()
    fields_2021: tuple[str, ...] = ()
    of_2014: Comparability | None = None
    of_2019: Comparability | None = None
    why: str = ""


def _since_2019(*fields: str) -> dict[str, tuple[str, ...]]:
    return {"fields_2019": fields, "fields_2021": fields}


def _old(field: str, *new: str, of: Comparability, why: str = "") -> Link:
    return Link(fields_2014=(field,), **_since_2019(*new), of_2014=of, of_2019=SAME, why=why)


_PENDING = "the form of 2014 counts concluded cases, those of 2019 and 2021 pending ones as well"
_HELD = "one kind of what is not held; the forms of 2019 and 2021 do not tell them apart"
_THIRD = "one kind of a third party's interests; the forms of 2019 and 2021 do not tell them apart"
_DOCUMENTS = "规范性文件 became 行政规范性文件: party and internal documents are out since 2021"

_REQUESTS = (
    _old("e2_requests_received", "new_received.total", of=SAME),
    _old("e2_requests_closed", "closed_total.total", of=SAME),
    _old(
        "e2_replies_total",
        "closed_total.total",
        of=NARROWER,
        why="requests that were closed without a reply are no replies",
    ),
    _old(
        "e2_reply_granted",
        "granted.total",
        of=NARROWER,
        why="replies that it was public already stand in a row of their own in 2014",
    ),
    _old(
        "e2_reply_already_public",
        "granted.total",
        of=NARROWER,
        why="since 2019 counted with what is granted",
    ),
    _old("e2_reply_partial", "partially_granted.total", of=SAME),
    _old(
        "e2_reply_denied",
        *(f"{row}.total" for row in DENIED),
        of=BROADER,
        why="2014 includes what is no government information (see the series denied)",
    ),
    _old("e2_denied_state_secret", "denied_state_secret.total", of=SAME),
    _old("e2_denied_trade_secret", "denied_third_party.total", of=NARROWER, why=_THIRD),
    _old("e2_denied_privacy", "denied_third_party.total", of=NARROWER, why=_THIRD),
    _old("e2_denied_security_stability", "denied_security_stability.total", of=SAME),
    _old(
        "e2_denied_other_law",
        "denied_prohibited_by_law.total",
        of=BROADER,
        why="any other case in law in 2014, prohibition by law alone since 2019",
    ),
    _old("e2_reply_not_this_agency", "unable_not_held.total", of=NARROWER, why=_HELD),
    _old("e2_reply_not_exist", "unable_not_held.total", of=NARROWER, why=_HELD),
    _old(
        "e2_reply_amend",
        "unable_unclear.total",
        of=OTHER,
        why="2014 counts notices to amend, the later forms what stayed unclear after them",
    ),
)
_REVIEWS = (
    _old("e2_review_total", "review_total", of=NARROWER, why=_PENDING),
    *(
        _old(f"e2_review_{part}", f"review_{part}", of=SAME)
        for part in ("upheld", "corrected", "other")
    ),
    _old(
        "e2_litigation_total",
        "lit_direct_total",
        "lit_after_review_total",
        of=NARROWER,
        why=_PENDING,
    ),
    *(
        _old(f"e2_litigation_{part}", f"lit_direct_{part}", f"lit_after_review_{part}", of=SAME)
        for part in ("upheld", "corrected", "other")
    ),
)
_DOCUMENT_LINKS = (
    Link(
        fields_2014=("e2_normative_docs_issued",),
        **_since_2019("t2_normative_docs_made"),
        of_2014=BROADER,
        of_2019=BROADER,
        why=_DOCUMENTS,
    ),
    Link(
        fields_2014=("e2_disclosed_normative_docs",),
        fields_2019=("t2_normative_docs_published",),
        of_2014=SAME,
    ),
    *(
        Link(
            fields_2019=(f"t2_{row}_public_total",),
            fields_2021=(f"t2_{row}_valid",),
            of_2019=OTHER,
            why="2019 counts all that is public, 2021 what is in force",
        )
        for row in ("regulations", "normative_docs")
    ),
    Link(
        fields_2019=("t2_admin_fees_prev_items", "t2_admin_fees_change"),
        fields_2021=("t2_admin_fees_amount_wan_yuan",),
        of_2019=OTHER,
        why="2019 counts items of fees, 2021 the amount charged",
    ),
)
_OTHER_HANDLING = tuple(
    Link(
        fields_2019=(f"other_handling.{applicant}",),
        fields_2021=tuple(f"{row.name}.{applicant}" for row in OTHER_2021),
        of_2019=SAME,
        why="one row in 2019 is three in 2021",
    )
    for applicant in APPLICANTS
)
_STATED = (*_REQUESTS, *_REVIEWS, *_DOCUMENT_LINKS, *_OTHER_HANDLING)


@cache
def crosswalk() -> tuple[Link, ...]:
    """All links: those stated above, then each field that is in none of them, in the forms' order.

    Each field of the three forms is in one link or more.
    """
    linked = {
        (form, name)
        for link in _STATED
        for form, names in (
            (TableForm.FORM_2014, link.fields_2014),
            (TableForm.FORM_2019, link.fields_2019),
            (TableForm.FORM_2021, link.fields_2021),
        )
        for name in names
    }
    return (*_STATED, *_alone(linked))


def _alone(linked: set[tuple[TableForm, str]]) -> Iterator[Link]:
    for variable in cell_variables():
        of_2014, of_2019, of_2021 = (
            (variable.field,) if form in variable.forms and (form, variable.field) not in linked
            else ()
            for form in (TableForm.FORM_2014, TableForm.FORM_2019, TableForm.FORM_2021)
        )  # fmt: skip
        if of_2014 or of_2019 or of_2021:
            yield Link(
                fields_2014=of_2014,
                fields_2019=of_2019,
                fields_2021=of_2021,
                of_2019=SAME if of_2019 and of_2021 else None,
                why="" if of_2019 and of_2021 else "no other form has it",
            )


COLUMNS = (
    *("label", "variables_2014", "variables_2019", "variables_2021"),
    *("comparability_2014", "comparability_2019", "why"),
)


def crosswalk_rows() -> Iterator[tuple[str, ...]]:
    """The crosswalk as a table of COLUMNS, variables by their names in the panel; a sum of several
    has + between them."""
    known = {variable.field: variable for variable in cell_variables()}
    for link in crosswalk():
        groups = (link.fields_2014, link.fields_2019, link.fields_2021)
        newest = next(group for group in reversed(groups) if group)
        yield (
            _label([known[name] for name in newest]),
            *(" + ".join(known[name].name for name in group) for group in groups),
            link.of_2014.value if link.of_2014 else "",
            link.of_2019.value if link.of_2019 else "",
            link.why,
        )


def _label(variables: list[Variable]) -> str:
    first = variables[0].english
    return first if len(variables) == 1 else f"{first} and {len(variables) - 1} more"
