"""Moments chosen for a reel, by names that fit into an address."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from audiokit.sentiment.whole import Kind, Moment

__all__ = ["chosen", "key_of"]


def key_of(moment: Moment) -> str:
    """Return what names a moment among those of its recording: ``contrast@10000``."""
    return f"{moment.kind.value}@{round(1000 * moment.start_s)}"


def chosen(moments: Iterable[Moment], keys: Collection[str] = ()) -> tuple[Moment, ...]:
    """Return the moments of these keys, in order; without any keys, all in which somebody speaks."""
    if keys:
        return tuple(one for one in moments if key_of(one) in keys)
    return tuple(one for one in moments if one.kind is not Kind.SILENCE)
