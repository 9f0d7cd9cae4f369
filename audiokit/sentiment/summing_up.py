"""A recording in a few sentences, its topics, and what is to be done: each with the segments that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from audiokit.errors import InputError
from audiokit.sentiment.asked import Asked, Order, wishes
from audiokit.sentiment.fitting import parted
from audiokit.sentiment.forms import SUM_UP
from audiokit.sentiment.given import NotGiven, cited, objects, why_none
from audiokit.sentiment.passages import MATERIAL, Passage, told
from audiokit.sentiment.signals import SIGNALS
from audiokit.sentiment.whole import Cited
from audiokit.speech.fields import objects_at
from audiokit.speech.replies import Reply
from audiokit.words.plain_text import one_line

__all__ = ["SummedUp", "sum_up"]

_MOST_SENTENCES, _MOST_TOPICS, _MOST_ACTIONS = 6, 8, 20
_RULES = (
    "You sum up what was said in a recording, for somebody who was not there. "
    f"{MATERIAL} {SIGNALS}\n\n"
    "Say only what the passages say. Every sentence, topic and action names the ids of the passages that show it, and "
    "none that does not. Write plain sentences, in the language that is spoken."
)
_REQUEST = (
    "Sum up the recording above: what it was about, what came of it, and how its mood went, in three to six sentences. "
    "Then its topics, and the actions that somebody promised or was asked to take."
)
_MERGE = (
    "Above are the sentences, topics and actions of {n} parts of one recording, in order. Make one summary of all "
    "of it out of them, in three to six sentences, one list of topics, and one of actions, each thing once."
)
_KINDS = ("summary", "topic", "action")
_MOST_TOKENS = 8_000
_NOTHING = "There are no words in this recording to sum up."


class SummedUp(NamedTuple):
    """What a text model wrote. What rests on no passage has no ids, and is to be shown as such."""

    summary: tuple[Cited, ...]
    topics: tuple[Cited, ...]
    actions: tuple[Cited, ...]


def sum_up(asked: Asked, passages: Sequence[Passage], steering: str = "") -> SummedUp:
    """Return the summary, the topics and the actions of one recording.

    One call; a recording that has no room in the model's context takes one for each part and one for all of them.

    Raises:
        InputError: there are no words.
        ProviderError: nobody answered, or the model declined, or answered twice with something that cannot be used.
        NotConfigured: there is no text model.
    """
    if not (spoken := [passage for passage in passages if one_line(passage.text)]):
        raise InputError(_NOTHING)
    parts = parted(spoken, asked.room())
    found = [_of(asked, part, [(each.id,) for each in part], _REQUEST, steering) for part in parts]
    while len(found) > 1:
        found = _merged(asked, found, steering)
    return found[0]


def _of(
    asked: Asked, passages: Sequence[Passage], ids: Sequence[Sequence[str]], request: str, steering: str
) -> SummedUp:
    order = Order(
        tool=SUM_UP,
        rules=f"{_RULES}{wishes(steering)}",
        words=f"{told(passages, with_signals=True)}\n\n{request}",
        max_tokens=_MOST_TOKENS,
    )

    def read(reply: Reply) -> SummedUp:
        given = next(iter(objects(reply, SUM_UP)), None)
        if given is None:
            raise NotGiven(why_none(reply))
        listed = (("summary", _MOST_SENTENCES), ("topics", _MOST_TOPICS), ("actions", _MOST_ACTIONS))
        found = SummedUp(*(cited(objects_at(given, key), ids, most) for key, most in listed))
        if not found.summary:
            raise NotGiven("It has no summary.")
        return found

    return asked.for_(order, read)


def _merged(asked: Asked, parts: Sequence[SummedUp], steering: str) -> list[SummedUp]:
    """Return the same in one, or where even the sums have no room, in half as many at least."""
    passages, ids = list[Passage](), dict[str, tuple[str, ...]]()
    for number, part in enumerate(parts, 1):
        for kind, listed in zip(_KINDS, part, strict=True):
            for each in listed:
                name = str(len(passages))
                ids[name] = each.segment_ids
                passages.append(Passage(id=name, text=each.text, title=f"Part {number}", speaker=kind))
    pieces = parted(passages, asked.room())
    if len(pieces) >= len(parts):
        pieces = [tuple(passages)]
    request = _MERGE.format(n=len(parts))
    return [_of(asked, piece, [ids[each.id] for each in piece], request, steering) for piece in pieces]
