"""What a model takes, and the one plan that brings a recording there: as it is, smaller, or in parts.

A plan is a value that a page can show before anything is sent: "42 min, 121 MB → MP3 64k, 20.1 MB → 2 parts, cut at
21:07". Smaller comes before parts, and the best sound that needs the fewest parts is taken.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from audiokit.audio.changing.split import Part, cut_points
from audiokit.audio.clip import Clip
from audiokit.audio.measuring.activity import Activity
from audiokit.audio.reading.sniff import Container
from audiokit.audio.resample import resampled_blocks
from audiokit.audio.writing.formats import SoundFormat
from audiokit.errors import InputError, UnsupportedFormat

__all__ = ["Bounds", "Fit", "Form", "Given", "fit"]

_HEADER_BYTES = {SoundFormat.WAV: 128, SoundFormat.MP3: 2_048, SoundFormat.FLAC: 16_384}  # with LAME's own frames
_MENDED_BYTES = 4_096  # that a WAV may grow by when its sizes are made true
_MOST_MENDED_BYTES = 32_000_000  # it is held in memory for that
_BASE64_BYTES, _BASE64_LETTERS = 3, 4  # RFC 4648, 4
_CONTAINERS = {SoundFormat.WAV: Container.WAV, SoundFormat.MP3: Container.MP3, SoundFormat.FLAC: Container.FLAC}
_LEAST_PART_S = 1.0
_MOST_CUTS = 4  # that are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a model takes of one recording; None where no such limit is known.

    ``max_bytes`` is of the file, ``max_base64_bytes`` of its text in a JSON body. ``tokens_per_s`` is what a second of
    sound costs of ``max_tokens``. ``formats`` has the accepted ones that we write: WAV, MP3 or both; or FLAC,
    for what is kept.
    """

    formats: tuple[SoundFormat, ...] = (SoundFormat.WAV, SoundFormat.MP3)
    max_bytes: int | None = None
    max_base64_bytes: int | None = None
    max_duration_s: float | None = None
    max_tokens: int | None = None
    tokens_per_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A way to write speech; ``kbits`` is None for samples."""

    format: SoundFormat
    sample_rate_hz: int
    kbits: int | None = None

    def size_bytes(self, duration_s: float) -> int:
        """Return the most bytes that so much sound takes."""
        return self.header_bytes + math.ceil(duration_s * self.bytes_per_s)

    @property
    def header_bytes(self) -> int:
        """What comes on top of the sound, at most."""
        return _HEADER_BYTES[self.format]

    @property
    def bytes_per_s(self) -> float:
        """What a second takes, one channel."""
        return 2.0 * self.sample_rate_hz if self.kbits is None else 125.0 * self.kbits

    def taken(self, blocks: Iterator[Clip]) -> Iterator[Clip]:
        """Return the blocks at this form's rate."""
        return resampled_blocks(blocks, self.sample_rate_hz)

    def __str__(self) -> str:
        """Return its name for a person."""
        name = self.format.value.upper()
        return f"{name} {self.sample_rate_hz / 1000:g} kHz" if self.kbits is None else f"{name} {self.kbits}k"


