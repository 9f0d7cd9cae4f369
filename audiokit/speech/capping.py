"""What a call costs if its answer fills all the room it has, and less room for it where a hard limit wants that.

What comes out of a conversation can be capped, in tokens of words and of sound together. A reading and a transcription
cannot: what they cost is bounded by what goes in.
"""

from __future__ import annotations

from dataclasses import replace

from audiokit.catalog.prices import Price
from audiokit.speech.estimate import dearest, with_tokens
from audiokit.speech.replies import Ending, Reply
from audiokit.speech.requests import Converse, Request

__all__ = ["capped", "filling", "is_cut", "least"]


def filling(request: Request, price: Price | None) -> int | None:
    """Return what ``request`` costs in nano-USD if its answer fills ``max_completion_tokens``, in the dearer kind.

    None where what comes out cannot be capped, or has no price.
    """
    return _with_tokens(request, price, request.max_completion_tokens) if isinstance(request, Converse) else None


def least(request: Request, price: Price | None) -> int | None:
    """Return what ``request`` costs with the shortest of answers: one token. None as in :func:`filling`."""
    return _with_tokens(request, price, 1) if isinstance(request, Converse) else None


def capped(request: Converse, price: Price, amount_nanousd: int) -> Converse:
    """Return ``request`` with room for an answer that, however long, costs no more than the amount in all.

    The amount must be that of :func:`least` at least.
    """
    what_goes_in = _with_tokens(request, price, 0) or 0
    room = int((amount_nanousd - what_goes_in) // dearest(request, price))
    return replace(request, max_completion_tokens=max(1, min(room, request.max_completion_tokens)))


def is_cut(request: Converse, reply: Reply) -> bool:
    """Whether an answer ends since there was no more room for it.

    A stream of speech bears no reason to finish: there it has been cut if it counts as many tokens as it might.
    """
    if reply.ending in {Ending.LENGTH, Ending.CUT, Ending.REFUSED} or request.voice is None or reply.usage is None:
        return reply.ending is Ending.LENGTH
    came_out = (reply.usage.text_out_tokens or 0) + (reply.usage.audio_out_tokens or 0)
    return came_out >= request.max_completion_tokens


def _with_tokens(request: Converse, price: Price | None, n_tokens: int) -> int | None:
    if price is None or not price.is_by_the_token or not dearest(request, price):
        return None
    return with_tokens(request, price, n_tokens)
