"""What to answer: the first skill that has something to say. Nothing is made up; what is not known is said to be so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from audiokit.offline import arithmetic, clock, dialogue, documents, interpreting, results, tidying, units
from audiokit.offline.messages import Message, Thought, Turn

__all__ = ["think"]

_SKILLS: tuple[Callable[[Turn], Thought | None], ...] = (
    results.tell,
    tidying.tidy,
    dialogue.hear_silence,
    interpreting.interpret,
    dialogue.write_down,
    dialogue.read_aloud,
    documents.give_a_summary,
    clock.tell_the_time,
    clock.tell_the_date,
    arithmetic.reckon,
    units.convert,
    dialogue.recall,
    dialogue.repeat,
    dialogue.change_pace,
    dialogue.list_abilities,
    dialogue.say_goodbye,
    dialogue.take_thanks,
    dialogue.greet,
    documents.answer_from_document,
    dialogue.admit_not_knowing,
    dialogue.read_back,
)


def think(messages: Sequence[Message], now: datetime) -> Thought:
    """Return the answer to the last message, in the light of the others.

    Raises:
        ValueError: there is no message.
    """
    turn = Turn.of(messages, now)
    return next(thought for skill in _SKILLS if (thought := skill(turn)) is not None)
