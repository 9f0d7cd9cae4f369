"""Parts of a recording, as they are named and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from audiokit.audio.changing.split import Part
from audiokit.cli.audio.tables import clock, shown, size, table

__all__ = ["Piece", "numbered", "table_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a recording. Where nothing was written, ``out`` is None, and ``size_bytes`` the most it would take."""

    out: Path | None
    start_s: float
    end_s: float
    overlap_s: float
    ends_in_speech: bool
    size_bytes: int

    @classmethod
    def of(cls, part: Part, out: Path | None, size_bytes: int) -> Piece:
        """Return what is told of a part."""
        return cls(
            out=out,
            start_s=part.start_s,
            end_s=part.end_s,
            overlap_s=part.n_overlap_frames / part.sample_rate_hz,
            ends_in_speech=part.ends_in_speech,
            size_bytes=size_bytes,
        )


def numbered(stem: str, n: int) -> list[str]:
    """Return names that stand in order wherever they are sorted."""
    n_digits = max(3, len(str(n)))
    return [f"{stem}-{number:0{n_digits}}" for number in range(1, n + 1)]


def table_of(pieces: Sequence[Piece]) -> str:
    """Return the parts as a table for a person."""
    return table([["part", "start", "end", "size", "cut"], *_rows(pieces)])


def _rows(pieces: Sequence[Piece]) -> Iterator[list[str]]:
    for piece in pieces:
        cut = "in speech" if piece.ends_in_speech else "in a pause"
        name = shown(piece.out) if piece.out else ""
        times = [clock(piece.start_s), clock(piece.end_s)]
        yield [name, *times, size(piece.size_bytes), "" if piece is pieces[-1] else cut]
