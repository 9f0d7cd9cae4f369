"""What the ledger has of one provider, by day in UTC and model: the side of ours that is held against the bill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select

from audiokit.store.database import Database
from audiokit.store.tables import entry
from audiokit.usage.bill import Counts, added

__all__ = ["NOTHING", "Booked", "booked"]

_MS_PER_S: Final = 1000
_OF = entry.c
_IS_CALL = _OF.corrects.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What the ledger has for a model on a day: calls that may have been billed, with their corrections.

    ``cost_nanousd`` is what is known to have been spent; ``n_unknown`` calls do not know their cost. ``n_unsettled``
    were cut or failed after they may have been billed.
    """

    counts: Counts
    cost_nanousd: int = 0
    n_unknown: int = 0
    n_unsettled: int = 0


NOTHING: Final = Booked(counts=Counts())
"""A day without calls."""


def _counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _of_kind(kind: str, count: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.sum(case((_OF.kind == kind, count)))


_BOOKED = (
    select(
        _OF.model_asked,
        _OF.model_used,
        _counted(_IS_CALL).label("n_requests"),
        (_counted(_IS_CALL & _OF.cost_nanousd.is_(None)) - _counted(_OF.makes_known)).label("n_unknown"),
        _counted(_IS_CALL & _OF.outcome.in_(("cut", "failed"))).label("n_unsettled"),
        func.sum(_OF.cost_nanousd).label("cost_nanousd"),
        func.sum(_OF.text_in_tokens).label("text_in"),
        func.sum(_OF.audio_in_tokens).label("audio_in"),
        func.sum(_OF.cached_in_tokens).label("cached_in"),
        func.sum(_OF.text_out_tokens).label("text_out"),
        func.sum(_OF.audio_out_tokens).label("audio_out"),
        _of_kind("speak", _OF.characters).label("characters"),
        _of_kind("transcribe", func.coalesce(_OF.billed_ms, _OF.input_ms)).label("heard_ms"),
    )
    .where(
        and_(_OF.at >= bindparam("begins"), _OF.at < bindparam("ends")),
        _OF.endpoint == bindparam("endpoint"),
        _OF.outcome != "refused",
        _OF.cached.is_(False),
    )
    .group_by(_OF.model_asked, _OF.model_used)
)


def booked(database: Database, endpoint: str, day: date, model_of: Callable[[str], str]) -> dict[str, Booked]:
    """Return what is in the ledger for a day, by what ``model_of`` makes of the models' names.

    One day at a time: it is read through the index over time, and never more than a day of it.
    """
    begins = datetime.combine(day, time.min, UTC)
    values = {"begins": begins, "ends": begins + timedelta(days=1), "endpoint": endpoint}
    with database.read() as connection:
        rows = connection.execute(_BOOKED, values).all()
    found = dict[str, list[Booked]]()
    for row in rows:
        found.setdefault(model_of(row.model_used or row.model_asked), []).append(_read(row))
    return {model: _sum(parts) for model, parts in found.items()}


def _read(row: Any) -> Booked:
    return Booked(
        counts=Counts(
            n_requests=row.n_requests,
            input_tokens=_plus(row.text_in, row.audio_in),
            cached_in_tokens=_whole(row.cached_in),
            audio_in_tokens=_whole(row.audio_in),
            output_tokens=_plus(row.text_out, row.audio_out),
            audio_out_tokens=_whole(row.audio_out),
            characters=_whole(row.characters),
            seconds=None if row.heard_ms is None else round(int(row.heard_ms) / _MS_PER_S),
        ),
        cost_nanousd=int(row.cost_nanousd or 0),
        n_unknown=row.n_unknown,
        n_unsettled=row.n_unsettled,
    )


def _sum(parts: list[Booked]) -> Booked:
    return Booked(
        counts=added(part.counts for part in parts),
        cost_nanousd=sum(part.cost_nanousd for part in parts),
        n_unknown=sum(part.n_unknown for part in parts),
        n_unsettled=sum(part.n_unsettled for part in parts),
    )


def _whole(total: Any) -> int | None:
    """PostgreSQL's sum of bigint is a Decimal."""
    return None if total is None else int(total)


def _plus(one: Any, other: Any) -> int | None:
    return None if one is None and other is None else int(one or 0) + int(other or 0)
