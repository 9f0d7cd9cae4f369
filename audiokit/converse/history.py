"""What goes along of what was said before, in which form, and what that comes to.

An answer's audio id is worth having only while its provider remembers it, and only there. Our own copies last: what the
provider forgets goes along in words, or as our own recording where that is what is wanted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from audiokit.catalog.prices import audio_in_tokens, audio_out_tokens, text_tokens
from audiokit.converse.conversation import Conversation, KeptTurn, Memory, Speaker
from audiokit.errors import AudiokitError
from audiokit.speech.requests import MAX_SOUND_BYTES, Heard, ModelTurn, PersonTurn, Turn

__all__ = ["BYTES_PER_S", "Carried", "Way", "as_turns", "carried", "remembered_id", "sent_s", "tokens"]

BYTES_PER_S = 48_000
"""Of a recording as it is mostly sent: WAV at 24 kHz."""

_log = logging.getLogger(__name__)
_MARGIN = timedelta(minutes=2)  # an id that expires while the request is on its way is as good as gone


class Way(StrEnum):
    """How an earlier turn goes along."""

    ID = "id"  # as the provider's own copy of its answer, by name
    CLIP = "clip"  # as our copy of the recording
    WORDS = "words"
    DIGEST = "digest"  # in the summary that stands for it
    NOTHING = "nothing"  # there is no room for it, or there are no words for a model that reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One earlier turn, the way it goes, and what that comes to. ``until`` is when an id expires."""

    turn: KeptTurn
    way: Way
    audio_tokens: int = 0
    text_tokens: int = 0
    until: datetime | None = None


def carried(
    conversation: Conversation,
    *,
    endpoint: str,
    now: datetime,
    listens: bool = True,
    by_id: bool = True,
    room_tokens: int | None = None,
    room_s: float = MAX_SOUND_BYTES / BYTES_PER_S,
) -> tuple[Carried, ...]:
    """Return the way of each turn that was answered, in order.

    Args:
        conversation: its heading says what the person wants remembered, and which turns a summary stands for.
        endpoint: the address that will be asked; an id means nothing anywhere else.
        now: the moment at which it is asked.
        listens: whether the model takes sound at all.
        by_id: False once the provider has said that it forgot.
        room_tokens: how much may go along in all. Sound goes first, the oldest first, then whole turns do.
        room_s: how long recordings may be in all, as one request holds only so much; the oldest goes first.
    """
    heading = conversation.heading

    def one(turn: KeptTurn) -> Carried:
        if heading.digest and turn.position <= (heading.digest_until or -1):
            return Carried(turn=turn, way=Way.DIGEST)
        if listens and heading.options.memory is not Memory.WORDS and not turn.in_words:
            audio_id = remembered_id(turn, endpoint=endpoint, now=now) if by_id else None
            if audio_id is not None:
                return _by_id(turn)
            if heading.options.memory is Memory.VOICES and turn.speaker is Speaker.PERSON and turn.clip_digest:
                return _as_clip(turn)
        return _in_words(turn, listens=listens)

    ways = _within(tuple(one(turn) for turn in conversation.answered), room_s)
    return ways if room_tokens is None else _fitted(ways, room_tokens)


def as_turns(
    ways: Iterable[Carried], listen: Callable[[KeptTurn], Heard], *, room_bytes: int = MAX_SOUND_BYTES
) -> tuple[Turn, ...]:
    """Return earlier turns as they are sent; ``listen`` prepares a recording that goes along as one.

    One that cannot be prepared any more, or has no room beside newer ones, goes along in words.
    """
    listed = tuple(ways)
    sounds = _sounds(listed, listen, room_bytes)
    sent: list[Turn] = []
    for one in listed:
        turn, said = one.turn, one.turn.said
        match one.way:
            case Way.ID:
                sent.append(ModelTurn(words=turn.words or "", audio_id=turn.audio_id, duration_s=turn.duration_s))
            case Way.CLIP if turn.id in sounds:
                sent.append(PersonTurn(sound=sounds[turn.id], words=turn.typed))
            case Way.CLIP if said:
                sent.append(PersonTurn(words=said))
            case Way.WORDS if turn.speaker is Speaker.MODEL:
                sent.append(ModelTurn(words=said))
            case Way.WORDS:
                sent.append(PersonTurn(words=said))
            case _:
                pass
    return tuple(sent)


