"""What the engine thinks about and what it comes to: one conversation in, one thought out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from audiokit.offline.hear import Heard
from audiokit.offline.tools import Call

__all__ = ["Document", "Message", "Result", "Thought", "Turn", "plain"]

_MARKED = re.compile(r"<document(?P<attributes>[^>]*)>\s*(?P<text>.*?)\s*</document>", re.DOTALL | re.IGNORECASE)
_TITLE = re.compile(r"title\s*=\s*[\"'](?P<title>[^\"']*)[\"']", re.IGNORECASE)
# Results may also stand in the question: models that cannot call functions and speak in one go are told them so.
_TOLD = re.compile(r"(?:^|\n\n)What tools gave back\b[^\n]*:\n(?P<calls>.*)\Z", re.DOTALL)
_TOLD_CALL = re.compile(r"^(?P<name>\w+)\(\{[^\n]*\}\) → (?P<text>.*?)(?=\n\w+\(\{|\Z)", re.DOTALL | re.MULTILINE)
_DOCUMENT_WORDS = {"user": 120, "system": 300, "developer": 300}  # unmarked text longer than that is a document


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation; ``heard`` holds what was said in its audio parts.

    ``calls`` are those that the assistant made, ``answers`` is the id of the one that a tool's message results from.
    """

    role: str
    text: str = ""
    heard: tuple[Heard, ...] = ()
    calls: tuple[Call, ...] = ()
    answers: str | None = None

    @property
    def said(self) -> str:
        """The words that were spoken."""
        return " ".join(heard.text for heard in self.heard if heard.text)


@dataclass(frozen=True, slots=True)
class Thought:
    """What to answer. ``skill`` names what thought it; it is in ``language``, and to be said at the pace ``speed``."""

    text: str
    skill: str
    speed: float = 1.0
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Document:
    """A longer text that somebody put into the conversation."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a function gave back, and the name it was called by."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The question to answer now, and everything around it.

    ``question`` is what was said in the last message, or typed where nothing was said; documents are no part of it.
    ``note`` is what was typed beside a recording. ``instructions`` are those of the system. ``results`` are of the
    functions that were called for the question, and that it is now to be answered from.
    """

    question: str
    note: str
    heard: tuple[Heard, ...]
    role: str
    instructions: str
    documents: tuple[Document, ...]
    earlier_questions: tuple[str, ...]
    earlier_answers: tuple[str, ...]
    results: tuple[Result, ...]
    now: datetime

    @property
    def plain(self) -> str:
        """The question in lower case, words only."""
        return plain(self.question)

    @property
    def is_spoken(self) -> bool:
        """Whether any of the question was spoken."""
        return bool(self.heard)

    @classmethod
    def of(cls, messages: Sequence[Message], now: datetime) -> Turn:
        """Read a conversation: its last message is the question, or what came of functions called for it."""
        results = _results(messages)
        messages = _until_question(messages) if results else messages
        if (told := _TOLD.search(messages[-1].text)) is not None and not results:
            messages = [*messages[:-1], replace(messages[-1], text=messages[-1].text[: told.start()])]
            results = tuple(Result(name=call["name"], text=call["text"]) for call in _TOLD_CALL.finditer(told["calls"]))
        last, parted = messages[-1], [_parted(message) for message in messages]
        typed = [text for text, _ in parted]
        asked = [m.said or text for m, text in zip(messages[:-1], typed, strict=False) if m.role == "user"]
        rules = [text for m, text in zip(messages, typed, strict=True) if m.role in {"system", "developer"}]
        return cls(
            question=last.said if last.heard else typed[-1],
            note=typed[-1] if last.heard else "",
            heard=last.heard,
            role=last.role,
            instructions="\n".join(rules),
            documents=tuple(document for _, documents in parted for document in documents),
            earlier_questions=tuple(filter(None, asked)),
            earlier_answers=tuple(m.text for m in messages[:-1] if m.role == "assistant" and m.text),
            results=results,
            now=now,
        )


def _results(messages: Sequence[Message]) -> tuple[Result, ...]:
    """Return what functions gave back, if that is how the conversation ends."""
    names = {call.id: call.name for message in messages for call in message.calls}
    last = list(takewhile(lambda message: message.role == "tool", reversed(messages)))
    return tuple(Result(name=names.get(m.answers or "", ""), text=m.text) for m in reversed(last))


def _until_question(messages: Sequence[Message]) -> Sequence[Message]:
    """Return the messages up to the one that functions were called for; the first, where nobody asked."""
    asked = (index for index in range(len(messages) - 1, -1, -1) if messages[index].role == "user")
    return messages[: next(asked, 0) + 1]


def plain(text: str) -> str:
    """Return ``text`` in lower case with its words, numbers and signs of arithmetic, one space between."""
    kept = re.sub(r"[^\w\s'.+*/×÷%-]", " ", text.lower().replace("’", "'"))  # noqa: RUF001 - the typed apostrophe
    return " ".join(word.strip(".'") or word for word in kept.split() if word.strip(".'"))


def _parted(message: Message) -> tuple[str, list[Document]]:
    """Part a message's text into what is said about documents, and the documents."""
    documents = [
        Document(found["text"], title["title"] if (title := _TITLE.search(found["attributes"])) else "")
        for found in _MARKED.finditer(message.text)
    ]
    rest = _MARKED.sub(" ", message.text).strip()
    limit = _DOCUMENT_WORDS.get(message.role)
    if limit is None or len(rest.split()) <= limit:
        return rest, documents
    request, document = _request_and_document(rest)
    return request, [*documents, Document(document)]


def _request_and_document(text: str) -> tuple[str, str]:
    """Part a long text at its first or last short paragraph, if that one speaks to us; else all is document."""
    paragraphs = re.split(r"\n\s*\n|(?<=:)\n", text)
    for index in (0, -1):
        if len(paragraphs) > 1 and re.search(
            r"\?\s*$|:\s*$|\b(summar|answer|explain|read|tell|write|list|find|what|please)",
            paragraphs[index],
            re.IGNORECASE,
        ):
            request = paragraphs.pop(index)
            if len(request.split()) <= _DOCUMENT_WORDS["user"] // 2:
                return request.strip(), "\n\n".join(paragraphs)
            paragraphs.insert(0 if index == 0 else len(paragraphs), request)
    return "", text
