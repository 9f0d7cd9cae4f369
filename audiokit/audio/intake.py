"""A recording taken in: heard once, a plan made of it, and files written that a model accepts. All in this process.

Bytes that somebody else made go through :mod:`audiokit.audio.door`, which has this done where it can be stopped.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from pathlib import Path

from audiokit.audio.changing.parts import in_parts
from audiokit.audio.fit import Bounds, Fit, Given, fit
from audiokit.audio.measuring.peaks import Waveform
from audiokit.audio.prepare import Changes, Preparation, advice, heard_after, plan, prepared
from audiokit.audio.reading.recording import MAX_SIZE_BYTES, Source
from audiokit.audio.reading.sniff import Container
from audiokit.audio.track import MAX_DURATION_S, Measures, Origin, Track, listen
from audiokit.audio.wav import mended
from audiokit.audio.writing.write import write
from audiokit.errors import StoreError

__all__ = ["Order", "Received", "no_room", "receive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to become of a recording, and how much of one is taken in at all."""

    wanted: Preparation = field(default_factory=Preparation)
    bounds: Bounds = field(default_factory=Bounds)
    overlap_s: float = 0.0
    max_duration_s: float = MAX_DURATION_S
    max_size_bytes: int = MAX_SIZE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came, what was measured, what was changed and why, and how it fits.

    ``advice`` are whole sentences for the person who recorded. ``files`` are the names of what was written, one for
    each part; empty where nothing was asked to be written.
    """

    origin: Origin
    measures: Measures
    changes: Changes
    advice: tuple[str, ...]
    fit: Fit
    files: tuple[str, ...]


def receive(
    source: Source, order: Order, into: Path | None = None
) -> Generator[float, None, tuple[Received, Waveform]]:
    """Take a recording in, and write into a folder what will be sent; with no folder, only look.

    Yields how many seconds were heard (:mod:`audiokit.audio.steps`).

    Raises:
        UnreadableAudio: there is no sound in it that can be decoded.
        FileTooLarge, ClipTooLong: more than the order takes.
        InputError: the order's bounds leave no room for any sound.
        OSError: the disk takes no more (:func:`no_room`).
    """
    with (yield from listen(source, max_duration_s=order.max_duration_s, max_size_bytes=order.max_size_bytes)) as track:
        changes = plan(track, order.wanted)
        origin = track.origin
        is_final = changes.is_nothing and origin.is_plain
        given = Given(container=origin.container, size_bytes=origin.size_bytes, is_final=is_final)
        fitted = fit(given, heard_after(track, changes), order.bounds, overlap_s=order.overlap_s)
        if fitted.form is None:
            changes = replace(changes, sentences=())  # it keeps even its rate and channels
        received = Received(
            origin=origin,
            measures=track.measures,
            changes=changes,
            advice=advice(track.measures, changes),
            fit=fitted,
            files=() if into is None else _written(source, track, changes, fitted, into),
        )
        return received, track.waveform


def no_room(error: OSError) -> StoreError:
    """Return the error for sound that could not be put aside, or written."""
    return StoreError(
        "audiokit has no room on its disk for this recording. Try again later, or tell whoever runs audiokit.",
        reason=error.strerror,
    )


def _written(source: Source, track: Track, changes: Changes, fitted: Fit, into: Path) -> tuple[str, ...]:
    if fitted.form is None:
        return (_copied(source, track.origin.container, into),)
    names = list[str]()
    for blocks in in_parts(prepared(track, changes), fitted.parts):
        names.append(f"part-{len(names) + 1:03}.{fitted.form.format.extension}")
        write(fitted.form.taken(blocks), into / names[-1], fitted.form.format, kbits=fitted.form.kbits)
    return tuple(names)


def _copied(source: Source, container: Container, into: Path) -> str:
    """Copy a recording that goes as it is; a WAV gets sizes that are true, which not every model sees through."""
    name = f"part-001.{container.extension}"
    if container is Container.WAV:
        data = source if isinstance(source, bytes) else source.read_bytes()
        (into / name).write_bytes(mended(data))
    elif isinstance(source, bytes):
        (into / name).write_bytes(source)
    else:
        shutil.copyfile(source, into / name)
    return name
