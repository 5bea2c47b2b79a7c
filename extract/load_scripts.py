"""The scripts beside an export that load it into pandas, R and Stata, as their users write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extract.value_status import BY_LETTER

LOAD_PY = '''\
"""Loads this export into pandas: ``from load import panel`` or ``python load.py``.

Needs pandas; pyarrow for the Parquet files. Values are numbers, missing where there is none;
``<name>_status`` says why. See codebook.html.
"""

import json
import re
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
TEXT = {text}
"""Columns that are text, codes of divisions among them (not 020000 as 20000)."""
_SAFE = re.compile("^'+[=+\\\\-@\\t\\r＝＋－＠]")


def manifest():
    """What this export is: version, citation, files. Fails where the export is not whole."""
    path = HERE / "manifest.json"
    if not path.exists():
        raise SystemExit(f"{{path}} is not there: the export is not whole, make it again")
    return json.loads(path.read_text(encoding="utf-8"))


def table(name):
    """A table: panel, headline or observations."""
    manifest()
    parquet = HERE / f"{{name}}.parquet"
    if parquet.exists():
        return pd.read_parquet(parquet)
    types = {{column: "string" for column in TEXT}}
    columns = pd.read_csv(HERE / f"{{name}}.csv", nrows=0, encoding="utf-8-sig").columns
    beside = ("_status", "_source", "_comparability")
    types |= {{column: "string" for column in columns if column.endswith(beside)}}
    frame = pd.read_csv(
        HERE / f"{{name}}.csv",
        dtype={{c: t for c, t in types.items() if c in columns}},
        keep_default_na=False,
        na_values=[""],
        encoding="utf-8-sig",
        low_memory=False,
    )
    for column in frame.columns.intersection(TEXT):
        frame[column] = frame[column].map(_unsafe, na_action="ignore")
    return frame


def _unsafe(text):
    """Takes off the apostrophe that keeps text from being a formula in a spreadsheet."""
    return text[1:] if _SAFE.match(text) else text


def panel():
    """One row a body, year and scope, indexed by them."""
    return table("panel").set_index(["body_id", "report_year", "report_scope"])


if __name__ == "__main__":
    print(manifest()["citation"])
    for name in {tables}:
        rows, columns = table(name).shape
        print(f"{{name}}: {{rows}} rows, {{columns}} columns")
'''

LOAD_R = """\
# Loads this export into R: source("load.R"), by its path from elsewhere, or Rscript load.R.
# Base R is enough for the CSV files; without them the Stata files are read, with the package haven.
# Parquet is not read here: DuckDB does, and load.py.
# Values are numbers, NA where there is none; in CSV <name>_status says why, in Stata files the
# letter that haven::na_tag() gives. See codebook.html.

sourced <- unlist(lapply(sys.frames(), function(frame) frame$ofile))
args <- commandArgs(trailingOnly = FALSE)
this_file <- tail(c(sub("^--file=", "", args[grep("^--file=", args)]), sourced), 1)
here <- if (length(this_file)) dirname(normalizePath(this_file)) else getwd()
if (!file.exists(file.path(here, "manifest.json")))
  stop("manifest.json is not there: the export is not whole, make it again")

text_columns <- c({text})

unsafe <- function(x) {{
  # takes off the apostrophe that keeps text from being a formula in a spreadsheet
  prefixed <- !is.na(x) & grepl("^'+[-=+@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20]", x)
  x[prefixed] <- substring(x[prefixed], 2)
  x
}}

load_table <- function(name) {{
  base <- file.path(here, name)
  if (file.exists(paste0(base, ".csv"))) {{
    first <- readLines(paste0(base, ".csv"), n = 1, encoding = "UTF-8")
    names <- strsplit(sub("^\\ufeff", "", first), ",", fixed = TRUE)[[1]]
    is_text <- names %in% text_columns | grepl("(_status|_source|_comparability)$", names)
    frame <- read.csv(paste0(base, ".csv"), header = FALSE, skip = 1, col.names = names,
                      colClasses = ifelse(is_text, "character", "numeric"), na.strings = "",
                      encoding = "UTF-8", check.names = FALSE)
    for (column in intersect(names, text_columns)) frame[[column]] <- unsafe(frame[[column]])
    return(frame)
  }}
  if (!requireNamespace("haven", quietly = TRUE))
    stop(name, ".dta needs the package haven: install it, or export with --format csv")
  frame <- haven::read_dta(paste0(base, ".dta"))
  for (column in names(frame)[sapply(frame, is.character)])
    frame[[column]][!nzchar(frame[[column]])] <- NA  # Stata has no missing text
  frame
}}

tables <- sapply(c({tables}), load_table, simplify = FALSE)
for (name in names(tables))
  cat(name, ": ", nrow(tables[[name]]), " rows, ", ncol(tables[[name]]), " columns\\n", sep = "")
"""

LOAD_DO = """\
* Loads this export into Stata: do load.do in its folder.
* Written by Stata's documented syntax of version 14, and not run in Stata where it was made.
* Missing values say why there is none:
{missing}
version 14
confirm file "manifest.json"
{body}
"""

_TEXT_BESIDE = ("series", "unit", "status", "source", "comparability", "place", "quote", "raw")
_TEXT_OF_OBSERVATIONS = ("variable", "panel_column", "qualifier", "scope")


def load_scripts(formats: Sequence[str], tables: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The scripts by name; each loads the files that this export has and its program reads."""
    from extract.panel_columns import ABOUT, ColumnType

    text = [column.name for column in ABOUT if column.type is ColumnType.TEXT]
    text += [*_TEXT_BESIDE, *_TEXT_OF_OBSERVATIONS]
    named = ", ".join(f'"{name}"' for name in text)
    quoted = ", ".join(f'"{table}"' for table in tables)
    if "csv" in formats or "parquet" in formats:
        comma = "," if len(tables) == 1 else ""
        yield "load.py", LOAD_PY.format(text=f"[{named}]", tables=f"({quoted}{comma})")
    if "csv" in formats or "dta" in formats:
        yield "load.R", LOAD_R.format(text=named, tables=quoted)
    if "dta" in formats:
        yield "load.do", LOAD_DO.format(missing=_missing(), body=_stata(tables))


def _missing() -> str:
    return "\n".join(f"*   .{letter}  {words}" for letter, words in BY_LETTER.items())


def _stata(tables: Sequence[str]) -> str:
    lines = [f'use "{table}.dta", clear\ndescribe, short' for table in tables if table != "panel"]
    if "panel" in tables:
        lines.append(
            'use "panel.dta", clear\n'
            "isid body_id report_year report_scope\n"
            '* a panel of areas: keep if report_scope == "area"\n'
            "* encode body_id, generate(body)\n"
            "* xtset body report_year"
        )
    return "\n".join(lines)
