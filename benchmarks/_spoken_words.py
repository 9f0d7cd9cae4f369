"""Speech whose words have known times, from espeak-ng's own events: ``python -m benchmarks._spoken_words``.

Reads a JSON list of ``{"text", "voice", "speed"}``, with or without ``"language"``, and writes one of ``{"rate_hz",
"pcm16", "starts"}``: the sound in base64, and ``[position in the text, seconds]`` for each word. In a process of its
own, since espeak-ng's state is global.
"""

from __future__ import annotations

import base64
import ctypes
import json
import sys
from typing import Any

from audiokit.offline.espeak import SAMPLE_RATE_HZ, Espeak
from audiokit.offline.voices import VOICES

_WORD, _LAST = 1, 0  # of espeak_EVENT_TYPE in speak_lib.h of espeak-ng 1.52, as the structure below


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # of characters, from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # ms
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


class _WithEvents(Espeak):
    """Also says when each word began."""

    def __init__(self) -> None:
        super().__init__()
        self.starts = list[tuple[int, float]]()

    def _take(self, samples: Any, n_samples: int, events: int | None) -> int:
        listed = ctypes.cast(events or 0, ctypes.POINTER(_Event))
        index = 0
        while events and listed[index].type != _LAST:
            if listed[index].type == _WORD:
                self.starts.append((listed[index].text_position - 1, listed[index].audio_position / 1000))
            index += 1
        return super()._take(samples, n_samples, events)


def main() -> None:
    """Say everything that is asked for."""
    espeak, said = _WithEvents(), []
    for request in json.load(sys.stdin):
        espeak.starts.clear()
        voice = VOICES[request["voice"]].request(request["text"], request["speed"])
        if "language" in request:
            voice["variant"] = request["language"]
        pcm16 = base64.b64encode(espeak.speak(voice)).decode()
        said.append({"rate_hz": SAMPLE_RATE_HZ, "pcm16": pcm16, "starts": list(espeak.starts)})
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
