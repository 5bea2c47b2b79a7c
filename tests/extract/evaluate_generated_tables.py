"""How many cells of generated reports are read right: ``python evaluate_generated_tables.py 2000``.

Too long for CI; ``test_cells_generated`` does the same over a part of these reports. Ends with 1
when a cell is wrong or missing without a finding, or when less than 99.9 % are right.
"""

from __future__ import annotations

import sys

from table_samples import sample
from test_cells_generated import RIGHT_AT_LEAST, read, unreported


def main(reports: int) -> int:
    """Prints the counts; the exit code says whether the aim was met."""
    known = right = wrong = silent = 0
    for number in range(reports):
        made = sample(number)
        tables = read(made)
        got = {cell.name: cell.value for cell in tables.cells}
        false = [name for name in got if name not in made.cells or got[name] != made.cells[name]]
        if false:
            print(f"sample {number} {made.deviations}: wrong {false[:5]}", file=sys.stderr)
        known += len(made.cells)
        wrong += len(false)
        right += len(got) - len(false)
        silent += len(unreported(made, tables))
    print(f"{reports} reports, {known} cells: {right} right, {wrong} wrong, {silent} in silence")
    return int(wrong > 0 or silent > 0 or right < RIGHT_AT_LEAST * known)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
