"""Where sound comes in from outside: judged, decoded and prepared in a process that may be stopped, or die, unharmed.

What a person uploads may be anything. A decoder that hangs, crashes or asks for all memory takes its own process with
it and nothing else; the person gets a sentence.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter

from audiokit.audio.intake import Order, Received, no_room
from audiokit.audio.measuring.peaks import Waveform
from audiokit.audio.reading.given import Source, size_of
from audiokit.errors import (
    AudiokitError,
    ClipTooLong,
    FileTooLarge,
    InputError,
    NotConfigured,
    ProviderError,
    StoreError,
    UnreadableAudio,
    UnsupportedFormat,
)
from audiokit.process.lanes import Lanes
from audiokit.process.pipe import Frame, Kind
from audiokit.process.worker import Sentences, Worker

__all__ = ["Admitted", "Door"]

_MODULE = "audiokit.audio.door_worker"
_WORKERS = 3  # two of them at most are one person's
_BYTES_PER_S = 20_000  # 27 MB of WebM, an hour, take 15 s, and so does an hour of silence in 700 kB of FLAC
_TIMES_AS_QUICK = 10  # as the sound itself, at least; 200 is usual
_DEADLINE_TIMES = 5  # the work: a busy machine gives a process a fifth of a processor, and some wait without working
_SAYS = Sentences(
    failed="audiokit itself failed to read this recording. Save it as WAV or MP3, and upload it again.",
    died="The decoder stopped at this recording, or took too long. Save it as WAV or MP3, and upload it again.",
    missing="Recordings cannot be read here: {reason}.",
    closed="audiokit is closing. Start it again.",
)
_Answer = Generator[Frame, None, None]
_RECEIVED: TypeAdapter[Received] = TypeAdapter(Received)
_OF_NUMBERS: dict[str, Callable[..., AudiokitError]] = {"ClipTooLong": ClipTooLong, "FileTooLarge": FileTooLarge}
_OF_WORDS = {kind.__name__: kind for kind in (InputError, UnreadableAudio, UnsupportedFormat, StoreError)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Admitted:
    """A recording that came in: all that is known of it, its waveform, and the files to be sent, one for each part."""

    received: Received
    waveform: Waveform
    files: tuple[bytes, ...]


class Door:
    """Takes recordings in, a few at a time; usable from any thread. Its processes start at the first recording.

    A process that has worked for longer than ``least_work_s``, and what the size of a recording adds to it, is stopped,
    and so is one that takes five times as long by the clock.
    """

    def __init__(self, *, least_work_s: float = 20.0) -> None:
        self._least_work_s, self._is_closed = least_work_s, False
        self._workers = [Worker(_MODULE, _SAYS, tries=1) for _ in range(_WORKERS)]
        self._lanes = Lanes(self._workers)

    def warm(self) -> None:
        """Start one process, so that the first recording does not wait for it."""
        self._workers[-1].warm()

    def close(self) -> None:
        """Stop what is being read; whoever waits for it is told so."""
        self._is_closed = True
        for worker in self._workers:
            worker.close()

    def look(
        self,
        source: Source,
        order: Order,
        *,
        whose: str = "",
        on_progress: Callable[[float], object] = lambda _: None,
    ) -> Admitted:
        """Return all that is known of a recording, and the plan for it; nothing is written.

        ``on_progress`` is told now and then how many seconds were heard. What it raises stops the work. ``whose`` is
        the person's id: nobody keeps all processes busy, so that others are served meanwhile.

        Raises:
            InputError: it is not sound, too much of it, or the decoder did not survive it.
            StoreError: there is no room on the disk.
            NotConfigured: the door is closed, or was closed meanwhile.
        """
        return self._ask(source, order, whose, writes=False, on_progress=on_progress)

    def admit(
        self,
        source: Source,
        order: Order,
        *,
        whose: str = "",
        on_progress: Callable[[float], object] = lambda _: None,
    ) -> Admitted:
        """Return the same, with the files to be sent.

        Raises:
            InputError, StoreError, NotConfigured: as for :meth:`look`.
        """
        return self._ask(source, order, whose, writes=True, on_progress=on_progress)

    @contextmanager
    def admitting(
        self,
        source: Source,
        order: Order,
        *,
        whose: str = "",
        on_progress: Callable[[float], object] = lambda _: None,
    ) -> Iterator[tuple[Admitted, tuple[Path, ...]]]:
        """Give the same with the files on the disk, as long as it takes: memory stays flat however long they are.

        Raises:
            InputError, StoreError, NotConfigured: as for :meth:`look`.
        """
        with _folder() as folder:
            admitted = self._admitted(source, order, folder, whose, writes=True, on_progress=on_progress)
            yield admitted, tuple(folder / name for name in admitted.received.files)

    def _ask(
        self, source: Source, order: Order, whose: str, *, writes: bool, on_progress: Callable[[float], object]
    ) -> Admitted:
        with _folder() as folder:
            admitted = self._admitted(source, order, folder, whose, writes=writes, on_progress=on_progress)
            return replace(admitted, files=tuple((folder / name).read_bytes() for name in admitted.received.files))

    def _admitted(
        self,
        source: Source,
        order: Order,
        folder: Path,
        whose: str,
        *,
        writes: bool,
        on_progress: Callable[[float], object],
    ) -> Admitted:
        size_bytes = size_of(source, max_size_bytes=order.max_size_bytes)
        path = _as_file(source, folder)
        work_s = self._least_work_s + min(size_bytes / _BYTES_PER_S, order.max_duration_s / _TIMES_AS_QUICK)
        into = str(folder) if writes else None
        question = {"source": str(path), "order": asdict(order), "into": into, "work_s": work_s}
        answer, waveform = self._answer(json.dumps(question), work_s * _DEADLINE_TIMES, whose, on_progress)
        return Admitted(received=answer, waveform=waveform, files=())

    def _answer(
        self, question: str, timeout_s: float, whose: str, on_progress: Callable[[float], object]
    ) -> tuple[Received, Waveform]:
        with self._lanes.one(whose) as worker:
            try:
                answer = cast(_Answer, worker.ask(Frame(Kind.JSON, question.encode()), timeout_s=timeout_s))
                with closing(answer):  # an answer that is kept half read would keep the worker
                    frames = list(_without_progress(answer, on_progress))
            except ProviderError as error:  # the process died, or failed
                if self._is_closed:
                    raise NotConfigured(_SAYS.closed) from error
                raise UnreadableAudio(str(error), **error.detail) from error
        told = json.loads(frames[0].payload)
        if "refused" in told:
            raise _refusal(**told["refused"])
        return _RECEIVED.validate_python(told["received"]), Waveform.from_bytes(frames[1].payload)


def _without_progress(frames: Iterable[Frame], on_progress: Callable[[float], object]) -> Iterator[Frame]:
    """Pass on what is the answer; all is read to the end, or the process would be taken to hang."""
    for frame in frames:
        heard_s = json.loads(frame.payload).get("heard_s") if frame.kind is Kind.JSON else None
        if heard_s is None:
            yield frame
        else:
            on_progress(heard_s)


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder that is gone afterwards, with all that is in it."""
    with _on_disk():
        folder = tempfile.TemporaryDirectory(prefix="audiokit-")
    with folder:
        yield Path(folder.name)


def _as_file(source: Source, folder: Path) -> Path:
    if isinstance(source, Path):
        return source.resolve()
    path = folder / "given"
    with _on_disk():
        path.write_bytes(source)
    return path


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise no_room(error) from error


def _refusal(*, kind: str, sentence: str, detail: dict[str, Any]) -> AudiokitError:
    """Return the error that the process met, as it was there."""
    if kind in _OF_NUMBERS:
        return _OF_NUMBERS[kind](**detail)
    return _OF_WORDS.get(kind, InputError)(sentence, **detail)
