from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.reading.cutting import blocks_between
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.write import write
from audiokit.errors import UnreadableAudio

RATE_HZ = 24_000


@pytest.mark.parametrize("to", [SoundFormat.FLAC, SoundFormat.WAV])
@pytest.mark.parametrize(("start_s", "end_s"), [(0.0, 1.5), (0.1, 0.2), (7.2173, 11.0), (19.0, 99.0), (-3.0, 0.5)])
def test_a_stretch_is_the_same_frames_as_of_the_whole(
    tmp_path: Path, to: SoundFormat, start_s: float, end_s: float
) -> None:
    path = tmp_path / "long"
    noise = np.random.default_rng(7).standard_normal((20 * RATE_HZ, 1)).astype(np.float32) * np.float32(0.1)
    write([Clip(noise, RATE_HZ)], path, to)
    whole = decode(path).samples

    cut = np.concatenate([block.samples for block in blocks_between(path, start_s, end_s)])

    assert np.array_equal(cut, whole[max(0, round(start_s * RATE_HZ)) : round(end_s * RATE_HZ)])


def test_channels_are_mixed_as_everywhere_else(tmp_path: Path) -> None:
    path = tmp_path / "stereo.flac"
    stereo = Clip(
        np.random.default_rng(7).standard_normal((2 * RATE_HZ, 2)).astype(np.float32) * np.float32(0.1), RATE_HZ
    )
    write([stereo], path, SoundFormat.FLAC)

    cut = np.concatenate([block.samples for block in blocks_between(path, 0.5, 1.5)])

    np.testing.assert_allclose(cut, decode(path).mono().samples[12_000:36_000], atol=1e-6)


def test_beyond_the_end_there_is_a_sentence_and_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "short.flac"
    write([Clip(np.full((RATE_HZ, 1), 0.1, np.float32), RATE_HZ)], path, SoundFormat.FLAC)
    with pytest.raises(UnreadableAudio):
        list(blocks_between(path, 2.0, 3.0))
