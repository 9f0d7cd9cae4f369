"""Cells of tables that go to a spreadsheet: words stay words, whatever a formula begins with."""

from __future__ import annotations

__all__ = ["no_formula"]

_BEGINS_ONE = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are wide forms, which some read alike
_UNSEEN = "\ufeff\u200b\u2060\u200e\u200f "


def no_formula(cell: str) -> str:
    """Return a text that no spreadsheet runs: behind an apostrophe if it must (OWASP, CSV Injection, 2026-11-21)."""
    return f"'{cell}" if cell.lstrip(_UNSEEN).startswith(_BEGINS_ONE) else cell
