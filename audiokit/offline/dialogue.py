"""Small talk that is true: greetings, what was said, what this engine can and cannot do. No invented prose."""

from __future__ import annotations

import re

from audiokit.offline.messages import Thought, Turn

__all__ = [
    "admit_not_knowing",
    "change_pace",
    "greet",
    "hear_silence",
    "list_abilities",
    "read_aloud",
    "read_back",
    "recall",
    "repeat",
    "say_goodbye",
    "take_thanks",
    "write_down",
]

_ME = "I am the offline engine of audiokit"
_ABILITIES = "the time, the date, a sum, or a unit to convert"
_READ_ALOUD = re.compile(
    r"^\s*(?:please\s+)?(?:say|read|speak|repeat|narrate)\b(?=[^:\n]{0,80}(?:exact|verbatim|word for word|aloud|"
    r"out loud|following|after me))[^:\n]*[:\n]\s*(?P<text>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_EXACT_WORD = re.compile(
    r"\bsay (?:the )?(?:exact )?(?:words? |phrase )?['\"“‘](?P<text>.+?)['\"”’]",  # noqa: RUF001 - typed quotes
    re.IGNORECASE,
)
_TOLD_TO_READ = re.compile(
    r"\b(read|speak|say|narrate|voice)\b[^.]{0,80}\b(exactly|verbatim|word for word|as written|aloud)\b", re.IGNORECASE
)
_REPEAT = re.compile(
    r"\b(repeat|say) (that|it|this)( again)?\b|\b(once more|come again|say again|again please|pardon)\b"
)
_RECALL = re.compile(r"\bwhat (did|have) i (just )?(say|said|ask|asked|tell|told)\b")
_SLOWER = re.compile(r"\b(slower|slow down|more slowly|too fast)\b")
_FASTER = re.compile(r"\b(faster|speed up|quicker|more quickly|too slow)\b")
_GOODBYE = re.compile(r"\b(goodbye|good bye|bye bye|see you|good night)\b|^(bye|stop|quit|exit)\b")
_THANKS = re.compile(r"\b(thanks|thank you)\b")
_ABILITY = re.compile(
    r"\bwhat (can|do) you (do|know)\b|\bwhat can i (ask|say|do)\b|\bhow can you help\b|\bcan you help\b|^help( me)?$"
)
_WHO = re.compile(r"\b(who|what) are you\b|\byour name\b")
_HELLO = re.compile(r"^(hello|hi|hey|good (morning|afternoon|evening))\b")
_NAME = re.compile(r"\b(?:my name is|my name's|call me|i am called) (?P<name>\w+)")
_OUT_THERE = re.compile(
    r"\b(weather|forecast|temperature outside|news|headlines|traffic|stock|share price|score of|who won|president|"
    r"capital of|look up|search for|internet|web)\b"
)
_WRITE_DOWN = re.compile(
    r"\btranscri|\bwhat (is|was) (being )?said\b|\bwhat (do|did) you hear\b|\bwrite (it |this )?down\b"
)
_FEW_WORDS, _MANY_WORDS = 6, 40


def hear_silence(turn: Turn) -> Thought | None:
    """Say so when there was sound, and no words in it."""
    if not turn.is_spoken or any(heard.words for heard in turn.heard):
        return None
    return Thought("I heard no words in that. Hold the microphone a little closer and try again.", "silence")


def write_down(turn: Turn) -> Thought | None:
    """Give back the words of a recording, when that is what was typed beside it."""
    if not turn.is_spoken or not _WRITE_DOWN.search(turn.note.lower()):
        return None
    return Thought(turn.question, "write down")


def read_aloud(turn: Turn) -> Thought | None:
    """Say what was given to be said, and nothing else."""
    if turn.is_spoken:
        return None
    if (found := _READ_ALOUD.match(turn.question) or _EXACT_WORD.search(turn.question)) is not None:
        return Thought(found["text"].strip().strip('"'), "read aloud")
    if turn.question and _TOLD_TO_READ.search(turn.instructions):
        return Thought(turn.question, "read aloud")
    return None


def repeat(turn: Turn) -> Thought | None:
    """Say the last answer again."""
    if not _REPEAT.search(turn.plain):
        return None
    if not turn.earlier_answers:
        return Thought("I have not said anything yet that I could repeat.", "repeat")
    return Thought(turn.earlier_answers[-1], "repeat")


