"""Turns one line of the catalog's price lists into a dated price in nano-dollars."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from audiokit.catalog.facts import Price, Provider
from audiokit.catalog.tables import Sources, Table, Toml
from audiokit.money import NANOUSD_PER_USD

__all__ = ["read_price"]

_TOKEN_KINDS = (
    "text_in",
    "cached_text_in",
    "cache_write_text_in",
    "text_out",
    "audio_in",
    "cached_audio_in",
    "audio_out",
)
_MILLION = 1_000_000


def read_price(entries: Toml, model_id: str, sources: Sources) -> Price:
    """Return the price written in ``entries``.

    Raises:
        CatalogMistake: it mixes ways to bill, holds nowhere or never, or is not made of amounts.
    """
    table = Table(entries, f"models.{model_id}.prices")
    providers, from_day = table.names("at", Provider), table.required("from", date)
    elsewhere = "/azure" if providers == (Provider.AZURE,) else ""
    price = Price(
        id=f"{model_id}@{from_day}{elsewhere}",
        model_id=model_id,
        providers=providers,
        from_day=from_day,
        until_day=table.optional("until", date),
        **_amounts(table),
        evidence=sources.evidence(table),
    )
    table.end()
    if not providers or (price.until_day is not None and price.until_day <= from_day):
        raise table.mistake(f"the price from {from_day} holds nowhere or never")
    return price


def _amounts(table: Table) -> dict[str, Decimal | None]:
    """Take one of the three ways to bill, as nano-dollars per token, minute or character."""
    tokens = Table(table.optional("usd_per_million_tokens", dict) or {}, table.place)
    amounts = {kind: _nanousd(tokens, kind, per=_MILLION) for kind in _TOKEN_KINDS}
    tokens.end()
    amounts["per_minute"] = _nanousd(table, "usd_per_minute", per=1)
    amounts["per_character"] = _nanousd(table, "usd_per_million_characters", per=_MILLION)
    given = [kind for kind, amount in amounts.items() if amount is not None]
    if not given or (len(given) > 1 and not set(given).issubset(_TOKEN_KINDS)):
        raise table.mistake("a price is by tokens, by the minute or by characters, and only one of them")
    return amounts


def _nanousd(table: Table, key: str, *, per: int) -> Decimal | None:
    usd = table.rest.pop(key, None)
    if usd is None:
        return None
    if isinstance(usd, bool) or not isinstance(usd, (int, Decimal)) or usd < 0:
        raise table.mistake(f"{key} must be an amount in USD, not {usd!r}")
    return Decimal(usd) * NANOUSD_PER_USD / per
