"""What the engine thinks about and what it comes to: one conversation in, one thought out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from audiokit.offline.hear import Heard

__all__ = ["Document", "Message", "Thought", "Turn", "plain"]

_MARKED = re.compile(r"<document(?P<attributes>[^>]*)>\s*(?P<text>.*?)\s*</document>", re.DOTALL | re.IGNORECASE)
_TITLE = re.compile(r"title\s*=\s*[\"'](?P<title>[^\"']*)[\"']", re.IGNORECASE)
_DOCUMENT_WORDS = {"user": 120, "system": 300, "developer": 300}  # unmarked text longer than that is a document


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation; ``heard`` holds what was said in its audio parts."""

    role: str
    text: str = ""
    heard: tuple[Heard, ...] = ()

    @property
    def said(self) -> str:
        """The words that were spoken."""
        return " ".join(heard.text for heard in self.heard if heard.text)


@dataclass(frozen=True, slots=True)
class Thought:
    """What to answer. ``skill`` names what thought it, ``speed`` is the pace to say it at."""

    text: str
    skill: str
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Document:
    """A longer text that somebody put into the conversation."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The question to answer now, and everything around it.

    ``question`` is what was said in the last message, or typed where nothing was said; documents are no part of it.
    ``note`` is what was typed beside a recording. ``instructions`` are those of the system.
    """

    question: str
    note: str
    heard: tuple[Heard, ...]
    role: str
    instructions: str
    documents: tuple[Document, ...]
    earlier_questions: tuple[str, ...]
    earlier_answers: tuple[str, ...]
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
        """Read a conversation: its last message is the question, whoever sent it."""
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
            now=now,
        )


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
