"""What a request is expected to cost at most, before it is sent: held against budgets, and for quotes.

What goes in is counted. What comes out is bounded by ``max_completion_tokens``, and below it by the longest of the
latest answers of its kind (:mod:`audiokit.usage.experience`), or by what is usual where there were none, all of it in
the dearer kind: providers count words and sound alike. An answer can be longer than that: see
:mod:`audiokit.speech.capping`. Of what is worth nothing unless it is whole, the longest is expected that may be.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from decimal import Decimal

from audiokit.catalog.prices import Price, Usage, audio_in_tokens, audio_out_tokens, cost, text_tokens
from audiokit.speech.requests import Converse, ModelTurn, PersonTurn, Request, Speak, Telling, ToolResult, Transcribe

__all__ = ["Longest", "dearest", "estimate", "of_conversation", "priced", "tokens", "with_tokens", "writing_down"]

_WORDS_PER_S, _CHARACTERS_PER_S = 2.5, 12.0  # of slow speech, so that a length is not taken to be too short
_TOKENS_PER_S = 4  # of what is written down of quick speech, rounded up
_TOKENS_PER_S_TOLD = {Telling.WORDS: 7, Telling.TIMES: 7, Telling.SPEAKERS: 45}  # at most, as recorded (2026)
_AROUND_TOOLS_TOKENS = 100  # once: a function of no words came to 103 with gpt-5-mini, as recorded (2026)
_ALOUD_S = 60.0  # of an answer, before there was one
_WRITTEN_TOKENS, _FUNCTION_TOKENS = 800, 2_000  # the same in words, and in the arguments of a function
_LEAST_ALOUD_TOKENS, _LEAST_WRITTEN_TOKENS = 480, 400  # however short the latest were: 20 s, and a paragraph


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest of the latest answers of a kind, in tokens."""

    text_tokens: int
    audio_tokens: int


def estimate(request: Request, price: Price | None, longest: Longest | None = None) -> int | None:
    """Return what ``request`` may cost in nano-USD, rounded up; None where that cannot be told."""
    match request:
        case Converse():
            return with_tokens(request, price, _room(request, longest))
        case Transcribe():
            seconds = request.sound.duration_s + sum(known.sound.duration_s for known in request.known_voices)
            return writing_down(seconds, price, tokens_per_s=_TOKENS_PER_S_TOLD[request.telling])
        case Speak():
            return priced(price, _reading(request))


def tokens(request: Request, longest: Longest | None = None) -> int:
    """Return how many tokens a request and its answer may come to, for what a provider allows a minute."""
    match request:
        case Converse():
            usage = _conversation(request, longest)
        case Transcribe():
            usage = _by_token(request.sound.duration_s, _TOKENS_PER_S_TOLD[request.telling])
        case Speak():
            usage = _reading(request)
    counts = (usage.text_in_tokens, usage.audio_in_tokens, usage.text_out_tokens, usage.audio_out_tokens)
    return sum(count or 0 for count in counts)


def with_tokens(request: Converse, price: Price | None, n_tokens: int) -> int | None:
    """Return what a conversation costs with an answer of so many tokens, all of the dearer kind; None: nobody knows."""
    if price is None:
        return None
    is_sound = request.is_aloud and price.audio_out in {None, dearest(request, price)}
    usage = of_conversation(request, text_out=0 if is_sound else n_tokens, audio_out=n_tokens if is_sound else 0)
    return priced(price, usage)


def dearest(request: Converse, price: Price) -> Decimal:
    """Return the price of a million tokens of whichever comes out and costs most."""
    kinds = (price.text_out, price.audio_out if request.is_aloud else None)
    return max((amount for amount in kinds if amount is not None), default=Decimal(0))


def priced(price: Price | None, usage: Usage) -> int | None:
    """Return what a usage costs; None without a price as well."""
    return None if price is None else cost(price, usage)


def writing_down(seconds: float, price: Price | None, *, tokens_per_s: float = _TOKENS_PER_S) -> int | None:
    """Return what it costs to have speech written down, by the minute or by the token."""
    by_minute = Usage(input_seconds=Decimal(str(round(seconds, 3))))
    by_token = _by_token(seconds, tokens_per_s)
    return next((known for usage in (by_minute, by_token) if (known := priced(price, usage)) is not None), None)


def _by_token(seconds: float, tokens_per_s: float) -> Usage:
    return _tokens(audio_in=audio_in_tokens(seconds), text_out=math.ceil(tokens_per_s * seconds))


def of_conversation(request: Converse, *, text_out: int, audio_out: int) -> Usage:
    """Return what goes into a conversation, counted, with so much coming out."""
    text, audio = text_tokens(request.instructions), 0
    for turn in request.turns:
        match turn:
            case PersonTurn(words=words, sound=sound):
                text += text_tokens(words or "")
                if sound is not None:
                    text, audio = text + text_tokens(""), audio + audio_in_tokens(sound.duration_s)
            case ModelTurn(words=words, audio_id=None):
                text += text_tokens(words) + sum(text_tokens(call.arguments) for call in turn.calls)
            case ModelTurn(words=words, duration_s=seconds):
                text += text_tokens(words)
                audio += audio_out_tokens(len(words.split()) / _WORDS_PER_S if seconds is None else seconds)
            case ToolResult(output=output):
                text += text_tokens(output)
    tools = request.tools if request.forced_tool is None else (*request.tools, request.forced_tool)
    text += sum(text_tokens(tool.name + tool.description + json.dumps(dict(tool.parameters))) for tool in tools)
    text += _AROUND_TOOLS_TOKENS if tools else 0
    return _tokens(text_in=text, audio_in=audio, text_out=text_out, audio_out=audio_out)


def _conversation(request: Converse, longest: Longest | None) -> Usage:
    text_out, audio_out = _answer(request, longest)
    return of_conversation(request, text_out=text_out, audio_out=audio_out)


def _room(request: Converse, longest: Longest | None) -> int:
    """Return how many tokens an answer is expected to need at most."""
    if not request.may_be_cut:
        return request.max_completion_tokens
    least = _LEAST_ALOUD_TOKENS if request.is_aloud else _LEAST_WRITTEN_TOKENS
    return min(max(least, sum(_answer(request, longest))), request.max_completion_tokens)


def _answer(request: Converse, longest: Longest | None) -> tuple[int, int]:
    """Return the tokens of the answer, in words and in sound; both together are at most those that may be."""
    if longest is not None:
        text, audio = longest.text_tokens, longest.audio_tokens
    elif request.forced_tool is not None:
        text, audio = _FUNCTION_TOKENS, 0
    else:
        text = round(_ALOUD_S * _TOKENS_PER_S) if request.is_aloud else _WRITTEN_TOKENS
        audio = audio_out_tokens(_ALOUD_S) if request.is_aloud else 0
    audio = min(audio, request.max_completion_tokens)
    return min(text, request.max_completion_tokens - audio), audio


def _reading(request: Speak) -> Usage:
    told = text_tokens(request.text) + (text_tokens(request.instructions) if request.instructions else 0)
    seconds = len(request.text) / _CHARACTERS_PER_S / request.speed
    by_token = _tokens(text_in=told, audio_out=audio_out_tokens(seconds))
    return replace(by_token, characters=len(request.text))


def _tokens(*, text_in: int = 0, audio_in: int = 0, text_out: int = 0, audio_out: int = 0) -> Usage:
    return Usage(
        text_in_tokens=text_in,
        audio_in_tokens=audio_in,
        cached_in_tokens=0,
        text_out_tokens=text_out,
        audio_out_tokens=audio_out,
    )
