"""Sentiment Analysis over scripted models at OpenAI's prices of one day, step by step; and over a real worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import numpy as np
from clips import silence
from ledgers import open_ledger
from scripted import ENDPOINT, on_wire
from voices import voice

from audiokit.audio.clip import Clip
from audiokit.audio.door import Door
from audiokit.audio.wav import to_wav
from audiokit.catalog.models import Catalog
from audiokit.jobs.queue import Jobs
from audiokit.sentiment.kept import Batch
from audiokit.sentiment.service import SentimentService, open_service
from audiokit.sentiment.workshop import Workshop
from audiokit.speech.placing import Spending, place_at
from audiokit.speech.served import Served
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.database import open_database
from audiokit.store.flights import open_flights
from audiokit.usage.budgets import Budgets
from audiokit.usage.experience import Experience
from audiokit.usage.ledger import Ledger

__all__ = [
    "ME",
    "SAID",
    "Desk",
    "Models",
    "a_recording",
    "a_worker",
    "analysed",
    "look_until",
    "on_loopback",
    "open_desk",
]

ME, _DAY = "local", date(2026, 11, 21)
SAID = ("I love this so much.", "The meeting is on Monday.", "That was a terrible mistake.", "We shall see about it.")
_TURN_S = 4.0
_USED = {
    "prompt_tokens": 1_000,
    "completion_tokens": 100,
    "completion_tokens_details": {"audio_tokens": 0, "text_tokens": 100},
}


def a_recording() -> bytes:
    """Four turns of one voice with five syllables each, two a second, a pause after each turn; SAID lies on them."""
    syllable = np.hanning(9_600)[:, None]  # 0.4 s
    turn = [
        part
        for number in range(5)
        for part in (voice(120.0 + 12 * number, seconds=0.4) * syllable, silence(seconds=0.1))
    ]
    whole = np.concatenate([piece for _ in SAID for piece in (*turn, silence(seconds=_TURN_S - 2.5))])
    hiss = np.random.default_rng(7).normal(0, 1e-3, whole.shape)  # of a room
    return to_wav(Clip((whole + hiss).astype(np.float32), 24_000))


class Models(httpx2.BaseTransport):
    """OpenAI as it might be: it hears SAID, finds love and mistakes in words, and anger in every voice.

    What ``refusing`` names (transcriptions, or a function) is answered with that status; ``asked`` counts what was
    asked for.
    """

    def __init__(self) -> None:
        self.asked, self.refusing = Counter[str](), dict[str, int]()
        self._lock = threading.Lock()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        if request.url.path.endswith("/models"):
            return httpx2.Response(200, json={"object": "list", "data": []})
        body: Any = {} if request.url.path.endswith("transcriptions") else json.loads(request.content)
        what = body["tool_choice"]["function"]["name"] if body else "transcriptions"
        with self._lock:
            self.asked[f"{what} {body.get('model', '')}".strip()] += 1
        if status := self.refusing.get(what):
            return httpx2.Response(status, json={"error": {"message": "No.", "code": "no"}})
        return httpx2.Response(200, json=_HEARD if not body else _completion(body, what))

    def n_asked(self, what: str) -> int:
        return sum(n for name, n in self.asked.items() if name.startswith(what))


@contextmanager
def on_loopback(models: Models) -> Iterator[str]:
    """Serve them to other processes; what is given is the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"]))
            self._answer(models.handle_request(httpx2.Request("POST", f"http://x{self.path}", content=sent)))

        def do_GET(self) -> None:
            self._answer(models.handle_request(httpx2.Request("GET", f"http://x{self.path}")))

        def _answer(self, response: httpx2.Response) -> None:
            body = response.read()
            self.send_response(response.status_code)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _word(number: int, text: str, at_s: float) -> dict[str, Any]:
    told = {"terrible": 0.31, "mistake.": 1.7}.get(text, 0.9)
    return {"word": text, "start": at_s + 0.5 * number, "end": at_s + 0.5 * number + 0.4, "probability": told}


_HEARD = {
    "text": " ".join(SAID),
    "language": "english",
    "duration": _TURN_S * len(SAID),
    "words": [
        _word(number, word, _TURN_S * turn + 0.1)
        for turn, said in enumerate(SAID)
        for number, word in enumerate(said.split())
    ],
}


