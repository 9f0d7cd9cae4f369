"""An empty answer is asked for again, a little differently: the same request tends to come back empty again.

Seen with gpt-audio-1.5 for a minority of calls; another temperature or another container gets an answer. Each try is
billed, so each has its own entry: this wraps the metered layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from audiokit.audio.decode import decode
from audiokit.audio.encode import SoundFormat, encode
from audiokit.errors import ProviderError
from audiokit.speech.replies import Ending, Event, Reply, Speech
from audiokit.speech.requests import MAX_SOUND_BYTES, Converse, InputFormat, PersonTurn, Request, Turn
from audiokit.speech.wire import EmptyReply

__all__ = ["Varied"]

_TEMPERATURES = (None, 0.9, 1.1)  # within the 0.6 to 1.2 that these models stand
_SPEECH_RATE_HZ = 24_000
_TRIES = len(_TEMPERATURES)


@dataclass(frozen=True, slots=True)
class Varied:
    """Asks ``inner`` up to three times, each time a little differently, until the answer is not empty."""

    inner: Speech

    def reply(self, request: Request) -> Reply:
        """Pass on; see the module."""
        if not isinstance(request, Converse):
            return self.inner.reply(request)
        empty: EmptyReply | None = None
        for attempt in range(_TRIES):
            try:
                return self.inner.reply(_variant(request, attempt))
            except ProviderError as error:
                empty = _worth_another(error, empty)
        assert empty is not None  # noqa: S101 - there is one try at least
        raise empty

    def stream(self, request: Converse) -> Iterator[Event]:
        """Pass on; an empty stream has yielded nothing, so that another one can take its place."""
        empty: EmptyReply | None = None
        for attempt in range(_TRIES):
            try:
                yield from self.inner.stream(_variant(request, attempt))
            except ProviderError as error:
                empty = _worth_another(error, empty)
            else:
                return
        assert empty is not None  # noqa: S101 - there is one try at least
        raise empty


def _worth_another(error: ProviderError, empty: EmptyReply | None) -> EmptyReply:
    """Return the empty answer after which to ask once more, or raise.

    After one that was billed, whatever else goes wrong is raised as that one: nobody may take it for unpaid and ask
    elsewhere. Where the connection failed, and not the model, asking again would not help.
    """
    if not isinstance(error, EmptyReply):
        raise empty or error from error
    if error.reply.ending is Ending.CUT:
        raise error
    return error


def _variant(request: Converse, attempt: int) -> Converse:
    if attempt == 0:
        return request
    turns = tuple(_other_container(turn) for turn in request.turns) if attempt % 2 else request.turns
    return replace(request, temperature=_TEMPERATURES[attempt], turns=turns)


def _other_container(turn: Turn) -> Turn:
    if not isinstance(turn, PersonTurn) or turn.sound is None:
        return turn
    other = InputFormat.MP3 if turn.sound.format is InputFormat.WAV else InputFormat.WAV
    data = encode(decode(turn.sound.data, sample_rate_hz=_SPEECH_RATE_HZ).mono(), SoundFormat(other.value))
    if len(data) > MAX_SOUND_BYTES:
        return turn
    return replace(turn, sound=replace(turn.sound, data=data, format=other))
