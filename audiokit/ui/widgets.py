"""Small parts that several pages share: pickers, prices, chips."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from audiokit import money
from audiokit.catalog.models import Provider, Role, Tier
from audiokit.converse.quote import Quote
from audiokit.studio import Studio

__all__ = ["chips", "facts", "parts", "plain", "price", "price_in_parts", "tier_picker", "voice_picker"]

_PARTS_STYLE = """<style>
.parts { display: grid; grid-template-columns: 1fr auto; gap: .15rem .75rem; margin: 0; padding: 0 !important; }
.parts { font-size: .85rem; opacity: .75; }
.parts dt, .parts dd { margin: 0; padding: 0; font-weight: 400; }
.parts dd { text-align: right; font-variant-numeric: tabular-nums; }
</style>"""
_TIERS = {Tier.FULL: "Full", Tier.MINI: "Mini"}


def tier_picker(studio: Studio, person_id: str, tier: Tier, *, key: str, on_change: Callable[[], None]) -> None:
    """Let the person choose between full and mini, and say which model that is today and why."""
    st.segmented_control(
        "Model",
        list(Tier),
        default=tier,
        format_func=_TIERS.__getitem__,
        required=True,
        width="stretch",
        key=key,
        on_change=on_change,
    )
    st.caption(plain(studio.choose(Role.CONVERSE, tier, person_id=person_id).why))


def voice_picker(
    studio: Studio, person_id: str, tier: Tier, voice: str, *, key: str, on_change: Callable[[], None]
) -> None:
    """Let the person choose one of the voices that the model of this tier has."""
    names = studio.choose(Role.CONVERSE, tier, person_id=person_id).model.voices_at(studio.endpoint.provider)
    index = names.index(voice) if voice in names else 0

    def label(name: str) -> str:
        described = studio.endpoint.provider is not Provider.OFFLINE  # its voices only share the names
        character = studio.catalog.voice_character(name) if described else None
        return f"{name.capitalize()} · {character.lower()}" if character else name.capitalize()

    st.selectbox("Voice", names, index=index, format_func=label, key=key, on_change=on_change)


def price(quote: Quote) -> str:
    """Return a quote for a button: ``≈ $0.014``, ``free``, ``price unknown``."""
    total = quote.total_nanousd
    if total is None:
        return "price unknown"
    return money.show(total) if total == 0 else f"≈ {money.show(total)}"


def price_in_parts(quote: Quote) -> str:
    """Return the parts of a quote, for a tooltip."""
    return " · ".join(f"{name} {money.show(cost)}" for name, cost in _parts(quote))


def parts(quote: Quote) -> None:
    """Show the parts of a quote that cost something, a line each; where no price is known, there is nothing to part."""
    if not any(cost for _, cost in _parts(quote)):
        return
    rows = "".join(f"<dt>{name}</dt><dd>{money.show(cost)}</dd>" for name, cost in _parts(quote) if cost != 0)
    st.html(f"{_PARTS_STYLE}<dl class='parts'>{rows}</dl>")


def _parts(quote: Quote) -> tuple[tuple[str, int | None], ...]:
    return (
        ("your new turn", quote.speech_nanousd),
        ("what was said before", quote.history_nanousd),
        ("the expected reply", quote.reply_nanousd),
        ("writing down your words", quote.words_nanousd),
        ("offering tools", quote.tools_nanousd),
    )


def plain(words: str) -> str:
    """Return words as Markdown that shows them as they are, line by line."""
    special = "\\`*_{}[]()#+-.!|<>$~:&="
    lines = "".join(f"\\{char}" if char in special else char for char in words.expandtabs(4)).split("\n")
    return "  \n".join("&nbsp;" * (len(line) - len(line.lstrip())) + line.strip() for line in lines)


def chips(*facts: str | None) -> None:
    """Show a quiet line of facts under a turn, in Markdown; unknown ones are left out."""
    if known := [fact for fact in facts if fact]:
        st.caption(" · ".join(known))


def facts(*facts: str | None, badge: str | None) -> None:
    """Show a quiet line of facts, and a badge that is not as quiet: in a caption it could hardly be read."""
    known = " · ".join(fact for fact in facts if fact)
    st.markdown(" ".join(filter(None, (f":small[:gray[{known}]]" if known else None, badge))), width="content")
