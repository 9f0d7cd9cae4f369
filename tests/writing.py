"""Documents, and text models that write what the script says, for tests of the writer."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from scripted import ENDPOINT, ScriptedSpeech

from audiokit.catalog.models import Catalog, Provider, Role, Tier
from audiokit.catalog.roles import Choice, choose
from audiokit.documents.document import Document, Kind, Passage
from audiokit.speech.place import Place
from audiokit.speech.replies import Ending, Reply
from audiokit.speech.requests import Caller, Converse, PersonTurn, ToolCall
from audiokit.summaries.sources import Source

__all__ = ["ME", "called", "document", "lines_of", "place", "request_in", "source", "told_in"]

ME = Caller(person_id="local", page="spoken_summaries", conversation_id="programme")
_CATALOG, _DAY = Catalog.load(), date(2026, 11, 21)


def document(*passages: tuple[str, str | None, str], title: str = "Rivers") -> Document:
    """Of passages given as mark, heading and text."""
    made = tuple(Passage(mark=mark, heading=heading, text=text) for mark, heading, text in passages)
    return Document(title=title, kind=Kind.TXT, passages=made, notes=())


def source(id_: str = "s1") -> Source:
    return Source(id=id_, name=f"{id_}.txt", kind="txt", digest="d")


def called(name: str, ending: Ending = Ending.WHOLE, **arguments: Any) -> Reply:
    """A reply that is one function call."""
    return Reply(words="", ending=ending, tool_calls=(ToolCall(id="c", name=name, arguments=json.dumps(arguments)),))


def lines_of(*texts: str, speaker: str = "Narrator", quote: str = "", mark: str = "") -> Reply:
    """A reply that is the lines of a section."""
    return called("write_section", lines=[{"speaker": speaker, "text": t, "quote": quote, "mark": mark} for t in texts])


def place(speech: ScriptedSpeech) -> Place:
    """OpenAI as it is on one day, with scripted answers."""

    def chosen(role: Role, tier: Tier, asked: str | None = None) -> Choice:
        return choose(_CATALOG, role, tier, _DAY, Provider.OPENAI, asked=asked)

    return Place(
        endpoint=ENDPOINT,
        choose=chosen,
        candidates=lambda role, tier: (chosen(role, tier),),
        offers=lambda _role: (),
        price_of=lambda _choice: None,
        speech_for=lambda _caller: speech,
    )


def told_in(speech: ScriptedSpeech, index: int = -1) -> str:
    """What the person's turn of a request holds."""
    turn = request_in(speech, index).turns[0]
    assert isinstance(turn, PersonTurn)
    assert turn.words is not None
    return turn.words


def request_in(speech: ScriptedSpeech, index: int = -1) -> Converse:
    asked = speech.asked[index]
    assert isinstance(asked, Converse)
    return asked
