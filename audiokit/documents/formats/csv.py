"""Tables in plain text, whatever parts their columns."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice

from audiokit.documents.blocks import Found
from audiokit.documents.formats.table import Table
from audiokit.documents.limits import Limits
from audiokit.documents.markup import decoded

__all__ = ["read"]

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 20
_LONGEST_FIELD = 1_000_000  # characters


def read(data: bytes, limits: Limits) -> Found:
    """Return the rows as sentences."""
    text = decoded(data).replace("\0", "")
    csv.field_size_limit(_LONGEST_FIELD)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    table = Table(limits.max_rows)
    try:
        for number, row in enumerate(rows, 1):
            table.add(number, row)
    except csv.Error:  # a quote that never ends; what came before it was read
        broken = [f"The table is not well-formed after line {rows.line_num}; the rest was left out."]
    else:
        broken = []
    return Found(passages=list(table.passages()), notes=[*table.notes(), *broken])


def _delimiter(text: str) -> str:
    """Return what parts the first rows into most columns, and most of them into the same number.

    Read strictly: with the wrong one, quotes end in the middle of a value.
    """
    best, most = _DELIMITERS[0], 0.0
    for delimiter in _DELIMITERS:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            lengths = Counter(len(row) for row in islice(rows, _SAMPLE_ROWS) if row)
        except csv.Error:
            continue
        n_columns, n_rows = lengths.most_common(1)[0] if lengths else (0, 0)
        if n_columns > 1 and n_columns * n_rows / lengths.total() > most:
            best, most = delimiter, n_columns * n_rows / lengths.total()
    return best
