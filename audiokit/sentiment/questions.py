"""Questions over one recording or many, answered out of what was said there, with the moments that show it."""

from __future__ import annotations

from collections.abc import Sequence

from audiokit.errors import InputError
from audiokit.sentiment.asked import Asked, Order
from audiokit.sentiment.fitting import most_alike
from audiokit.sentiment.forms import ANSWER
from audiokit.sentiment.given import NotGiven, cited, objects, why_none
from audiokit.sentiment.passages import MATERIAL, Passage, told
from audiokit.sentiment.signals import SIGNALS
from audiokit.sentiment.whole import Cited
from audiokit.speech.fields import objects_at
from audiokit.speech.replies import Reply
from audiokit.words.plain_text import one_line

__all__ = ["MAX_QUESTION_CHARACTERS", "answer"]

MAX_QUESTION_CHARACTERS = 1_000

_MOST_SENTENCES = 8
_MOST_TOKENS = 6_000
_RULES = (
    "You answer a question about recordings, out of what was said in them and nothing else. "
    f"{MATERIAL} {SIGNALS}\n\n"
    "The question stands between question tags after them. Answer in plain sentences, in the language of the question, "
    "and with each sentence name the ids of the passages that show it, and none that does not. Where the passages do "
    "not say it, say so in one sentence that names none."
)
_NOTHING_SAID = "There are no words in these recordings to answer from."
_NOTHING_ASKED = "There is no question. Write one, and ask again."


def answer(asked: Asked, question: str, passages: Sequence[Passage]) -> tuple[Cited, ...]:
    """Return the answer in sentences, each with the ids of the passages that show it. One call.

    Passages of many recordings follow each other, those of one together. Where they have no room in the model's
    context, those most alike to the question are read, and the last sentence, which has no ids, says so.

    Raises:
        InputError: nothing is asked, or there are no words to answer from.
        ProviderError: nobody answered, or the model declined, or answered twice with something that cannot be used.
        NotConfigured: there is no text model.
    """
    line = one_line(question)[:MAX_QUESTION_CHARACTERS]
    spoken = [passage for passage in passages if one_line(passage.text)]
    if not line or not spoken:
        raise InputError(_NOTHING_SAID if line else _NOTHING_ASKED)
    read = most_alike(line, spoken, asked.room())
    return (*_answered(asked, line, read), *_note(len(read), len(spoken)))


def _answered(asked: Asked, question: str, passages: Sequence[Passage]) -> tuple[Cited, ...]:
    said = question.replace("<", "(").replace(">", ")")
    order = Order(
        tool=ANSWER,
        rules=_RULES,
        words=f"{told(passages, with_signals=True)}\n\n<question>{said}</question>",
        max_tokens=_MOST_TOKENS,
    )

    def read(reply: Reply) -> tuple[Cited, ...]:
        given = next(iter(objects(reply, ANSWER)), None)
        if given is None:
            raise NotGiven(why_none(reply))
        found = cited(objects_at(given, "answer"), [(each.id,) for each in passages], _MOST_SENTENCES)
        if not found:
            raise NotGiven("It has no sentences.")
        return found

    return asked.for_(order, read)


def _note(n_read: int, n_passages: int) -> tuple[Cited, ...]:
    if n_read == n_passages:
        return ()
    return (Cited(text=f"{n_read} of {n_passages} passages were read for this: those most alike to the question."),)
