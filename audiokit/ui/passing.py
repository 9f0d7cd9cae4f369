"""How a component is told its data."""

from __future__ import annotations

from typing import Any

__all__ = ["as_it_is"]


def as_it_is(data: dict[str, Any]) -> tuple[dict[str, Any]]:
    """Return the data in a shape that Streamlit 1.67 passes on as it is; the browser finds it as ``[data]``.

    Of each value of a dict it asks pandas whether it is a table, also of lists and dicts: a second's work and 80 MB for
    each process, at the first of them.
    """
    return (data,)