_FORMS = (  # best first; less than these is heard
    Form(format=SoundFormat.WAV, sample_rate_hz=24_000),
    Form(format=SoundFormat.WAV, sample_rate_hz=16_000),
    Form(format=SoundFormat.FLAC, sample_rate_hz=24_000),
    Form(format=SoundFormat.MP3, sample_rate_hz=24_000, kbits=64),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A recording as it stands before it is made to fit. ``is_final`` says that it may be sent as it is."""

    container: Container
    size_bytes: int
    is_final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The plan. ``form`` is None where the file goes as it is; ``parts`` are of the prepared recording, in order.

    ``room_s`` is how long a part may be, ``sizes_bytes`` the most that each takes. ``sentence`` is for a person.
    """

    form: Form | None
    room_s: float
    parts: tuple[Part, ...]
    sizes_bytes: tuple[int, ...]
    sentence: str


def fit(given: Given, activity: Activity, bounds: Bounds, *, overlap_s: float = 0.0) -> Fit:
    """Return how ``given`` gets within ``bounds``. ``activity`` is that of what will be sent.

    Raises:
        UnsupportedFormat: the bounds accept none of our formats.
        InputError: they leave no room for a second of it.
    """
    duration_s = activity.duration_s
    if _goes_as_it_is(given, duration_s, bounds):
        whole = Part(start_frame=0, end_frame=activity.n_frames, sample_rate_hz=activity.sample_rate_hz)
        return Fit(
            form=None,
            room_s=duration_s,
            parts=(whole,),
            sizes_bytes=(given.size_bytes,),
            sentence=_told(given, duration_s, None, ()),
        )
    ways = [(form, room_s, _parts(activity, room_s, overlap_s)) for form, room_s in _rooms(bounds, duration_s)]
    form, room_s, parts = min(ways, key=lambda way: len(way[2]))
    return Fit(
        form=form,
        room_s=room_s,
        parts=parts,
        sizes_bytes=tuple(form.size_bytes(part.duration_s) for part in parts),
        sentence=_told(given, duration_s, form, parts),
    )


def _goes_as_it_is(given: Given, duration_s: float, bounds: Bounds) -> bool:
    is_taken = given.container in {_CONTAINERS.get(accepted) for accepted in bounds.formats}
    most_bytes = _most_bytes(bounds)
    if given.container is Container.WAV:
        most_bytes = min(most_bytes - _MENDED_BYTES, _MOST_MENDED_BYTES)
    return is_taken and given.is_final and given.size_bytes <= most_bytes and duration_s <= _most_seconds(bounds)


def _most_bytes(bounds: Bounds) -> float:
    letters = bounds.max_base64_bytes
    as_text = math.inf if letters is None else letters // _BASE64_LETTERS * _BASE64_BYTES
    return min(math.inf if bounds.max_bytes is None else bounds.max_bytes, as_text)


def _most_seconds(bounds: Bounds) -> float:
    by_tokens = math.inf if bounds.max_tokens is None else bounds.max_tokens / bounds.tokens_per_s
    return min(math.inf if bounds.max_duration_s is None else bounds.max_duration_s, by_tokens)


def _rooms(bounds: Bounds, duration_s: float) -> list[tuple[Form, float]]:
    """Return each form that is accepted, best first, and how many seconds of it fit: a second at least, or all."""
    forms = [form for form in _FORMS if form.format in bounds.formats]
    if not forms:
        raise UnsupportedFormat("This model takes neither WAV nor MP3. Choose another model.")
    most_bytes, most_s = _most_bytes(bounds), _most_seconds(bounds)
    rooms = [(form, min((most_bytes - form.header_bytes) / form.bytes_per_s, most_s)) for form in forms]
    rooms = [(form, room_s) for form, room_s in rooms if room_s >= min(duration_s, _LEAST_PART_S)]
    if not rooms:
        raise InputError("This model has no room for even a second of sound. Choose another model.")
    return rooms


def _parts(activity: Activity, room_s: float, overlap_s: float) -> tuple[Part, ...]:
    if activity.duration_s <= room_s:
        return (Part(start_frame=0, end_frame=activity.n_frames, sample_rate_hz=activity.sample_rate_hz),)
    return cut_points(activity, max_part_s=room_s, overlap_s=min(overlap_s, room_s / 2))


def _told(given: Given, duration_s: float, form: Form | None, parts: tuple[Part, ...]) -> str:
    return " → ".join(_steps(given, duration_s, form, parts))


def _steps(given: Given, duration_s: float, form: Form | None, parts: tuple[Part, ...]) -> Iterator[str]:
    yield f"{_length(duration_s)}, {_megabytes(given.size_bytes)}"
    if form is None:
        yield "as it is"
        return
    yield f"{form}, {_megabytes(sum(form.size_bytes(part.duration_s) for part in parts))}"
    if len(parts) > 1:
        cuts = ", ".join(_clock(part.end_s) for part in parts[:-1][:_MOST_CUTS])
        more = "" if len(parts) - 1 <= _MOST_CUTS else " …"
        yield f"{len(parts)} parts, cut at {cuts}{more}"


def _length(duration_s: float) -> str:
    return f"{duration_s:.1f} s" if duration_s < 60 else f"{duration_s / 60:.0f} min"


def _clock(seconds: float) -> str:
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1000:.0f} kB" if size_bytes < 1_000_000 else f"{size_bytes / 1e6:.1f} MB"
