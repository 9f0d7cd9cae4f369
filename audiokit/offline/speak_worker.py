"""The process that speaks: ``python -m audiokit.offline.speak_worker``, a question and its sound over the pipe."""

from __future__ import annotations

import json
from collections.abc import Iterator

from audiokit.process.pipe import Answer, Frame, Kind, serve

__all__: list[str] = []


def open_mouth() -> Answer:
    """Load espeak-ng, and return what answers a JSON request with PCM16 of 22 050 Hz mono."""
    from audiokit.offline.espeak import Espeak  # noqa: PLC0415 - a missing wheel is told over the pipe

    espeak = Espeak()

    def answer(request: Frame) -> Iterator[Frame]:
        yield Frame(Kind.SOUND, espeak.speak(json.loads(request.payload)))

    return answer


if __name__ == "__main__":
    serve(open_mouth)
