"""Where sound comes in from outside: judged, decoded and prepared in a process that may be stopped, or die, unharmed.

What a person uploads may be anything. A decoder that hangs, crashes or asks for all memory takes its own process with
it and nothing else; the person gets a sentence.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import LifoQueue

from pydantic import TypeAdapter

from audiokit import errors
from audiokit.audio.intake import Order, Received
from audiokit.audio.peaks import Waveform
from audiokit.audio.reading import Source
from audiokit.errors import AudiokitError, ProviderError, UnreadableAudio
from audiokit.process.pipe import Frame, Kind
from audiokit.process.worker import Sentences, Worker

__all__ = ["Admitted", "Door"]

_MODULE = "audiokit.audio.door_worker"
_WORKERS = 2
_LEAST_TIMEOUT_S, _BYTES_PER_S = 20.0, 25_000  # an hour of WebM, 27 MB, takes 15 s; a slow machine ten times that
_STOPPED = "The decoder stopped at this recording, or took too long. Save it as WAV or MP3, and upload it again."
_SAYS = Sentences(
    failed="audiokit itself failed to read this recording. Save it as WAV or MP3, and upload it again.",
    died=_STOPPED,
    missing="Recordings cannot be read here: {reason}.",
    closed="audiokit is closing. Start it again.",
)
_RECEIVED: TypeAdapter[Received] = TypeAdapter(Received)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Admitted:
    """A recording that came in: all that is known of it, its waveform, and the files to be sent, one for each part."""

    received: Received
    waveform: Waveform
    files: tuple[bytes, ...]


class Door:
    """Takes recordings in, a few at a time; usable from any thread. Its processes start at the first recording."""

    def __init__(self) -> None:
        self._workers = [Worker(_MODULE, _SAYS, tries=1) for _ in range(_WORKERS)]
        self._free = LifoQueue[Worker]()
        for worker in self._workers:
            self._free.put(worker)

    def warm(self) -> None:
        """Start one process, so that the first recording does not wait for it."""
        self._workers[-1].warm()

    def close(self) -> None:
        """Stop what is being read."""
        for worker in self._workers:
            worker.close()

    def look(
        self, source: Source, order: Order, *, on_progress: Callable[[float], object] = lambda _: None
    ) -> Admitted:
        """Return all that is known of a recording, and the plan for it; nothing is written.

        Raises:
            InputError: it is not sound, too much of it, or the decoder did not survive it.
        """
        return self._ask(source, order, writes=False, on_progress=on_progress)

    def admit(
        self, source: Source, order: Order, *, on_progress: Callable[[float], object] = lambda _: None
    ) -> Admitted:
        """Return the same, with the files to be sent.

        Raises:
            InputError: it is not sound, too much of it, or the decoder did not survive it.
        """
        return self._ask(source, order, writes=True, on_progress=on_progress)

    def _ask(self, source: Source, order: Order, *, writes: bool, on_progress: Callable[[float], object]) -> Admitted:
        with tempfile.TemporaryDirectory(prefix="audiokit-") as folder:
            path = _as_file(source, Path(folder))
            question = {"source": str(path), "order": asdict(order), "into": folder if writes else None}
            timeout_s = _LEAST_TIMEOUT_S + path.stat().st_size / _BYTES_PER_S
            answer, waveform = self._answer(json.dumps(question), timeout_s, on_progress)
            files = tuple((Path(folder) / name).read_bytes() for name in answer.files)
        return Admitted(received=answer, waveform=waveform, files=files)

    def _answer(
        self, question: str, timeout_s: float, on_progress: Callable[[float], object]
    ) -> tuple[Received, Waveform]:
        worker = self._free.get()
        try:
            frames = list(
                _without_progress(worker.ask(Frame(Kind.JSON, question.encode()), timeout_s=timeout_s), on_progress)
            )
        except ProviderError as error:  # the process died, or failed
            raise UnreadableAudio(str(error), **error.detail) from error
        finally:
            self._free.put(worker)
        told = json.loads(frames[0].payload)
        if "refused" in told:
            raise _refusal(told["refused"])
        return _RECEIVED.validate_python(told["received"]), Waveform.from_bytes(frames[1].payload)


def _without_progress(frames: Iterator[Frame], on_progress: Callable[[float], object]) -> Iterator[Frame]:
    """Pass on what is the answer; all is read to the end, or the process would be taken to hang."""
    for frame in frames:
        heard_s = json.loads(frame.payload).get("heard_s") if frame.kind is Kind.JSON else None
        if heard_s is None:
            yield frame
        else:
            on_progress(heard_s)


def _as_file(source: Source, folder: Path) -> Path:
    if isinstance(source, Path):
        return source.resolve()
    path = folder / "given"
    path.write_bytes(source)
    return path


def _refusal(told: dict[str, object]) -> AudiokitError:
    """Return the error that the process met, as it was there."""
    kind = getattr(errors, str(told["kind"]), UnreadableAudio)
    error: AudiokitError = kind.__new__(kind)
    AudiokitError.__init__(error, str(told["sentence"]))
    return error
