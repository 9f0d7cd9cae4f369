"""A table as a file: CSV for spreadsheets, Parquet for programs. pyarrow is loaded only when somebody asks for it."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from audiokit.usage.sheets import Cell, Sheet
from audiokit.words.formulas import no_formula

__all__ = ["write_csv", "write_parquet"]


def write_csv(sheet: Sheet, to: BinaryIO) -> None:
    """Write ``sheet`` as CSV in UTF-8 (RFC 4180), with the mark that Excel wants.

    Words that a spreadsheet would run as a formula begin with an apostrophe (OWASP, CSV Injection); numbers do not.
    """
    text = io.TextIOWrapper(to, encoding="utf-8-sig", newline="")
    rows = csv.writer(text)
    rows.writerow(sheet.columns)
    rows.writerows([_text(cell) for cell in row] for row in sheet.rows)
    text.flush()
    text.detach()  # who opened the file closes it


def write_parquet(sheet: Sheet, to: BinaryIO) -> None:
    """Write ``sheet`` as Parquet; amounts are decimals, moments are in UTC."""
    import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy, and publishes no types
    from pyarrow import parquet  # noqa: PLC0415 - the same

    columns = {name: [row[number] for row in sheet.rows] for number, name in enumerate(sheet.columns)}
    arrays = [_array(pa, name, cells) for name, cells in columns.items()]
    parquet.write_table(pa.Table.from_arrays(arrays, names=list(columns)), to)


def _array(pyarrow: object, name: str, cells: list[Cell]) -> object:
    """Return one column; amounts always have nine decimals, so that files of two months can be read as one."""
    kind = pyarrow.decimal128(38, 9) if name.endswith("_usd") else None  # type: ignore[attr-defined]
    return pyarrow.array(cells, type=kind)  # type: ignore[attr-defined]


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return no_formula(cell)
        case bool():
            return "true" if cell else "false"
        case Decimal():
            return f"{cell:f}"
        case datetime() | date():
            return cell.isoformat()
        case _:
            return f"{cell}"
