"""What a call would have cost more, had silence been sent too, or the conversation as it was before it was compacted.

At the price without a cache: nobody can tell what a provider would have had of what it was never sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from audiokit.catalog.prices import Price, Usage, audio_in_tokens, cost
from audiokit.speech.requests import Converse, Heard, PersonTurn, Request, Speak, Transcribe

__all__ = ["history_nanousd", "silence_nanousd"]


def silence_nanousd(request: Request, price: Price | None) -> int | None:
    """Return what the silence would have cost that was taken from the sound of ``request``.

    None where there is no sound, or of some of it nobody knows what was taken, or there is no price.
    """
    match request:
        case Converse(turns=turns):
            sounds = [turn.sound for turn in turns if isinstance(turn, PersonTurn) and turn.sound]
        case Transcribe(sound=sound):
            sounds = [sound]
        case Speak():
            sounds = []
    if not sounds or price is None or any(sound.silence_s is None for sound in sounds):
        return None
    return _of_sound(sounds, price)


def history_nanousd(request: Request, price: Price | None) -> int | None:
    """Return how much more a compacted conversation would have cost as it was; None where nobody knows.

    It is less than nothing where words came to more than what they stand for.
    """
    if not isinstance(request, Converse) or request.spared is None or price is None:
        return None
    sound, text = (_cost(price, audio=request.spared.audio_tokens), _cost(price, text=request.spared.text_tokens))
    return None if sound is None or text is None else sound + text


def _of_sound(sounds: Iterable[Heard], price: Price) -> int | None:
    n_tokens, silence_s = 0, Decimal(0)
    for sound in sounds:
        left_out_s = sound.silence_s or 0.0
        n_tokens += audio_in_tokens(sound.duration_s + left_out_s) - audio_in_tokens(sound.duration_s)
        silence_s += Decimal(str(round(left_out_s, 3)))
    return _cost(price, audio=n_tokens, seconds=silence_s)


def _cost(price: Price, *, audio: int = 0, text: int = 0, seconds: Decimal | None = None) -> int | None:
    """Return what so many tokens more cost, or fewer, or so many seconds where time is billed."""
    usage = Usage(
        text_in_tokens=abs(text),
        audio_in_tokens=abs(audio),
        cached_in_tokens=0,
        text_out_tokens=0,
        audio_out_tokens=0,
        input_seconds=seconds,
    )
    amount = cost(price, usage)
    return -amount if amount is not None and min(text, audio) < 0 else amount