def _completion(body: dict[str, Any], what: str) -> dict[str, Any]:
    content = body["messages"][-1]["content"]
    told = content if isinstance(content, str) else content[-1]["text"]
    call = {"id": "call_1", "type": "function", "function": {"name": what, "arguments": json.dumps(_given(what, told))}}
    return {
        "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "tool_calls": [call]}}],
        "usage": _USED | {"prompt_tokens_details": {"audio_tokens": 25 if what == "judge_voice" else 0}},
    }


def _given(what: str, told: str) -> dict[str, Any]:
    match what:
        case "judge_words":
            return {"readings": [_of_words(n, text) for n, text in enumerate(told.split("<passage ")[1:], 1)]}
        case "judge_voice":
            return {"reason": "It is sharp.", "tone": "angry", "sentiment": -0.8, "arousal": 0.9, "confidence": "high"}
        case _:
            cited = [{"text": "It went well, and then it did not.", "passages": [1]}]
            return {"summary": cited, "topics": cited, "actions": [], "answer": cited}


def _of_words(number: int, text: str) -> dict[str, Any]:
    sentiment = 0.9 if "love" in text else -0.9 if "mistake" in text else 0.0
    quote = "love this" if "love" in text else "terrible mistake" if "mistake" in text else ""
    return {"passage": number, "quote": quote, "reason": "So it says.", "sentiment": sentiment, "confidence": "high"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The service, what stands under it, and who answers."""

    service: SentimentService
    ledger: Ledger
    clips: Clips
    blobs: Blobs
    models: Models
    budgets: Budgets

    @property
    def workshop(self) -> Workshop:
        return self.service.workshop


@contextmanager
def open_desk(folder: Path, *, reads_voice: bool = True, models: Models | None = None) -> Iterator[Desk]:
    """Open one in a folder; what was there before is there again."""
    models = models or Models()
    with ExitStack() as opened:
        ledger = opened.enter_context(open_ledger(folder))
        database, blobs, door = open_database(None, folder), Blobs(folder / "blobs"), Door()
        jobs = Jobs(None, folder)
        for close in (database.close, door.close, jobs.close):
            opened.callback(close)
        clips = Clips(database, blobs)
        wire = on_wire(models, endpoint=replace(ENDPOINT, models={"transcribe": "whisper-1"}))
        opened.callback(wire.close)
        budgets = Budgets(database, ZoneInfo("UTC"))
        spending = Spending(budgets=budgets, experience=Experience(database))
        place = place_at(wire, Served(wire), Catalog.load(), ledger, spending=spending, today=lambda: _DAY)
        flights = open_flights(None, folder)
        service = open_service(database, clips, door, (place,), flights=flights, jobs=jobs, reads_voice=reads_voice)
        yield Desk(service=service, ledger=ledger, clips=clips, blobs=blobs, models=models, budgets=budgets)


def analysed(desk: Desk, recording_id: str) -> None:
    """Do each step once, as the workflow does."""
    at, workshop = (ME, recording_id), desk.workshop
    workshop.begin(*at)
    for position in chain.from_iterable(workshop.prepare(*at)):
        workshop.hear(*at, position)
    workshop.cut(*at)
    for group in workshop.to_read(*at):
        workshop.read(*at, group)
    for segment_id in workshop.to_listen(*at):
        workshop.listen(*at, segment_id)
    for segment_id in workshop.to_ask_again(*at):
        workshop.ask_again(*at, segment_id)
    workshop.sum_up(*at)
    workshop.settle(*at)


@contextmanager
def a_worker(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker with the offline engine on a folder; it is killed in the end."""
    around = {**os.environ, "AUDIOKIT_ENGINE": "offline", "AUDIOKIT_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "audiokit.cli.main", "worker"]
    worker = subprocess.Popen(command, env=around, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    assert worker.stdout is not None
    assert b"takes jobs" in worker.stdout.readline()
    try:
        yield worker
    finally:
        with suppress(OSError):
            worker.kill()
        worker.wait()
        worker.stdout.close()


def look_until(
    service: SentimentService, batch: Batch, holds: Callable[[Batch], bool], *, patience_s: float = 300
) -> Batch:
    """Look at a batch until something holds."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        found, _ = service.making.look(ME, batch.id)
        if holds(found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"still {[(one.name, one.state, one.trouble) for one in found.recordings]}")
