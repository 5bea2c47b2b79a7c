"""The Xinjiang Production and Construction Corps (新疆生产建设兵团), which GB/T 2260 leaves out.

Its portals and statistics use the codes 66xxxx: 660000 for the Corps, 66NN00 for its Nth division
(师, 农N师 until 2012). Where a city was founded for a division (师市合一) the city also stands in
GB/T 2260, as a county-level city under the region: 石河子市 alone is 659001, 第八师石河子市 660800.
"""

from __future__ import annotations

CORPS_CODE, CORPS_NAME = "660000", "新疆生产建设兵团"
CORPS_SHORT = "兵团"

NUMERALS = (*"一二三四五六七八九十", "十一", "十二", "十三", "十四")
CITIES = {
    1: "阿拉尔市", 2: "铁门关市", 3: "图木舒克市", 4: "可克达拉市", 5: "双河市", 6: "五家渠市",
    7: "胡杨河市", 8: "石河子市", 9: "白杨市", 10: "北屯市", 13: "新星市", 14: "昆玉市",
}  # fmt: skip
"""The city of a division, by its number; the eleventh and twelfth have none."""


def division_code(number: int) -> str:
    """The code of the Corps' division of a number."""
    return f"66{number:02}00"


def division_names(number: int) -> tuple[str, ...]:
    """What the division of a number is called, its present name first."""
    numeral, city = NUMERALS[number - 1], CITIES.get(number)
    present = (f"第{numeral}师", f"兵团第{numeral}师", f"{CORPS_NAME}第{numeral}师")
    with_city = tuple(f"{name}{city}" for name in present) if city else ()
    return (*present, *with_city, f"农{numeral}师", f"兵团农{numeral}师")
