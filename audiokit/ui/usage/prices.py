"""What the models in use cost by the list, since when, and until when they can be had."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from audiokit.catalog.models import Price
from audiokit.money import NANOUSD_PER_USD
from audiokit.ui.usage import words
from audiokit.ui.usage.table import Column, Row, cell, table
from audiokit.ui.usage.visit import service
from audiokit.usage.reports import Sums, Top
from audiokit.usage.views import View

__all__ = ["price_in_words", "show"]

_SOON, _VERY_SOON = 90, 30  # days
_MILLION = 1_000_000
_NAMES = (("sound in", "audio_in"), ("sound out", "audio_out"), ("text in", "text_in"), ("text out", "text_out"))


def show(view: View, tops: tuple[Top, ...]) -> None:
    """Show price and end of each model that was used in these days."""
    columns = [Column("Model"), Column("Price by the list"), Column("Since"), Column("Can be had until")]
    rows = [_row(top.name, top.sums, service().today()) for top in tops]
    checked = words.day(service().catalog.checked_on, with_year=True)
    table(
        "Prices",
        columns,
        rows,
        key="usage.prices",
        empty="Nothing was called in these days.",
        as_file=(view, "prices"),
        hint=f"As last checked on {checked}. Each call keeps the price of its day.",
    )


def _row(name: str, sums: Sums, today: date) -> Row:
    price = service().price_today(name)
    ends_on, heir = service().end_of(name)
    n_left = (ends_on - today).days if ends_on else None
    then = {"note": f"then {heir}"} if heir else {}
    unknown = (
        {"level": "warn", "note": f"{words.many(sums.n_unknown, 'call')} without a cost"} if sums.n_unknown else {}
    )
    known = cell(price_in_words(price), wide=True) if price else cell("not known", wide=True, **unknown)
    if n_left is None or ends_on is None:
        until = cell("no end announced", 10**6, level="quiet")
    else:
        left = f"{words.many(n_left, 'day')} left" if n_left > 0 else "ended"
        level = {"level": "over" if n_left <= _VERY_SOON else "warn"} if n_left <= _SOON else {}
        until = cell(f"{words.day(ends_on, with_year=True)}, {left}", n_left, **level, **then)
    since = cell(words.day(price.from_day, with_year=True), price.from_day.isoformat()) if price else cell("–")  # noqa: RUF001
    return Row(name, (cell(name), known, since, until))


def price_in_words(price: Price) -> str:
    """Return a price: ``sound in $32, sound out $64, text in $2.50 per million tokens``."""
    if price.per_minute is not None:
        return f"{_usd(price.per_minute)} a minute"
    if price.per_character is not None:
        return f"{_usd(price.per_character * _MILLION)} per million characters"
    amounts = [(name, getattr(price, field)) for name, field in _NAMES]
    told = ", ".join(f"{name} {_usd(amount * _MILLION)}" for name, amount in amounts if amount)
    return f"{told} per million tokens" if told else "free"


def _usd(nanousd: Decimal) -> str:
    amount = nanousd / NANOUSD_PER_USD
    plain = f"{amount.normalize():f}"
    return f"${plain}" if "." not in plain or len(plain.partition(".")[2]) > 2 else f"${amount:.2f}"