def _sounds(ways: tuple[Carried, ...], listen: Callable[[KeptTurn], Heard], room_bytes: int) -> dict[str, Heard]:
    """Return the recordings that go along, by their turns, the newest first."""
    sounds: dict[str, Heard] = {}
    for one in reversed(ways):
        if one.way is not Way.CLIP:
            continue
        try:
            heard = listen(one.turn)
        except AudiokitError as error:  # what was sent once need not be sendable now: another model, another room
            _log.info("an earlier recording goes along in words: %s", type(error).__name__)
            continue
        room_bytes -= len(heard.data)
        if room_bytes < 0:
            break
        sounds[one.turn.id] = heard
    return sounds


def tokens(ways: Iterable[Carried]) -> tuple[int, int]:
    """Return the audio tokens and the text tokens that go along."""
    listed = tuple(ways)
    return sum(one.audio_tokens for one in listed), sum(one.text_tokens for one in listed)


def remembered_id(turn: KeptTurn, *, endpoint: str, now: datetime) -> str | None:
    """Return the audio id of an earlier answer, if the endpoint that gave it is asked again before it expires."""
    if turn.audio_id is None or turn.audio_expires_at is None or turn.endpoint != endpoint:
        return None
    return turn.audio_id if turn.audio_expires_at - now > _MARGIN else None


def sent_s(turn: KeptTurn) -> float:
    """Return how many seconds of a turn are sent: of a recording, what is left once it is prepared."""
    return (turn.sent_s if turn.sent_s is not None else turn.duration_s) or 0.0


def _by_id(turn: KeptTurn) -> Carried:
    """An answer passed back by its id is billed as input at its output rate, and its words beside it."""
    sound = audio_out_tokens(turn.duration_s or 0.0)
    return Carried(
        turn=turn,
        way=Way.ID,
        audio_tokens=sound,
        text_tokens=text_tokens(turn.words or ""),
        until=turn.audio_expires_at,
    )


def _as_clip(turn: KeptTurn) -> Carried:
    return Carried(
        turn=turn,
        way=Way.CLIP,
        audio_tokens=audio_in_tokens(sent_s(turn)),
        text_tokens=text_tokens(turn.typed or ""),
    )


def _in_words(turn: KeptTurn, *, listens: bool) -> Carried:
    """In words where they are known; a recording that was never written down is all that there is of it."""
    if turn.speaker is Speaker.MODEL and not turn.said:
        return Carried(turn=turn, way=Way.NOTHING)  # its words were deleted
    if turn.words or (turn.typed and not turn.clip_digest) or turn.speaker is Speaker.MODEL:
        return Carried(turn=turn, way=Way.WORDS, text_tokens=text_tokens(turn.said))
    if listens and turn.clip_digest:
        return _as_clip(turn)
    if turn.typed:
        return Carried(turn=turn, way=Way.WORDS, text_tokens=text_tokens(turn.typed))
    return Carried(turn=turn, way=Way.NOTHING)


def _within(ways: tuple[Carried, ...], room_s: float) -> tuple[Carried, ...]:
    """Give up the oldest recordings until the rest fits into one request."""
    fitted = list(ways)
    for index in range(len(fitted) - 1, -1, -1):
        if fitted[index].way is Way.CLIP:
            room_s -= sent_s(fitted[index].turn)
            if room_s < 0:
                fitted[index] = _in_words(fitted[index].turn, listens=False)
    return tuple(fitted)


def _fitted(ways: tuple[Carried, ...], room_tokens: int) -> tuple[Carried, ...]:
    """Give up sound, then turns, the oldest first, until the rest has room."""
    fitted = list(ways)
    for give_up in (_without_sound, _left_out):
        for index, one in enumerate(fitted):
            if sum(tokens(fitted)) <= room_tokens:
                return tuple(fitted)
            fitted[index] = give_up(one)
    return tuple(fitted)


def _without_sound(one: Carried) -> Carried:
    return _in_words(one.turn, listens=False) if one.way in {Way.ID, Way.CLIP} and one.turn.said else one


def _left_out(one: Carried) -> Carried:
    is_summed_up = one.way is Way.DIGEST
    return one if is_summed_up else replace(one, way=Way.NOTHING, audio_tokens=0, text_tokens=0, until=None)
