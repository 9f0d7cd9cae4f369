"""What is dropped on the pages of a running app, and what these say of it: for ``hostile`` and its test.

A browser offers only files whose names end as those that a drop zone takes; who lets it be so renames them. What is
dropped here is renamed as well.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx2
from websockets.exceptions import WebSocketException

from benchmarks._hands import Hands, NotThere, by_hand

__all__ = ["PAGES", "File", "Told", "dropped", "fitting"]

File = tuple[str, bytes]
_SOUNDS = ("wav", "mp3", "m4a", "mp4", "aac", "flac", "ogg", "oga", "opus", "webm", "aiff", "aif", "amr", "wma")
_DOCUMENTS = ("pdf", "docx", "pptx", "odt", "epub", "html", "rtf", "md", "txt", "csv", "xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of a file: a sentence, or None where it was taken; ``took_s`` is that of all dropped with it.

    ``crash`` is what should never have happened.
    """

    page: str
    name: str
    took_s: float
    sentence: str | None = None
    crash: str | None = None


async def _on_converse(visit: Hands, files: Sequence[File]) -> list[str | None]:
    """Drop a recording into a conversation. What cannot be sent is kept as a turn, and marked."""
    await visit.drop(files, "A recording")
    return [visit.alerts[0] if visit.alerts else None]


async def _on_sentiment(visit: Hands, files: Sequence[File]) -> list[str | None]:
    """Drop recordings to be analysed: each is a row."""
    await visit.drop(files, "Drop recordings")
    if not (tables := visit.components("audiokit_sentiment_batch_table")):
        return [visit.alerts[0] if visit.alerts else None] * len(files)
    return [row["sentence"] for row in json.loads(tables[0])[0]["rows"]]


async def _on_summaries(visit: Hands, files: Sequence[File]) -> list[str | None]:
    """Drop documents for a programme: each has a line, and one that cannot be read a red one below it."""
    await visit.drop(files, "Drop documents")
    told = list[str | None]()
    for line in visit.sentences:
        if line.startswith((":red[:material/error:] **", ":material/")) and line.endswith("**"):
            told.append(None)
        elif told and line.startswith(":red["):
            told[-1] = line.removeprefix(":red[").removesuffix("]")
    return told[-len(files) :] if len(told) >= len(files) else [visit.alerts[0] if visit.alerts else None] * len(files)


_Drop = Callable[[Hands, Sequence[File]], Awaitable[list[str | None]]]
PAGES: Mapping[str, tuple[str, int, _Drop]] = {
    "": ("", 1, _on_converse),
    "sentiment_analysis": ("batch=new", 20, _on_sentiment),
    "spoken_summaries": ("programme=new", 20, _on_summaries),
}
"""Each page by its path: what its address says where something new is begun, how many files its zone takes at a time
here, and how they are dropped."""


def fitting(page: str, files: Mapping[str, bytes]) -> list[File]:
    """Give names to files such that the page's drop zone lets them in; those that have no fitting one get one each."""
    kinds = _DOCUMENTS if page == "spoken_summaries" else _SOUNDS
    others = itertools.cycle(kinds)
    return [
        (name if name.lower().endswith(tuple(f".{kind}" for kind in kinds)) else f"{name}.{next(others)}", data)
        for name, data in files.items()
    ]


async def dropped(address: str, cookies: Mapping[str, str], page: str, files: Sequence[File]) -> list[Told]:
    """Open a page, drop files on it, and return what became of each."""
    query, _, drop = PAGES[page]
    began, sentences, crash = time.monotonic(), list[str | None](), None
    try:
        async with by_hand(address, cookies, page, query) as visit:
            sentences = await drop(visit, files)
            crash = next(iter(visit.exceptions), None)
    except NotThere as error:  # the server did not take it, and said so
        sentences = [str(error)] * len(files)
        crash = str(error) if str(error).startswith(("5", "no ")) else None
    except (OSError, TimeoutError, WebSocketException, httpx2.HTTPError) as error:
        crash = f"{type(error).__name__}: {error}"[:200]
    took_s = time.monotonic() - began
    if len(sentences) < len(files):
        sentences = [None] * len(files)
        crash = crash or "nothing is said of it"
    return [
        Told(page=page or "record_and_converse", name=name, took_s=took_s, sentence=sentence, crash=crash)
        for (name, _), sentence in zip(files, sentences, strict=False)
    ]
