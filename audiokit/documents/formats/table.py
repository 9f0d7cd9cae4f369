"""Rows of values as sentences that say what each value is, so that they can be heard. Knows no file format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from audiokit.documents.document import Passage
from audiokit.documents.tidy import clean, one_line

__all__ = ["Table"]

_ROWS_OF_PASSAGE = 40
_MOST_COLUMNS = 100
_MOST_CAPTIONS = 3  # rows with one value above the names of the columns
_NUMBER = re.compile(r"[-+(]?\s*[$€£¥]?\s*\d[\d.,\s'%:/-]*\)?$")


@dataclass(slots=True)
class Table:
    """One table as it is read: given rows one by one, it keeps the first ``max_rows`` and counts the rest.

    ``name`` is said in the marks ("sheet Prices, rows 2-41"); rows are numbered as a spreadsheet shows them.
    """

    max_rows: int
    name: str | None = None
    _rows: list[tuple[int, list[str]]] = field(default_factory=list)
    _n_more: int = 0
    _is_wide: bool = False

    def add(self, number: int, cells: Iterable[object]) -> None:
        """Take one row; one without values is passed over."""
        if len(self._rows) > self.max_rows:  # one more than that: the first may be the names
            self._n_more += any(cell not in (None, "") for cell in cells)
            return
        values = ["" if cell is None else one_line(clean(str(cell))) for cell in islice(cells, _MOST_COLUMNS + 1)]
        if not any(values):
            return
        self._is_wide |= len(values) > _MOST_COLUMNS and bool(values.pop())
        self._rows.append((number, values))

    def passages(self) -> Iterator[Passage]:
        """Yield a passage for each forty rows."""
        names, above, rows = self._parted()
        for start in range(0, len(rows), _ROWS_OF_PASSAGE):
            stretch = rows[start : start + _ROWS_OF_PASSAGE]
            text = "\n".join(_sentence(names if number > above else (), cells) for number, cells in stretch)
            yield Passage(mark=self._mark(stretch[0][0], stretch[-1][0]), heading=self.name, text=text)

    def notes(self, *, is_more: bool = False) -> Iterator[str]:
        """Yield what a person should know about rows that were left out; ``is_more``: not all were counted."""
        names, _, rows = self._parted()
        which = f"sheet {self.name}" if self.name else "the table"
        if n_more := len(self._rows) + self._n_more - len(rows) - bool(names):
            how_many = f"{n_more:,} or more" if is_more else f"{n_more:,}"
            yield f"Of {which}, the first {len(rows):,} rows were read; {how_many} were left out."
        elif is_more:
            yield f"Of {which}, rows far down were left out."
        if self._is_wide:
            yield f"Of {which}, the first {_MOST_COLUMNS} columns were read; there are more."

    def _mark(self, first: int, last: int) -> str:
        rows = f"rows {first}-{last}" if last > first else f"row {first}"
        return f"sheet {self.name}, {rows}" if self.name else rows

    def _parted(self) -> tuple[Sequence[str], int, list[tuple[int, list[str]]]]:
        """Return the names of the columns, the number of the row they stand in, and all other rows."""
        captions = 0
        while captions < min(_MOST_CAPTIONS, len(self._rows) - 2) and _n_told(self._rows[captions][1]) == 1:
            captions += 1
        if captions and _n_told(self._rows[captions][1]) == 1:
            captions = 0  # a list in one column
        above, rest = self._rows[:captions], self._rows[captions:]
        if len(rest) > 1 and _are_names(rest[0][1]):
            return rest[0][1], rest[0][0], [*above, *rest[1:]]
        return [], 0, self._rows[: self.max_rows]


def _n_told(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell)


def _are_names(cells: Sequence[str]) -> bool:
    told = [cell for cell in cells if cell]
    is_most = len(told) >= max(min(2, len(cells)), len(cells) // 2)
    return is_most and len(told) == len(set(told)) and not any(map(_NUMBER.match, told))


def _sentence(names: Sequence[str], cells: Sequence[str]) -> str:
    """Return "Team: Blues; Wins: 5." or the values alone where the columns have no names."""
    pairs = zip_longest(names[: len(cells)], cells, fillvalue="")
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in pairs if cell) + "."
