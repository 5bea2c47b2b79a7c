"""The types of what is read from a document: a report, or the reason why it is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from extract.document import AttachmentLink, Document, Section, Span
from extract.sentences import say

FROM_PAGE = "from_page"
"""The key of ``evidence`` of a report that took its body or year from its page: that capture."""


class BodyType(StrEnum):
    """What kind of public body issues a report."""

    GOVERNMENT = "government"
    OFFICE = "office"
    DEPARTMENT = "department"
    DISPATCHED = "dispatched"
    TOWNSHIP = "township"
    SUBDISTRICT = "subdistrict"
    ZONE = "zone"
    INSTITUTION = "institution"


class AdminLevel(StrEnum):
    """The level of the government that a body belongs to."""

    CENTRAL = "central"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"


class ReportScope(StrEnum):
    """Whether a report speaks for an area, for one organ, or cannot be told."""

    AREA = "area"
    ORGAN = "organ"
    UNCLEAR = "unclear"


class Measure(StrEnum):
    """What a number in the prose counts: the closed list of the forms; all else is ``OTHER``."""

    DISCLOSED = "disclosed"
    DISCLOSED_WEBSITE = "disclosed_website"
    DISCLOSED_GAZETTE = "disclosed_gazette"
    DISCLOSED_WEIBO = "disclosed_weibo"
    DISCLOSED_WECHAT = "disclosed_wechat"
    DISCLOSED_OTHER = "disclosed_other"
    POLICY_DOCUMENTS = "policy_documents"
    POLICY_EXPLAINERS = "policy_explainers"
    PRESS_CONFERENCES = "press_conferences"
    PRESS_CONFERENCE_ITEMS = "press_conference_items"
    ONLINE_INTERVIEWS = "online_interviews"
    RESPONSES = "responses"
    MEDIA_ITEMS = "media_items"
    REQUESTS_RECEIVED = "requests_received"
    REQUESTS_CARRIED_IN = "requests_carried_in"
    REQUESTS_HANDLED = "requests_handled"
    REQUESTS_CLOSED = "requests_closed"
    REQUESTS_CLOSED_RATE = "requests_closed_rate"
    REQUESTS_CARRIED_OUT = "requests_carried_out"
    REPLIES_TOTAL = "replies_total"
    GRANTED = "granted"
    PARTIALLY_GRANTED = "partially_granted"
    DENIED = "denied"
    UNABLE = "unable"
    REFUSED = "refused"
    NOT_THIS_AGENCY = "not_this_agency"
    NOT_EXIST = "not_exist"
    OTHER_HANDLING = "other_handling"
    REQ_IN_PERSON = "req_in_person"
    REQ_ONLINE = "req_online"
    REQ_LETTER = "req_letter"
    REQ_FAX = "req_fax"
    REQ_EMAIL = "req_email"
    REVIEW_TOTAL = "review_total"
    REVIEW_UPHELD = "review_upheld"
    REVIEW_CORRECTED = "review_corrected"
    LITIGATION_TOTAL = "litigation_total"
    LITIGATION_UPHELD = "litigation_upheld"
    LITIGATION_CORRECTED = "litigation_corrected"
    FEES = "fees"
    PROCESSING_FEE = "processing_fee"
    STAFF_FULL_TIME = "staff_full_time"
    STAFF_PART_TIME = "staff_part_time"
    MEETINGS = "meetings"
    TRAINING_SESSIONS = "training_sessions"
    TRAINEES = "trainees"
    READING_POINTS = "reading_points"
    CONSULTATIONS = "consultations"
    PROPOSALS_RECEIVED = "proposals_received"
    SERVICE_ITEMS_HANDLED = "service_items_handled"
    SERVICE_ITEMS_CLOSED_RATE = "service_items_closed_rate"
    OTHER = "other"


class Qualifier(StrEnum):
    """How a printed number is softened; None when it is exact."""

    MORE_THAN = "more_than"
    NEARLY = "nearly"
    ABOUT = "about"


class Confidence(StrEnum):
    """How sure a resolved field is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number in the prose.

    ``value`` has 万 multiplied out; ``unit`` as printed, None for a negated statement without
    one. ``scope`` (simplified) limits the count to part of what the report covers, None when it
    covers all. ``quote`` is ``text_original[original]``; ``span`` the same passage in ``text``.
    """

    measure: Measure
    value: float | int
    unit: str | None
    qualifier: Qualifier | None
    negated: bool
    scope: str | None
    quote: str
    span: Span
    original: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A public body, as resolved for one report.

    ``body_id`` is ``gov:<division>`` for a government, else ``<type>:<division>:<name>``.
    ``division_today`` is the code that the division has now, or the one that took it over; None
    while unresolved, and where it was divided. ``valid_from`` and ``valid_to`` are the first and
    last year of a government that did not stand all the time; ``predecessor`` a body's id.
    ``other_names`` are those that the user knows it by.
    """

    body_id: str
    name: str
    body_type: BodyType
    admin_level: AdminLevel | None
    division_today: str | None
    valid_from: int | None = None
    valid_to: int | None = None
    predecessor: str | None = None
    other_names: tuple[str, ...] = ()


class TableForm(StrEnum):
    """A statutory form, by the year that it was issued; or an appendix of a locality's own."""

    FORM_2014 = "2014"
    FORM_2019 = "2019"
    FORM_2021 = "2021"
    LOCAL = "local"