def recall(turn: Turn) -> Thought | None:
    """Tell what the person said before."""
    if not _RECALL.search(turn.plain):
        return None
    if not turn.earlier_questions:
        return Thought("This is the first thing that you have said to me.", "recall")
    return Thought(f"Before that, you said: {turn.earlier_questions[-1].rstrip('.')}.", "recall")


def change_pace(turn: Turn) -> Thought | None:
    """Say the last answer again, slower or faster; nothing is kept for later, and that is said."""
    speed = 0.75 if _SLOWER.search(turn.plain) else 1.35 if _FASTER.search(turn.plain) else None
    if speed is None or len(turn.plain.split()) > _FEW_WORDS:
        return None
    if not turn.earlier_answers:
        return Thought("Ask me something first. Then I can say it again at another pace.", "pace")
    return Thought(turn.earlier_answers[-1], "pace", speed)


def say_goodbye(turn: Turn) -> Thought | None:
    """Part as friends."""
    is_short = len(turn.plain.split()) <= _FEW_WORDS
    return Thought("Goodbye. It was good to hear you.", "goodbye") if is_short and _GOODBYE.search(turn.plain) else None


def take_thanks(turn: Turn) -> Thought | None:
    """Take thanks."""
    is_short = len(turn.plain.split()) <= _FEW_WORDS
    return Thought("You are welcome.", "thanks") if is_short and _THANKS.search(turn.plain) else None


def list_abilities(turn: Turn) -> Thought | None:
    """Tell what can be asked."""
    if not _ABILITY.search(turn.plain):
        return None
    return Thought(
        f"Ask me for {_ABILITIES}. Give me a document, and I will summarise it or read out what it says about your "
        "question. I can also repeat myself, slower if you like. For real conversation, add a key.",
        "abilities",
    )


def greet(turn: Turn) -> Thought | None:
    """Greet, by name where one was given and heard for sure, and say who speaks."""
    named, is_short = _NAME.search(turn.plain), len(turn.plain.split()) <= _FEW_WORDS
    is_hello = is_short and _HELLO.search(turn.plain) and not turn.earlier_answers
    if not (named or is_hello or _WHO.search(turn.plain)):
        return None
    name = f" {named['name'].title()}" if named and _is_sure(turn, named["name"]) else ""
    return Thought(
        f"Hello{name}! {_ME}. I hear and speak on this machine alone, with no key and no network. "
        "Ask me the time, or what I can do.",
        "greeting",
    )


def _is_sure(turn: Turn, word: str) -> bool:
    return not turn.is_spoken or any(w.is_sure and w.text == word for heard in turn.heard for w in heard.words)


def admit_not_knowing(turn: Turn) -> Thought | None:
    """Say plainly that the world outside cannot be seen from here."""
    if (found := _OUT_THERE.search(turn.plain)) is None:
        return None
    topic = "the weather" if found[1] in {"weather", "forecast"} else "that"
    return Thought(
        f"I cannot know {topic}: I work offline and see nothing beyond this machine. You can ask me for {_ABILITIES}.",
        "cannot know",
    )


def read_back(turn: Turn) -> Thought:
    """Show what was understood, how sure that is, and who answers; the last resort, and always true."""
    is_known = any(_ME in answer for answer in turn.earlier_answers)
    who = "I have no answer of my own to that." if is_known else f"{_ME}, not a chat model, and cannot answer that."
    if not turn.question:
        return Thought(f"There was nothing to answer. {_ME}: ask me what I can do.", "read back")
    return Thought(f"{_echo(turn)} {who} Ask me what I can do.", "read back")


def _echo(turn: Turn) -> str:
    verb = "I heard" if turn.is_spoken else "You wrote"
    words = turn.question.split()
    if len(words) > _MANY_WORDS:
        return f"{verb} {len(words)} words, beginning with: {' '.join(words[:20])}."
    n_words, n_unsure = sum(len(h.words) for h in turn.heard), sum(h.n_unsure for h in turn.heard)
    doubt = f" I am not sure of {n_unsure} of the {n_words} words." if n_unsure else ""
    return f"{verb}: {turn.question.rstrip('.')}.{doubt}"
