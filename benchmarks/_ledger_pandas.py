"""The same chart as pandas would make it: the entries of a period into memory, grouped by day and model."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]  # publishes no types

from audiokit.usage.days import Period

__all__ = ["by_day_and_model"]

_READ = "SELECT at, model_asked, cost_nanousd, input_ms, output_ms FROM {} WHERE at >= {} AND at < {}"


def by_day_and_model(url: str | None, folder: Path, period: Period) -> pd.DataFrame:
    """Return cost and time by day and model."""
    bounds = [str(period.first), str(period.last + timedelta(days=1))]
    names = ["at", "model_asked", "cost_nanousd", "input_ms", "output_ms"]
    frame = pd.DataFrame(_rows(url, folder, bounds), columns=names)
    frame["day"] = pd.to_datetime(frame["at"]).dt.date
    return frame.groupby(["day", "model_asked"])[["cost_nanousd", "input_ms", "output_ms"]].sum()


def _rows(url: str | None, folder: Path, bounds: list[str]) -> list[Any]:
    if url is None:
        with closing(sqlite3.connect(folder / "audiokit.sqlite")) as connection:
            return connection.execute(_READ.format("entry", "?", "?"), bounds).fetchall()
    import psycopg  # noqa: PLC0415 - where PostgreSQL is measured too

    with psycopg.connect(url) as other:
        return other.execute(_READ.format("audiokit.entry", "%s", "%s"), bounds).fetchall()
