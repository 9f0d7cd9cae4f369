"""The catalog as Markdown, for ``docs/models.md``: ``python -m audiokit.catalog.table > docs/models.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal

from audiokit.catalog.models import Catalog, Evidence, Model, Price, Provider, Role, Tier
from audiokit.catalog.prices import AUDIO_IN_TOKENS_PER_S, AUDIO_OUT_TOKENS_PER_S, price_on
from audiokit.catalog.roles import REALTIME, choose
from audiokit.money import NANOUSD_PER_USD

__all__ = ["markdown"]

_UNKNOWN = "-"
_MILLION = 1_000_000
_PLACES = {Provider.OPENAI: "OpenAI", Provider.AZURE: "Azure", Provider.OFFLINE: "home"}


def markdown(catalog: Catalog) -> str:
    """Return the whole page, as of the day on which the catalog was checked."""
    on = catalog.checked_on
    living = [m for m in catalog.models if any(m.lives(on, p) for p in (Provider.OPENAI, Provider.OFFLINE))]
    gone = [m for m in catalog.models if m not in living]
    return "\n".join(
        (
            "# Models",
            "",
            "<!-- Generated: python -m audiokit.catalog.table > docs/models.md -->",
            "",
            f"What `audiokit/catalog/models.toml` says, as checked on {on}; every number's source stands there.",
            "Sound is priced by the minute here (10 tokens a second in, 20 out), text by the million tokens.",
            "A dash is not known, or cannot be.",
            "",
            f"## Who plays which role at OpenAI on {on}",
            "",
            *_table(("role", "tier", "model"), _role_rows(catalog)),
            "",
            "## Living",
            "",
            *_table(
                (
                    "model",
                    "roles",
                    "endpoints",
                    "sound in",
                    "sound out",
                    "text in / out",
                    "OpenAI until",
                    "Azure until",
                ),
                (_living_row(model, catalog) for model in living),
            ),
            "",
            "## Switched off at OpenAI",
            "",
            *_table(
                ("model", "since", "replaced by", "sound in", "sound out", "text in / out", "Azure until"),
                (_gone_row(model, catalog) for model in gone),
            ),
            "",
            "## Notes",
            "",
            *_notes(catalog),
            "",
        )
    )


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _line(heads)
    yield _line(("---",) * len(heads))
    yield from map(_line, rows)


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _role_rows(catalog: Catalog) -> Iterator[tuple[str, ...]]:
    for role in Role:
        for tier in Tier:
            chosen = choose(catalog, role, tier, catalog.checked_on, Provider.OPENAI, transports=frozenset({REALTIME}))
            yield role.value, tier.value, chosen.why


def _living_row(model: Model, catalog: Catalog) -> tuple[str, ...]:
    return (
        f"`{model.id}`",
        ", ".join(model.roles),
        ", ".join(model.endpoints),
        *_prices(model, catalog),
        _until(model, Provider.OFFLINE if model.lifecycle(Provider.OFFLINE) else Provider.OPENAI),
        _until(model, Provider.AZURE),
    )


def _gone_row(model: Model, catalog: Catalog) -> tuple[str, ...]:
    life = model.lifecycle(Provider.OPENAI)
    heir = f"`{life.replacement}`" if life and life.replacement else _UNKNOWN
    return (
        f"`{model.id}`",
        _until(model, Provider.OPENAI),
        heir,
        *_prices(model, catalog),
        _until(model, Provider.AZURE),
    )


def _until(model: Model, provider: Provider) -> str:
    life = model.lifecycle(provider)
    return _UNKNOWN if life is None else str(life.shuts_down_on or "no end announced")


def _prices(model: Model, catalog: Catalog) -> tuple[str, str, str]:
    """Return the cells for sound in, sound out and text; Azure's price where OpenAI's is not known."""
    found = (price_on(model, catalog.checked_on, p) for p in (Provider.OPENAI, Provider.AZURE, Provider.OFFLINE))
    price = next((price for price in found if price), None)
    if price is None:
        return _UNKNOWN, _UNKNOWN, _UNKNOWN
    return _sound_in(price), _per_minute(price.audio_out, AUDIO_OUT_TOKENS_PER_S), _text(price)


def _sound_in(price: Price) -> str:
    if price.per_minute is not None:
        return _usd(price.per_minute)
    return _per_minute(price.audio_in, AUDIO_IN_TOKENS_PER_S)


def _per_minute(per_token: Decimal | None, tokens_per_s: int) -> str:
    return _UNKNOWN if per_token is None else _usd(per_token * tokens_per_s * 60)


def _text(price: Price) -> str:
    if price.per_character is not None:
        return f"{_usd(price.per_character * _MILLION)} a million characters"
    sides = [_UNKNOWN if side is None else _usd(side * _MILLION) for side in (price.text_in, price.text_out)]
    return _UNKNOWN if set(sides) == {_UNKNOWN} else " / ".join(sides)


def _usd(nanousd: Decimal) -> str:
    usd = (nanousd / NANOUSD_PER_USD).normalize()
    return "free" if not usd else f"${usd:f}" if usd.as_tuple().exponent != -1 else f"${usd:.2f}"


def _notes(catalog: Catalog) -> Iterator[str]:
    """Yield what the sources add or disagree on, each remark once, with the models that it is about."""
    about: dict[str, list[str]] = {}
    for model in catalog.models:
        for subject, evidence in _remarks(model):
            if evidence is not None and evidence.note is not None:
                about.setdefault(f"{subject}: {evidence.note}", []).append(f"`{model.id}`")
    yield from (f"* {', '.join(dict.fromkeys(names))}. {remark}" for remark, names in about.items())


def _remarks(model: Model) -> Iterator[tuple[str, Evidence | None]]:
    yield from ((f"Life at {_PLACES[life.provider]}", life.evidence) for life in model.lifecycles)
    yield from (("Price", price.evidence) for price in model.prices)
    yield "Limits", model.limits.evidence
    yield "Voices", model.voices_evidence


if __name__ == "__main__":
    sys.stdout.write(markdown(Catalog.load()))
