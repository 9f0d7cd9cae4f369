"""What a minute of each kind of sound costs our own machines: conversation, programme, analysis; the provider's apart.

The provider answers from another process, as OpenAI does. CPU is of the replica or the worker with all their children.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from audiokit.audio.wav import wav_header
from audiokit.offline.engine import Engine
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio
from audiokit.summaries.script import Line
from audiokit.summaries.shape import Persona, Shape
from benchmarks._one_replica import COOKIE_SECRET, Replica, cpu_with_children_s, replica
from benchmarks._programmes import Working
from benchmarks._recorded import paid_provider
from benchmarks._visits import signed_cookies, visiting

__all__ = ["run"]

_TURNS, _LINES, _SENTENCES = 8, 24, 8
_PATIENCE_S = 300.0
_BYTES_A_MINUTE = 24_000 * 2 * 60
_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def run() -> dict[str, float]:
    """Have one of each made, and say what they took."""
    with tempfile.TemporaryDirectory() as name, paid_provider(Path(name), takes_s=0.2) as paid:
        folder = Path(name)
        around = paid | {"AUDIOKIT_MODELS": json.dumps({"speak": "gpt-audio-mini"})}  # no line is listened to again
        with replica(folder, **around) as served:
            talked = asyncio.run(_talk(served))
        os.environ.update({**around, "AUDIOKIT_DATA_DIR": str(folder / "data"), "AUDIOKIT_MODE": "single"})
        studio, worker = open_studio(Settings.read()), Working({**os.environ})
        worker.start()
        try:
            _programme(studio, 2)  # what a worker loads for its first job
            return {
                **talked,
                **_spoken(studio, worker.pid),
                **_analysed(studio, worker.pid),
                "worker_mb": worker.rss_mb,
            }
        finally:
            worker.stop()
            studio.close()


async def _talk(served: Replica) -> dict[str, float]:
    cookies = signed_cookies(served.address, COOKIE_SECRET, "alice")
    async with visiting(served.address, cookies) as visit:
        await visit.open()
        await visit.type("What can you do?")
        await visit.answered()
        began_s, heard = cpu_with_children_s(served.pid), visit.n_heard_bytes
        for number in range(_TURNS):
            await visit.type(f"What is seven times {_NUMBERS[number]}? What can you do?")
            await visit.answered()
        used_s = cpu_with_children_s(served.pid) - began_s
        minutes = (visit.n_heard_bytes - heard) / _BYTES_A_MINUTE
    return {
        "turn_cpu_s": used_s / _TURNS,
        "reply_seconds_a_turn": minutes * 60 / _TURNS,
        "conversation_cpu_s_per_minute_of_reply": used_s / max(minutes, 1e-9),
    }


def _spoken(studio: Studio, pid: int) -> dict[str, float]:
    began_s = cpu_with_children_s(pid)
    seconds = _programme(studio, _LINES)
    return {"programme_cpu_s_per_minute": (cpu_with_children_s(pid) - began_s) / (seconds / 60)}


def _programme(studio: Studio, n_lines: int) -> float:
    """Have so many lines spoken, and return the seconds that came of it."""
    person = studio.person().id
    texts = [f"This is what is said in line {number} of {n_lines}, and it is all." for number in range(n_lines)]
    shape = Shape(format="announcement", personas=(Persona(name="Ann", voice="marin"),))
    begun = studio.summaries.library.of_lines(person, "Lines", [Line(text=text) for text in texts], shape)
    studio.summaries.making.speak(person, begun.id)
    _until(lambda: not studio.summaries.making.look(person, begun.id)[0].state.is_under_way)
    made = studio.summaries.making.look(person, begun.id)[0]
    assert made.recording is not None, made.trouble
    return made.recording.duration_s


def _analysed(studio: Studio, pid: int) -> dict[str, float]:
    person, engine = studio.person().id, Engine()
    said = [f"I love the number {word}. The meeting is on Monday." for word in _NUMBERS[:_SENTENCES]]
    pcm16 = b"".join(piece for text in said for piece in engine.speak(text, "marin"))
    engine.close()
    began_s = cpu_with_children_s(pid)
    here_s = time.process_time()
    begun = studio.sentiment.gathering.begin(person, [("said.wav", wav_header(len(pcm16)) + pcm16)])
    here_s = time.process_time() - here_s
    studio.sentiment.making.start(person, begun.id)
    _until(lambda: studio.sentiment.making.look(person, begun.id)[1] is None)
    minutes = len(pcm16) / _BYTES_A_MINUTE
    return {
        "analysis_cpu_s_per_minute": (cpu_with_children_s(pid) - began_s) / minutes,
        "analysis_upload_cpu_s_per_minute": here_s / minutes,
    }


def _until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + _PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up_at, "it did not come to an end"
        time.sleep(0.2)