class TablesSource(StrEnum):
    """What the cells were read from."""

    HTML = "html"
    PDF = "pdf"
    DOC = "doc"
    XLS = "xls"
    TEXT = "text"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a statutory table; ``name`` is its field name (table 3: ``<row>.<column>``).

    ``raw`` is the string as it stands; ``value`` None where it is blank, in 万元 for a name that
    ends in ``_wan_yuan``, whatever ``unit`` is printed. ``table_no`` is 2, 3 or 4, None for an
    appendix. ``provenance`` (JSON) finds ``raw`` again: ``table`` (a DOM path: of a DOCX
    in word/document.xml), ``row`` and ``column`` of the laid out table; ``page`` and ``box`` of a
    PDF (points from the top left corner; ``parts`` where a page break tore the cell); ``sheet``
    and ``cell``; or ``start`` and ``end`` in ``Document.text_original``.
    """

    name: str
    value: float | int | None
    raw: str
    unit: str | None
    table_no: int | None
    row_name: str
    column_name: str | None
    provenance: str


class CheckOutcome(StrEnum):
    """What became of an identity; never a fail where a cell is blank or was not read."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_ASSESSABLE = "not_assessable"
    NOT_APPLICABLE = "not_applicable"


class Severity(StrEnum):
    """How much a failed identity says: the form demands it, it is odd, or it may well be."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One identity at one place (a column, row, group or field; "report" for the whole).

    ``printed`` and ``computed`` are its two sides, ``difference`` the first less the second; None
    where a cell is blank. ``blank_as_zero_outcome`` is what it would be if blank cells were 0.
    """

    identity: str
    place: str
    outcome: CheckOutcome
    severity: Severity
    printed: float | int | None = None
    computed: float | int | None = None
    difference: float | int | None = None
    blank_as_zero_outcome: CheckOutcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a person should look at. ``kind`` is a stable snake_case name."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One reading of a body's report on a year. None where the document does not say.

    ``division`` is the six-digit code of the report's year, ``division_name`` its full name with
    province and prefecture. ``evidence`` maps a field to where it was found (title, signature,
    breadcrumb, content_source, opening, listing …).
    """

    document: Document
    title: str
    report_year: int
    body: Body
    issuing_body: str
    reporting_for: str
    report_scope: ReportScope
    division: str | None
    division_name: str | None
    published_on: date | None
    signed_on: date | None
    period_start: date | None
    period_end: date | None
    doc_number: str | None
    index_number: str | None
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...]
    evidence: dict[str, str]
    confidence: Confidence
    findings: tuple[Finding, ...] = ()
    cells: tuple[Cell, ...] = ()
    checks: tuple[Check, ...] = ()
    table2_form: TableForm | None = None
    table3_form: TableForm | None = None
    appendix_form: TableForm | None = None
    tables_source: TablesSource = TablesSource.NONE


class SkipReason(StrEnum):
    """Why a document is not stored as a report.

    READER_MISSING says nothing of the document: the same version reads it where the library is.
    BLOCKED says nothing of it either: something else was served in its place (extract.blocking).
    """

    NOT_A_REPORT = "not_a_report"
    NEWS = "news"
    NOTICE = "notice"
    BLANK_FORM = "blank_form"
    EXPLAINER = "explainer"
    WEBSITE_REPORT = "website_report"
    NO_YEAR = "no_year"
    NO_BODY = "no_body"
    EMPTY = "empty"
    SOFT_404 = "soft_404"
    BLOCKED = "blocked"
    ATTACHMENT_ONLY = "attachment_only"
    PART_OF_REPORT = "part_of_report"
    HTTP_ERROR = "http_error"
    TRUNCATED = "truncated"
    UNSUPPORTED_MEDIA = "unsupported_media"
    READER_MISSING = "reader_missing"
    PDF_WITHOUT_TEXT = "pdf_without_text"
    ENCRYPTED = "encrypted"
    UNDECODABLE = "undecodable"
    TOO_LARGE = "too_large"
    EXTRACTOR_CRASHED = "extractor_crashed"
    EXTRACTOR_TIMEOUT = "extractor_timeout"


@dataclass(frozen=True, slots=True)
class PageFiles:
    """The files and further parts of a page: those asked for as part of its report, and those that
    are not.
    """

    asked: tuple[AttachmentLink, ...] = ()
    left: tuple[AttachmentLink, ...] = ()

    def findings(self) -> tuple[Finding, ...]:
        """Files of a report beyond what is asked of one page are named."""
        if not self.asked or not self.left:
            return ()
        named = ", ".join(link.url for link in self.left[:3])
        more = " …" if len(self.left) > 3 else ""
        count = len(self.asked) + len(self.left)
        message = say("files_left", count=count, asked=len(self.asked), named=f"{named}{more}")
        return (Finding(kind="attachments_not_asked", message=message),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one capture: a report, or the reason why there is none.

    ``document`` is None when not even the text could be read. ``detail`` says in words why it was
    skipped.
    """

    report: Report | None = None
    document: Document | None = None
    skip: SkipReason | None = None
    detail: str | None = None
    findings: tuple[Finding, ...] = ()
    files: PageFiles = PageFiles()

    @property
    def requisites(self) -> tuple[str, ...]:
        """Addresses of what the page is shown with; none of what was served in its place."""
        if self.document is None or self.skip in (SkipReason.BLOCKED, SkipReason.SOFT_404):
            return ()
        return self.document.requisites
