"""The process behind the door: ``python -m audiokit.audio.door_worker``, questions in, plans out, files in a folder.

It bounds its own memory and work, so that hostile bytes cannot take the machine's, and has one thread for arithmetic.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from audiokit.errors import AudiokitError
from audiokit.process.bounds import bound_memory, bound_work
from audiokit.process.pipe import Answer, Frame, Kind, serve

__all__ = ["open_door"]

Result = TypeVar("Result")

_MOST_MEMORY_BYTES = 400 * 2**20  # for one recording, above what the libraries take; 40 MB are usual
_TELL_EVERY_S = 30.0  # of sound
_COLLECT_AFTER = 100_000  # objects: frames come and go by the hundred thousand, and none is part of a cycle


def open_door() -> Answer:
    """Load the decoders, and return what answers each question with progress, then with what was received."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from pydantic import TypeAdapter  # noqa: PLC0415 - after the environment is set, before memory is bounded

    from audiokit.audio.intake import Order, no_room, receive  # noqa: PLC0415 - the same

    orders: TypeAdapter[Order] = TypeAdapter(Order)
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    bound_memory(_MOST_MEMORY_BYTES)

    def answer(request: Frame) -> Iterator[Frame]:
        asked = json.loads(request.payload)
        into = None if asked["into"] is None else Path(asked["into"])
        bound_work(asked["work_s"])
        try:
            order = orders.validate_python(asked["order"])
            received, waveform = yield from _told(receive(Path(asked["source"]), order, into))
        except AudiokitError as error:
            yield _refused(error)
        except OSError as error:
            yield _refused(no_room(error))
        except MemoryError as error:
            raise SystemExit from error  # the next recording shall find all of it free
        else:
            yield _json(received=asdict(received))
            yield Frame(Kind.SOUND, waveform.to_bytes())

    return answer


def _told(work: Generator[float, None, Result]) -> Generator[Frame, None, Result]:
    """Tell now and then how much was heard."""
    last_s = 0.0
    while True:
        try:
            heard_s = next(work)
        except StopIteration as end:
            result: Result = end.value
            return result
        if heard_s - last_s >= _TELL_EVERY_S:
            last_s = heard_s
            yield _json(heard_s=heard_s)


def _refused(error: AudiokitError) -> Frame:
    return _json(refused={"kind": type(error).__name__, "sentence": str(error), "detail": dict(error.detail)})


def _json(**told: object) -> Frame:
    return Frame(Kind.JSON, json.dumps(told).encode())


if __name__ == "__main__":
    serve(open_door)
