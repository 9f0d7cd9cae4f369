"""The recording of a programme becomes a sound file as loud as it is itself, and below -1 dBTP.

What an encoder mostly does to loudness and peaks was measured (2026-11-21, 25 recordings of people and 13 synthetic
voices, lameenc 1.9, PyAV 18.1); what it has done to this recording is looked at before it is handed out.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, log10
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

import numpy as np

from audiokit.audio.changing.limiter import limited
from audiokit.audio.clip import Clip
from audiokit.audio.measuring.true_peak import TruePeak
from audiokit.audio.reading.sources import blocks_of
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.tags import Tags
from audiokit.audio.writing.write import write
from audiokit.summaries.mastering import CEILING_DBTP, RELEASE_DB_PER_S

__all__ = ["write_encoded"]

_MOST_DBTP, _LOWER_DB, _TRIES = -1.05, 0.1, 4  # a little below -1: other meters have other filters


@dataclass(frozen=True, slots=True, kw_only=True)
class _Encoding:
    """How a lossy file is made: ``louder_db`` makes good what the encoder takes of the loudness.

    ``ceiling_dbtp`` mostly leaves it below -1 dBTP when it is decoded again.
    """

    kbits: int
    louder_db: float = 0.0
    ceiling_dbtp: float = CEILING_DBTP


_LOSSY: Mapping[SoundFormat, _Encoding] = MappingProxyType(
    {
        SoundFormat.MP3: _Encoding(
            kbits=64, louder_db=0.445
        ),  # LAME scales by 0.95; peaks then are 0.3 to 0.8 dB higher
        SoundFormat.M4B: _Encoding(kbits=64),  # 0.3 dB at most
        SoundFormat.OPUS: _Encoding(kbits=48, ceiling_dbtp=-2.0),  # 0.9 dB at most; at 32 kbit/s it would be 1.3
    }
)


def write_encoded(master: bytes | Path, to: SoundFormat, tags: Tags, file: BinaryIO) -> None:
    """Write the recording with its tags; where an encoder has brought a peak above -1 dBTP, under a lower ceiling.

    Nothing is changed where ``to`` loses nothing. ``file`` must be empty.
    """
    if (how := _LOSSY.get(to)) is None:
        write(blocks_of(master), file, to, tags=tags)
        return
    ceiling_dbtp = how.ceiling_dbtp
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound"
        for _ in range(_TRIES):
            write(_prepared(master, how.louder_db, ceiling_dbtp), path, to, kbits=how.kbits, tags=tags)
            if (over_db := _true_peak_dbtp(path) - _MOST_DBTP) <= 0:
                break
            ceiling_dbtp -= over_db + _LOWER_DB
        with path.open("rb") as sound:
            shutil.copyfileobj(sound, file)


def _prepared(master: bytes | Path, louder_db: float, ceiling_dbtp: float) -> Iterator[Clip]:
    factor = np.float32(10 ** (louder_db / 20))
    louder = (Clip(block.samples * factor, block.sample_rate_hz) for block in blocks_of(master))
    return limited(louder, ceiling_dbtp, release_db_per_s=RELEASE_DB_PER_S)


def _true_peak_dbtp(path: Path) -> float:
    peak = TruePeak(1)
    for block in blocks_of(path):
        peak.add(block.samples)
    return 20 * log10(peak.value) if peak.value else -inf
