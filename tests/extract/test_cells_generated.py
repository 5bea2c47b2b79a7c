"""Reports made with known values: each cell right or reported, none wrong in silence."""

from __future__ import annotations

from table_samples import Sample, sample

from extract.decode import page_from_bytes
from extract.form_tables import FormTables, read_tables
from extract.main_content import document

REPORTS = 100
RIGHT_AT_LEAST = 0.999


def read(made: Sample) -> FormTables:
    page = page_from_bytes(made.body, url="http://127.0.0.1/r", content_type=made.media_type)
    return read_tables(document(page))


def unreported(made: Sample, tables: FormTables) -> list[str]:
    """Cells that are neither read nor named, by their row, in a finding."""
    read_names = {cell.name for cell in tables.cells}
    reported = " ".join(finding.message for finding in tables.findings)
    missing = [name for name in made.cells if name not in read_names]
    return [name for name in missing if _row(name) not in reported]


def _row(name: str) -> str:
    """A row as findings name it: figures of table 4 are one row."""
    if "." in name:
        return name.split(".")[0]
    if not name.startswith("t2_"):
        return "table 4"
    rows = "regulations normative_docs permits other_services penalties coercion admin_fees"
    return next((one for one in rows.split() if one in name), "procurement")


def test_no_generated_cell_is_wrong_and_nearly_all_are_read() -> None:
    right = known = 0
    for number in range(REPORTS):
        made = sample(number)
        tables = read(made)
        got = {cell.name: cell.value for cell in tables.cells}
        wrong = {n: (v, got[n]) for n, v in made.cells.items() if n in got and got[n] != v}
        assert not wrong, f"sample {number} {made.deviations}: {wrong}"
        invented = got.keys() - made.cells.keys()
        assert not invented, f"sample {number} {made.deviations}: {invented}"
        assert not unreported(made, tables), f"sample {number} {made.deviations}"
        for row in made.unreadable:
            assert any(row in finding.message for finding in tables.findings), f"{number}: {row}"
        right += len(got)
        known += len(made.cells)
        assert tables.table2_form == made.form2, f"sample {number}: table2_form"
        assert tables.table3_form == made.form3, f"sample {number}: table3_form"
    assert right >= RIGHT_AT_LEAST * known, f"{right} of {known} cells read"
