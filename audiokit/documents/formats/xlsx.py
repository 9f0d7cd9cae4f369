"""Excel workbooks: values as they were last calculated, sheet by sheet."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from typing import Any

import openpyxl

from audiokit.documents.archive import Archive
from audiokit.documents.blocks import Found
from audiokit.documents.document import Passage
from audiokit.documents.formats.table import Table
from audiokit.documents.limits import Limits
from audiokit.documents.tidy import clean, one_line

__all__ = ["read"]

_COUNTED_ROWS = 20_000  # beyond those that are read; further ones are not even counted
_MOST_CELLS = 150_000  # of a sheet, empty ones among them, which take three seconds; 100 000 are read


def read(data: bytes, limits: Limits) -> Found:
    """Return the rows of each sheet that is shown, as sentences."""
    Archive(data, limits).refuse_entities()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of what it does not keep when writing
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        passages, notes = list[Passage](), list[str]()
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in shown[: limits.max_sheets]:
            table, is_more = _table(sheet, limits)
            passages += table.passages()
            notes += table.notes(is_more=is_more)
        titles = [book.properties.title or ""]
        book.close()
    return Found(titles=titles, passages=passages, notes=[*notes, *_left_out(len(shown), len(book.worksheets), limits)])


def _table(sheet: Any, limits: Limits) -> tuple[Table, bool]:
    """Return the rows of a sheet, and whether there may be more than were counted."""
    table, n_cells = Table(limits.max_rows, name=one_line(clean(sheet.title))), 0
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        table.add(number, (_shown(cell) for cell in row))
        n_cells += len(row)
        if number > limits.max_rows + _COUNTED_ROWS or n_cells > _MOST_CELLS:
            return table, True
    return table, False


def _shown(value: object) -> object:
    """Return a value as it is read: dates without a midnight that nobody entered, numbers without needless digits."""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, float):
        return f"{value:.10g}" if abs(value) < 1e15 else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _left_out(n_shown: int, n_sheets: int, limits: Limits) -> list[str]:
    notes = list[str]()
    if n_shown > limits.max_sheets:
        notes.append(f"The first {limits.max_sheets} of {n_shown} sheets were read.")
    if n_sheets > n_shown:
        notes.append(f"Hidden sheets were left out: {n_sheets - n_shown}.")
    return notes
