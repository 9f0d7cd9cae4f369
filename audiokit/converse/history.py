"""What is sent along of what was said before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from audiokit.converse.conversation import KeptTurn, Speaker, State
from audiokit.speech.requests import Heard, ModelTurn, PersonTurn, Turn

__all__ = ["before", "remembered_id"]

_MARGIN = timedelta(minutes=2)  # an id that expires while the request is on its way is as good as gone


def before(
    turns: Iterable[KeptTurn],
    *,
    endpoint: str,
    now: datetime,
    listen: Callable[[KeptTurn], Heard],
    by_id: bool = True,
) -> tuple[Turn, ...]:
    """Return those of ``turns`` that were answered, as they are sent again before a new one.

    What the model said goes by its audio id while ``endpoint`` still knows it, else in words; what the person said in
    words where we know them (a tenth of the price of sound), else as the recording itself.
    """
    sent: list[Turn] = []
    for turn in turns:
        if turn.state is not State.ANSWERED:
            continue
        if turn.speaker is Speaker.MODEL:
            audio_id = remembered_id(turn, endpoint=endpoint, now=now) if by_id else None
            sent.append(ModelTurn(words=turn.words or "", audio_id=audio_id))
        elif turn.words:
            sent.append(PersonTurn(words=turn.words))
        elif turn.clip_digest:
            sent.append(PersonTurn(sound=listen(turn)))
    return tuple(sent)


def remembered_id(turn: KeptTurn, *, endpoint: str, now: datetime) -> str | None:
    """Return the audio id of an earlier answer, if the endpoint that gave it is asked again before it expires."""
    if turn.audio_id is None or turn.audio_expires_at is None or turn.endpoint != endpoint:
        return None
    return turn.audio_id if turn.audio_expires_at - now > _MARGIN else None
