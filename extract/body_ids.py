"""What bodies are called and known by: the government of an area, full names, ids."""

from __future__ import annotations

import re

from extract.body_names import without_level_prefix
from extract.divisions import Division
from extract.report import BodyType

_TOWN_TAILS = (("镇", "人民政府"), ("乡", "人民政府"), ("苏木", "人民政府"), ("街道", "办事处"))
CENTRAL_CODE, CENTRAL_NAME = "100000", "中央"


def completed(text: str) -> str:
    """A town's name with its organ: 王坝镇 is 王坝镇人民政府; other names as they are."""
    for ending, tail in _TOWN_TAILS:
        if text.endswith(ending):
            return text + tail
    return text


def body_id_of(
    body_type: BodyType, division: Division | None, name: str, *, central: bool = False
) -> str:
    """``gov:<division>``, or ``<type>:<division>:<name>`` with today's code, or unknown.

    A body of unknown division gets its host's name beside that: ``unknown@www.example.gov.cn``.
    """
    place = CENTRAL_CODE if central else division.code_today if division else "unknown"
    if body_type is BodyType.GOVERNMENT and division:
        return f"gov:{place}"
    return f"{body_type.value}:{place}:{normalised(name)}"


def normalised(name: str) -> str:
    """A name without what is written or left out in front of the same body."""
    compact = re.sub(r"[\s()（）·]", "", name)
    compact = re.sub(r"^(?:人民)?政府(?=.+(?:街道|办事处|镇|乡))", "", compact)
    compact = re.sub(r"(?<=[镇乡])政府$", "人民政府", compact)
    return compact if compact.endswith(("镇", "乡")) else without_level_prefix(compact)
