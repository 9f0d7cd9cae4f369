"""Every table of the page as plain rows, to be taken away: exact amounts, units in the names of the columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from audiokit.catalog.models import Price
from audiokit.errors import NotFound
from audiokit.money import NANOUSD_PER_USD
from audiokit.usage.budget import Standing
from audiokit.usage.drift import Drift
from audiokit.usage.entries import Entry
from audiokit.usage.reports import By, Sums
from audiokit.usage.views import View

__all__ = ["SHEETS", "Cell", "Sheet", "bill_sheet", "budgets_sheet", "prices_sheet", "sheet_of"]

Cell = str | int | float | bool | Decimal | date | datetime | None
_MOST_CALLS: Final = 100_000
_MS_PER_S: Final = 1000
_ALL: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: the columns' names, and rows of as many cells. An unknown value is ``None``."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheet_of(name: str, view: View) -> Sheet:
    """Return the table of that name, with everything in it that ``view`` may see.

    Raises:
        NotFound: there is no such table.
    """
    if name not in SHEETS:
        raise NotFound("There is no such table.")
    return SHEETS[name](name, view)


def budgets_sheet(standings: Iterable[Standing]) -> Sheet:
    """Return budgets as they stand."""
    columns = ("scope", "of", "period", "limit_usd", "spent_usd", "presumed_usd", "held_usd", "is_hard", "resets_at")
    rows = (
        (
            one.budget.scope_kind.value,
            one.budget.scope_id,
            one.budget.period.value,
            _usd(one.budget.limit_nanousd),
            _usd(one.spent_nanousd),
            _usd(one.presumed_nanousd),
            _usd(one.held_nanousd),
            one.budget.is_hard,
            one.resets_at,
        )
        for one in standings
    )
    return Sheet(name="budgets", columns=columns, rows=tuple(rows))


def prices_sheet(models: Iterable[tuple[str, Price | None, date | None, str | None]]) -> Sheet:
    """Return models with the price of today, the first day without them, and what takes their place."""
    columns = ("model", "since", *_PRICES, "ends_on", "replacement")
    rows = (
        (
            name,
            price.from_day if price else None,
            *(_per_million(price, field) for field in _PRICE_FIELDS),
            _usd_of(price.per_minute if price else None),
            _usd_of(_times(price.per_character, _MILLION) if price else None),
            ends_on,
            heir,
        )
        for name, price, ends_on, heir in models
    )
    return Sheet(name="prices", columns=columns, rows=tuple(rows))


def bill_sheet(drifts: Iterable[Drift]) -> Sheet:
    """Return ledger and bill by day and model, with the likely causes of what differs."""
    columns = ("day", "model", "ledger_usd", "bill_usd", "agrees", "causes")
    rows = (
        (
            one.day,
            one.model,
            _usd(one.sides.booked.cost_nanousd),
            _usd(one.sides.charged_nanousd),
            one.agrees,
            " ".join(cause.sentence for cause in one.causes),
        )
        for one in drifts
    )
    return Sheet(name="bill", columns=columns, rows=tuple(rows))


def _per_million(price: Price | None, field: str) -> Decimal | None:
    return _usd_of(_times(getattr(price, field), _MILLION)) if price else None


def _times(amount: Decimal | None, n: int) -> Decimal | None:
    return None if amount is None else amount * n


def _usd_of(nanousd: Decimal | None) -> Decimal | None:
    return None if nanousd is None else nanousd.scaleb(-_USD_DIGITS)


def _days(name: str, view: View) -> Sheet:
    rows = ((day.day, *_cells(day.sums)) for day in view.daily())
    return Sheet(name=name, columns=("day", *_SUMS), rows=tuple(rows))


def _tops(by: By) -> Callable[[str, View], Sheet]:
    def tops(name: str, view: View) -> Sheet:
        rows = ((top.key, top.name, *_cells(top.sums)) for top in view.top(by, _ALL))
        return Sheet(name=name, columns=(f"{by}_id", by, *_SUMS), rows=tuple(rows))

    return tops


def _latency(name: str, view: View) -> Sheet:
    columns = (
        "page",
        "model",
        "calls",
        "failed",
        "refused",
        "timed_calls",
        "first_sound_p50_ms",
        "first_sound_p95_ms",
        "total_p50_ms",
        "total_p95_ms",
    )
    rows = (
        (
            one.page,
            one.model,
            one.sums.n_calls,
            one.sums.n_failed,
            one.sums.n_refused,
            one.n_timed,
            one.first_p50_ms,
            one.first_p95_ms,
            one.total_p50_ms,
            one.total_p95_ms,
        )
        for one in view.latency()
    )
    return Sheet(name=name, columns=columns, rows=tuple(rows))


def _sound(name: str, view: View) -> Sheet:
    rows = (
        (
            one.page,
            one.model,
            one.direction,
            one.n_sounds,
            one.sound_ms / _MS_PER_S,
            one.speech_ms / _MS_PER_S,
            one.n_clipped,
            one.n_again if one.direction == "out" else None,
            one.loudness_p50_lufs,
            one.loudness_p10_lufs,
            one.snr_p50_db,
            one.snr_p10_db,
            one.bandwidth_p50_hz,
        )
        for one in view.sound()
    )
    return Sheet(name=name, columns=_SOUND, rows=tuple(rows))


def _refused(name: str, view: View) -> Sheet:
    return _calls_sheet(name, view.refused(_ALL))


def _calls(name: str, view: View) -> Sheet:
    return _calls_sheet(name, view.entries(limit=_MOST_CALLS))


def _calls_sheet(name: str, entries: Iterable[Entry]) -> Sheet:
    rows = (
        (
            one.at,
            one.person_id,
            one.page,
            one.endpoint,
            one.kind,
            one.model_asked,
            one.model_used,
            one.outcome,
            one.error,
            _usd(one.cost_nanousd),
            _usd(one.saved_nanousd),
            _usd(one.saved_silence_nanousd),
            _usd(one.saved_history_nanousd),
            one.text_in_tokens,
            one.audio_in_tokens,
            one.history_in_tokens,
            one.cached_in_tokens,
            one.text_out_tokens,
            one.audio_out_tokens,
            one.characters,
            _s(one.input_ms),
            _s(one.output_ms),
            one.first_byte_ms,
            one.total_ms,
            one.price_id,
            one.request_id,
        )
        for one in entries
    )
    return Sheet(name=name, columns=_CALL, rows=tuple(rows))


def _cells(sums: Sums) -> tuple[Cell, ...]:
    kinds = sums.cost
    return (
        _usd(sums.cost_nanousd),
        _usd(kinds.audio_in_nanousd),
        _usd(kinds.audio_out_nanousd),
        _usd(kinds.text_nanousd),
        _usd(kinds.cached_nanousd),
        _usd(kinds.other_nanousd),
        _usd(sums.saved_nanousd),
        _usd(sums.saved_silence_nanousd),
        _usd(sums.saved_history_nanousd),
        sums.n_calls,
        sums.n_failed,
        sums.n_refused,
        sums.n_cached,
        sums.n_unknown,
        sums.input_ms / _MS_PER_S,
        sums.history_in_ms / _MS_PER_S,
        sums.output_ms / _MS_PER_S,
        sums.text_in_tokens,
        sums.audio_in_tokens,
        sums.history_in_tokens,
        sums.cached_in_tokens,
        sums.text_out_tokens,
        sums.audio_out_tokens,
        sums.characters,
    )


def _usd(nanousd: int | None) -> Decimal | None:
    return None if nanousd is None else Decimal(nanousd).scaleb(-_USD_DIGITS)


def _s(ms: int | None) -> float | None:
    return None if ms is None else ms / _MS_PER_S


_USD_DIGITS: Final = len(str(NANOUSD_PER_USD)) - 1
_MILLION: Final = 1_000_000
_PRICE_FIELDS: Final = ("text_in", "cached_text_in", "text_out", "audio_in", "cached_audio_in", "audio_out")
_PRICES: Final = (
    *(f"{field}_per_million_tokens_usd" for field in _PRICE_FIELDS),
    "per_minute_usd",
    "per_million_characters_usd",
)
_SUMS: Final = (
    "cost_usd",
    "cost_audio_in_usd",
    "cost_audio_out_usd",
    "cost_text_usd",
    "cost_cached_usd",
    "cost_other_usd",
    "saved_usd",
    "saved_by_silence_usd",
    "saved_by_history_usd",
    "calls",
    "failed",
    "refused",
    "answered_from_cache",
    "calls_of_unknown_cost",
    "audio_in_s",
    "audio_in_from_history_s",
    "audio_out_s",
    "text_in_tokens",
    "audio_in_tokens",
    "history_in_tokens",
    "cached_in_tokens",
    "text_out_tokens",
    "audio_out_tokens",
    "characters",
)
_CALL: Final = (
    "at",
    "person_id",
    "page",
    "endpoint",
    "kind",
    "model_asked",
    "model_used",
    "outcome",
    "error",
    "cost_usd",
    "saved_usd",
    "saved_by_silence_usd",
    "saved_by_history_usd",
    "text_in_tokens",
    "audio_in_tokens",
    "history_in_tokens",
    "cached_in_tokens",
    "text_out_tokens",
    "audio_out_tokens",
    "characters",
    "audio_in_s",
    "audio_out_s",
    "first_sound_ms",
    "total_ms",
    "price_id",
    "request_id",
)
_SOUND: Final = (
    "page",
    "model",
    "direction",
    "measured_sounds",
    "measured_s",
    "speech_s",
    "clipped_sounds",
    "said_again_sounds",
    "loudness_p50_lufs",
    "loudness_p10_lufs",
    "snr_p50_db",
    "snr_p10_db",
    "bandwidth_p50_hz",
)
SHEETS: Final[dict[str, Callable[[str, View], Sheet]]] = {
    "days": _days,
    "people": _tops("person"),
    "teams": _tops("team"),
    "models": _tops("model"),
    "pages": _tops("page"),
    "latency": _latency,
    "sound": _sound,
    "refused": _refused,
    "calls": _calls,
}
"""Every table that belongs to a scope and a period, by the name under which it is taken away."""
