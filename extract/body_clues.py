"""Where a document names its body: title, sign-off, labels, opening, breadcrumb, listing, site.

All texts are simplified. The order is the order of trust; 与…联系 names a contact and is no source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extract.body_names import BodyName, parse_body_name
from extract.document import Document
from extract.places import Surroundings, credit_code, site_code

PUBLISHER_LABELS = (
    "发布机构", "公开机构", "发文机关", "发文机构", "发文单位", "发布单位", "公开单位",
    "信息公开机构", "责任部门", "公开主体", "发布机关", "编制单位", "编制机关", "公开责任部门",
    "信息来源", "来源", "单位",
)  # fmt: skip
_TITLE_TAIL = re.compile(
    r"(?:政府信息|政务信息|政务|信息|资讯)公开.*$|(?:工作)?(?:年度)?(?:报告|年报).*$"
)
_BEHIND_TITLE = re.compile(
    r"(?:报告|年报)(?:[(（]?(?:20\d\d|二[〇○零0][一-鿿\d]{2})年度?[)）]?)?"
    r"(?:[(（【\[](?P<bracketed>[一-鿿·]{2,40})[)）】\]]|[-—_:：|]{1,3}(?P<name>[一-鿿·]{2,40}))$"
)
_TITLE_NOISE = re.compile(
    r"[12]\s?\d\s?\d\s?\d\s?(?:年度|年)?|[一二][〇○零0][\d〇○零一二三四五六七八九]{2}(?:年度|年)?"
    r"|[(（][^()（）]{0,20}[)）]|[《》\"“”【】\[\]:：]|^关于(?:公布|发布|印发)?|(?:关于|的)$|^(?:年度|本级)"
)
_PARTY_OFFICE = re.compile(r"^中共[一-鿿]{2,14}?委(?:员会)?办公室(?:、|和)?(?=[一-鿿]{2,12}政府)")
_OPENING = re.compile(
    r"(?:公布|发布|公开|编制|形成|撰写|报告)(?:了|如下)?(?P<name>[一-鿿·、()（）]{2,60}?)"
    r"(?:20\d\d\s?年(?:度)?|二[〇○零0][一-鿿\d]{2}年(?:度)?|年度|本年度)"
    r"(?:政府|政务)?信息公开"
)
_COMPILED_BY = re.compile(r"由(?P<name>[一-鿿]{3,30}?)(?:负责)?(?:编制|编写|撰写|公布)")
_PARENTHESIS = re.compile(r"[(（][^()（）]{0,60}[)）]")
OPENING_CHARS = 1_500


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyClues:
    """What bodies are read from, all simplified: ``title`` the report's, ``page_title`` the page's
    own (``title`` may be the listing's), ``signer`` that of the sign-off, ``link_text`` the listing
    row's; None where there is none. ``portal_division`` is the code in the portal's file: a hint
    of the lowest rank."""

    document: Document
    title: str
    year: int
    signer: str | None
    link_text: str | None
    portal_division: str | None = None
    page_title: str | None = None


def surroundings_of(clues: BodyClues) -> Surroundings:
    """The texts that say where a document is from, the nearest first."""
    metadata = clues.document.metadata
    text = clues.document.text
    near = [
        ("title", clues.title),
        ("signature", clues.signer or ""),
        ("labels", " ".join(value for _, value in publishers(clues))),
        ("breadcrumb", "\n".join(metadata.breadcrumb)),
        ("html_title", metadata.html_title or ""),
        ("head of the page", text[:120]),
        ("listing", clues.link_text or ""),
        ("site_name", metadata.site_name or ""),
        ("opening", text[:OPENING_CHARS]),
        ("close", text[-300:]),
    ]
    return Surroundings(
        year=clues.year,
        near=tuple((evidence, one) for evidence, one in near if one.strip()),
        text=text,
        site_code=site_code(metadata.site_id_code),
        credit_code=_credit_code(metadata.labels),
        portal_code=clues.portal_division,
    )


def name_in_title(title: str) -> str:
    """What is left of a title without year and 政府信息公开…报告: the body's name, or nothing."""
    compact = _PARTY_OFFICE.sub("", "".join(title.split()))
    head = _TITLE_TAIL.sub("", compact, count=1)
    if head.endswith("人民"):
        # 某县人民政府信息公开年报: the tail's 政府 belongs to the name
        head += "政府"
    previous = None
    while previous != head:
        previous, head = head, _TITLE_NOISE.sub("", head)
    return head.strip("-_—")


def name_behind_title(title: str) -> str:
    """What stands behind 政府信息公开…报告, set off by brackets, a dash or a colon; or nothing."""
    match = _BEHIND_TITLE.search("".join(title.split()))
    return (match["bracketed"] or match["name"]) if match else ""


def publishers(clues: BodyClues) -> list[tuple[str, str]]:
    """The labelled publishers and ContentSource, each with where it stood, surest first."""
    found: list[tuple[str, str]] = []
    labels = {re.sub(r"[\s:：\[\]【】]+", "", key): value for key, value in _labels(clues)}
    for label in PUBLISHER_LABELS:
        if value := labels.get(label):
            found.append((f"label {label}", value))
    if source := clues.document.metadata.content_source:
        found.insert(min(len(found), 1), ("content_source", source))
    return found


def _credit_code(labels: tuple[tuple[str, str], ...]) -> str | None:
    """The area of the first social credit code among labelled values: 索引号 begins with it."""
    return next((code for _, value in labels if (code := credit_code(value))), None)


def _labels(clues: BodyClues) -> tuple[tuple[str, str], ...]:
    return clues.document.metadata.labels


def name_sources(clues: BodyClues) -> list[tuple[str, str]]:
    """Every text that may be the body's name, with where it stood, in order of trust."""
    metadata = clues.document.metadata
    opening = prose_head(clues.document)
    titles = [one for one in (clues.page_title, clues.title) if one]
    named = (name_in_title, name_behind_title)
    sources = [("title", name_of(title)) for title in titles for name_of in named]
    if clues.signer:
        sources.append(("signature", clues.signer))
    sources += [(f"{evidence}", value) for evidence, value in publishers(clues)]
    sources += [("opening", found) for found in opening_names(opening)]
    if clues.link_text:
        sources.append(("listing", name_in_title(clues.link_text)))
    if metadata.html_title:
        sources += [
            ("html_title", name_in_title(one)) for one in re.split(r"[-_|]", metadata.html_title)
        ]
    sources += [("breadcrumb", name_in_title(crumb)) for crumb in reversed(metadata.breadcrumb)]
    if metadata.site_name:
        sources.append(("site_name", re.sub(r"(?:门户)?网站?$", "", metadata.site_name)))
    return sources


def prose_head(document: Document) -> str:
    """The opening of the text without white space."""
    return "".join(document.text[:OPENING_CHARS].split())


def opening_names(opening: str) -> list[str]:
    """The bodies that an opening paragraph says publish or compile the report."""
    names = [match["name"] for match in _OPENING.finditer(opening)]
    names += [match["name"] for match in _COMPILED_BY.finditer(opening)]
    return [_PARENTHESIS.sub("", name) for name in names]


def publisher_names(clues: BodyClues) -> list[BodyName | None]:
    """The publishers taken apart; None for a value that is no body's name."""
    return [parse_body_name(value, clues.year) for _, value in publishers(clues)]
