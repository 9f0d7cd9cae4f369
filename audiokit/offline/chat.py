"""A chat request is heard and thought about here; how the answer looks is in ``chat_whole`` and ``chat_stream``."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from audiokit.offline.audio_ids import Remembered, SpokenAnswers
from audiokit.offline.calling import Wanted, wanted_calls
from audiokit.offline.chat_request import ChatRequest
from audiokit.offline.counting import Counts, call_tokens, spoken_text_tokens, spoken_tokens, text_tokens
from audiokit.offline.engine import Engine, Spoken
from audiokit.offline.filling import filled
from audiokit.offline.listening import Understood, understood
from audiokit.offline.messages import Turn
from audiokit.offline.perceiving import is_of_voice
from audiokit.offline.refusals import Refused
from audiokit.offline.speak import TOKEN_BYTES
from audiokit.offline.tools import Call

__all__ = ["Answer", "Chat", "made_call"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to answer with, before it has a shape: words, and how to say them, or function calls."""

    request: ChatRequest
    prompt: Understood
    text: str = ""
    speed: float = 1.0
    language: str = "en"
    calls: tuple[Call, ...] = ()

    def counts(self, *, text_out: int, audio_out: int = 0) -> Counts:
        """Return what the whole exchange counts."""
        prompt = self.prompt
        return Counts(text_in=prompt.text_in, audio_in=prompt.audio_in, text_out=text_out, audio_out=audio_out)

    def calls_within_limit(self) -> tuple[tuple[Call, ...], str]:
        """Return the calls as far as there is room for them, and why they end; one forced by name ends in ``stop``.

        What the limit cuts is cut in the middle of its arguments, and is no JSON then.
        """
        limit = self.request.max_completion_tokens
        kept = list[Call]()
        for call in self.calls:
            left = None if limit is None else limit - call_tokens(kept)
            if left is not None and call_tokens([call]) > left:
                return (*kept, _cut_to(left, call)), "length"
            kept.append(call)
        is_forced = any(call.name == self.request.tool_choice for call in kept)
        return tuple(kept), "stop" if is_forced else "tool_calls"

    def words_within_limit(self) -> tuple[str, str]:
        """Return the words that the request has room for, and the reason why they end there."""
        limit = self.request.max_completion_tokens
        if limit is None or text_tokens(self.text) <= limit:
            return self.text, "stop"
        words = self.text.split(" ")
        while len(words) > 1 and text_tokens(" ".join(words)) > limit:
            words.pop()
        return " ".join(words), "length"

    def transcript(self) -> str:
        """Return the words of a spoken answer; where its limit is less than what they come to, half of it is theirs."""
        limit = self.request.max_completion_tokens
        if limit is None or spoken_text_tokens(self.text) < limit:
            return self.text
        words = self.text.split(" ")
        while len(words) > 1 and spoken_text_tokens(" ".join(words)) > limit // 2:
            words.pop()
        return " ".join(words)


class Chat:
    """What answering needs: an engine, a clock, and the memory of what was spoken. Usable from any thread."""

    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        self.engine, self.clock, self.answers = engine, clock, SpokenAnswers(clock)

    def answer(self, request: ChatRequest) -> Answer:
        """Hear, and think or call functions.

        Raises:
            Refused: an audio id is not known, or bytes are not what they are said to be.
            AudiokitError: the engine cannot hear.
        """
        forced = [tool for tool in request.tools if tool.name == request.tool_choice]
        hears = not any(is_of_voice(tool.parameters) for tool in forced)
        prompt = understood(request.messages, self.engine, self.answers, hears=hears)
        turn = Turn.of(prompt.messages, self.engine.now())
        wanted = wanted_calls(request.tools, request.tool_choice, turn)
        if wanted:
            calls = tuple(made_call(one) for one in (wanted if request.calls_in_parallel else wanted[:1]))
            return Answer(request=request, prompt=prompt, calls=calls)
        if request.schema is not None:
            text = _filled(request.schema, turn, of="response_format", param="response_format")
            return Answer(request=request, prompt=prompt, text=text)
        thought = self.engine.think(prompt.messages)
        return Answer(request=request, prompt=prompt, text=thought.text, speed=thought.speed, language=thought.language)

    def say(self, answer: Answer, voice: str) -> Iterator[Spoken]:
        """Yield the answer spoken, as far as its limit on tokens reaches; sound is cut in mid-word, as recorded."""
        spoken = self.engine.say(answer.text, voice, answer.speed, answer.language)
        limit = answer.request.max_completion_tokens
        if limit is None:
            return spoken
        transcript = answer.transcript()
        n_tokens = max(1, limit - spoken_text_tokens(transcript))
        return _up_to(n_tokens * TOKEN_BYTES, len(transcript), spoken)

    def remember(self, audio_id: str, answer: Answer, *, n_bytes: int, expires_at: int) -> Counts:
        """Keep a spoken answer for later turns, and return what it counts."""
        transcript = answer.transcript()
        counts = answer.counts(text_out=spoken_text_tokens(transcript), audio_out=spoken_tokens(n_bytes))
        kept = Remembered(
            transcript=transcript,
            audio_tokens=counts.audio_out,
            text_tokens=counts.text_out,
            expires_at=expires_at,
        )
        self.answers.remember(audio_id, kept)
        return counts

    def is_cut(self, answer: Answer, n_bytes: int) -> bool:
        """Whether a spoken answer of that size filled its limit."""
        limit = answer.request.max_completion_tokens
        return limit is not None and spoken_text_tokens(answer.transcript()) + spoken_tokens(n_bytes) >= limit


def made_call(wanted: Wanted) -> Call:
    """Return a call with an id.

    Raises:
        Refused: its arguments cannot be filled, for which the schema is at fault.
    """
    tool = wanted.tool
    arguments = _filled(tool.parameters, wanted.turn, of=f"function '{tool.name}'", param="tools", known=wanted.known)
    return Call(id=f"call_{secrets.token_hex(12)}", name=tool.name, arguments=arguments)


def _filled(
    schema: Mapping[str, Any], turn: Turn, *, of: str, param: str, known: Mapping[str, Any] | None = None
) -> str:
    try:
        value = filled(schema, turn)
        return json.dumps({**value, **known} if known and isinstance(value, dict) else value, ensure_ascii=False)
    except ValueError as error:
        message = f"Invalid schema for {of}: {error}."
        raise Refused(message, param=param, code="invalid_function_parameters") from error


def _cut_to(n_tokens: int, call: Call) -> Call:
    """Return a call with as many of its arguments as there is room for."""
    size = len(call.arguments) * max(0, n_tokens - text_tokens(call.name)) // max(1, call_tokens([call]))
    cut = replace(call, arguments=call.arguments[:size])
    while cut.arguments and call_tokens([cut]) > n_tokens:
        cut = replace(cut, arguments=cut.arguments[:-1])
    return cut


def _up_to(n_bytes: int, n_characters: int, pieces: Iterable[Spoken]) -> Iterator[Spoken]:
    for piece in pieces:
        yield Spoken(piece.text[:n_characters], piece.pcm16[:n_bytes])
        n_bytes, n_characters = n_bytes - len(piece.pcm16), max(0, n_characters - len(piece.text))
        if n_bytes <= 0:
            return
