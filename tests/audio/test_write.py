from __future__ import annotations

import io
import struct
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from clips import loudest_hz, noise, silence, tone
from covers import JPEG
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.decode import decode
from audiokit.audio.reading.sniff import Container, sniff
from audiokit.audio.wav import from_pcm16, mended, pcm16_of, to_pcm16
from audiokit.audio.writing.formats import Recipe, SoundFormat
from audiokit.audio.writing.tags import Chapter, Tags
from audiokit.audio.writing.wav_stream import write_wav
from audiokit.audio.writing.write import Written, write

ALL = list(SoundFormat)
MP4S = [SoundFormat.M4A, SoundFormat.M4B]
TAGS = Tags(title="Über alles", chapters=(Chapter(start_s=0, end_s=1, title="One"),), cover=JPEG)
SPEECH_LIKE = noise(seconds=3, rms=0.1) * np.abs(tone(2, seconds=3))


class OneWay(io.RawIOBase):
    """A file such as a socket is: what was written is gone."""

    def __init__(self) -> None:
        self.got = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.got += memoryview(data)  # type: ignore[arg-type]  # typeshed's Buffer has no name before Python 3.12
        return len(memoryview(data))  # type: ignore[arg-type]


class Sparse(io.RawIOBase):
    """A file of any size that keeps its first kilobyte and is zeros from there on."""

    def __init__(self) -> None:
        self.head, self.at, self.size = bytearray(1024), 0, 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        return self.at

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        if self.at < len(self.head):
            kept = bytes(view[: len(self.head) - self.at])
            self.head[self.at : self.at + len(kept)] = kept
        self.at += view.nbytes
        self.size = max(self.size, self.at)
        return view.nbytes

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = bytes(self.head[self.at : self.at + len(view)]).ljust(min(len(view), self.size - self.at), b"\0")
        view[: len(data)] = data
        self.at += len(data)
        return len(data)


def in_blocks(samples: Samples, rate: int, n_frames: int) -> Iterator[Clip]:
    for start in range(0, len(samples), n_frames):
        yield Clip(samples[start : start + n_frames], rate)


def as_bytes(
    samples: Samples, to: SoundFormat, *, rate: int = 24_000, n_frames: int = 24_000, kbits: int | None = None
) -> bytes:
    file = io.BytesIO()
    write(in_blocks(samples, rate, n_frames), file, to, kbits=kbits)
    return file.getvalue()


@pytest.mark.parametrize("to", ALL)
@pytest.mark.parametrize("rate", [24_000, 44_100])
def test_the_file_does_not_depend_on_how_the_sound_was_cut(to: SoundFormat, rate: int) -> None:
    whole = as_bytes(SPEECH_LIKE, to, rate=rate, n_frames=len(SPEECH_LIKE))

    assert as_bytes(SPEECH_LIKE, to, rate=rate, n_frames=1_237) == whole
    assert as_bytes(SPEECH_LIKE, to, rate=rate, n_frames=40_000) == whole


@pytest.mark.parametrize("to", [to for to in ALL if to is not SoundFormat.PCM16])
@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (24_000, 1), (44_100, 2), (48_000, 6), (96_000, 1)])
def test_a_tone_comes_back_with_its_frequency_and_level(to: SoundFormat, rate: int, channels: int) -> None:
    clip = decode(as_bytes(tone(1_000, rate=rate, channels=channels), to, rate=rate))

    assert loudest_hz(clip.samples, clip.sample_rate_hz) == pytest.approx(1_000, abs=2)
    assert 0.45 < np.abs(clip.samples).max() < 0.55


@pytest.mark.parametrize("to", [SoundFormat.WAV, SoundFormat.FLAC, SoundFormat.MP3, SoundFormat.OPUS])
@pytest.mark.parametrize("n_frames", [100, 575, 24_000, 71_993])
@pytest.mark.parametrize("channels", [1, 2])
def test_players_get_exactly_the_frames_that_were_written(to: SoundFormat, n_frames: int, channels: int) -> None:
    samples = np.tile(SPEECH_LIKE[:n_frames], channels)

    clip = decode(as_bytes(samples, to, n_frames=5_000), sample_rate_hz=24_000)

    assert clip.n_frames == n_frames
    if n_frames > 20_000:  # in its place, not shifted by the delay of a codec
        place = np.correlate(clip.samples[1_000:15_000, 0], samples[2_000:14_000, 0], "valid").argmax()
        assert place == 1_000


@pytest.mark.parametrize("to", MP4S)
def test_mp4_says_how_long_it_is_and_begins_where_the_sound_does(to: SoundFormat) -> None:
    data = as_bytes(SPEECH_LIKE, to)

    with av.open(io.BytesIO(data), "r") as container:
        assert container.duration == 3_000_000
    clip = decode(data)
    place = np.correlate(clip.samples[1_000:15_000, 0], SPEECH_LIKE[2_000:14_000, 0], "valid").argmax()
    assert place == 1_000
    assert 0 <= clip.n_frames - len(SPEECH_LIKE) < 1_024


@pytest.mark.parametrize("rate", [16_000, 24_000, 32_000, 44_100])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kbits", [32, 64, 100, 320])
def test_an_mp3_of_any_rate_says_how_long_it_is(rate: int, channels: int, kbits: int) -> None:
    samples = np.tile(SPEECH_LIKE, channels)

    data = as_bytes(samples, SoundFormat.MP3, rate=rate, kbits=kbits)

    assert decode(data).n_frames == len(samples)
    assert soundfile.info(io.BytesIO(data)).frames == len(samples)  # libmpg123 reads the same header
    assert sniff(data) is Container.MP3


@pytest.mark.parametrize(("kbits", "taken"), [(None, 64), (32, 32), (160, 160)])
def test_an_mp3_has_the_bit_rate_that_was_asked_for(kbits: int | None, taken: int) -> None:
    file = io.BytesIO()

    written = write([Clip(noise(seconds=10), 24_000)], file, SoundFormat.MP3, kbits=kbits)

    assert written.size_bytes == len(file.getvalue()) == pytest.approx(taken * 1_250, rel=0.03)


@pytest.mark.parametrize(
    ("to", "kbits"),
    [(SoundFormat.AAC, 64), (SoundFormat.M4A, 64), (SoundFormat.M4B, 48), (SoundFormat.OPUS, 32)],
)
def test_other_lossy_files_are_near_the_bit_rate_that_was_asked_for(to: SoundFormat, kbits: int) -> None:
    file = io.BytesIO()

    written = write([Clip(noise(seconds=20), 24_000)], file, to, kbits=kbits)

    assert written.size_bytes == pytest.approx(kbits * 2_500, rel=0.2)


@pytest.mark.parametrize("to", ALL)
def test_what_was_written_is_told(to: SoundFormat, tmp_path: Path) -> None:
    path = tmp_path / f"sound.{to.extension}"

    written = write(in_blocks(SPEECH_LIKE, 24_000, 5_000), path, to)

    assert written == Written(n_frames=72_000, sample_rate_hz=24_000, size_bytes=path.stat().st_size)
    assert written.duration_s == 3.0
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("to", [to for to in ALL if to not in MP4S])
def test_a_file_that_cannot_be_sought_in_holds_the_same_sound(to: SoundFormat) -> None:
    one_way = OneWay()
    tags = None if to is SoundFormat.PCM16 else TAGS

    written = write(in_blocks(SPEECH_LIKE, 24_000, 5_000), one_way, to, tags=tags)  # type: ignore[arg-type]  # is enough

    assert written.size_bytes == len(one_way.got)
    assert written.n_frames == 72_000
    if to is SoundFormat.PCM16:
        assert bytes(one_way.got) == to_pcm16(Clip(SPEECH_LIKE, 24_000))
        return
    there = decode(as_bytes(SPEECH_LIKE, to)).samples
    here = decode(bytes(one_way.got)).samples
    shift = 1_105 if to is SoundFormat.MP3 else 0  # LAME's delay and the decoder's, which nothing tells of here
    assert_array_equal(here[shift : shift + len(there) - 2_000], there[:-2_000])


@pytest.mark.parametrize(
    ("to", "container"),
    [
        (SoundFormat.WAV, Container.WAV),
        (SoundFormat.MP3, Container.MP3),
        (SoundFormat.FLAC, Container.FLAC),
        (SoundFormat.OPUS, Container.OGG),
        (SoundFormat.AAC, Container.ADTS),
        (SoundFormat.M4A, Container.MP4),
        (SoundFormat.M4B, Container.MP4),
    ],
)
@pytest.mark.parametrize("tags", [None, TAGS])
def test_what_we_write_is_known_again(to: SoundFormat, container: Container, tags: Tags | None) -> None:
    file = io.BytesIO()

    write([Clip(SPEECH_LIKE, 24_000)], file, to, tags=tags)

    assert sniff(file.getvalue()) is container


@pytest.mark.parametrize("to", MP4S)
def test_mp4_is_refused_where_it_cannot_be_sought_in(to: SoundFormat) -> None:
    with pytest.raises(ValueError, match="sought"):
        write([Clip(tone(), 24_000)], OneWay(), to)  # type: ignore[arg-type]


@pytest.mark.parametrize("to", MP4S)
def test_an_mp4_begins_with_its_index_if_the_file_can_be_read(to: SoundFormat, tmp_path: Path) -> None:
    in_memory = as_bytes(SPEECH_LIKE, to)
    write([Clip(SPEECH_LIKE, 24_000)], tmp_path / "at a path", to)
    with (tmp_path / "write only").open("wb") as file:
        write([Clip(SPEECH_LIKE, 24_000)], file, to)

    assert (tmp_path / "at a path").read_bytes() == in_memory
    assert in_memory.index(b"moov") < in_memory.index(b"mdat")
    write_only = (tmp_path / "write only").read_bytes()
    assert write_only.index(b"mdat") < write_only.index(b"moov")
    assert_array_equal(decode(write_only).samples, decode(in_memory).samples)


@pytest.mark.parametrize("to", ALL)
def test_what_is_there_stays_if_the_sound_breaks_off(to: SoundFormat, tmp_path: Path) -> None:
    path = tmp_path / "sound"
    path.write_bytes(b"before")

    def breaking_off() -> Iterator[Clip]:
        yield Clip(tone(seconds=5), 24_000)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write(breaking_off(), path, to)

    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8).filter(any), st.sampled_from([1, 2, 5]), st.booleans())
def test_a_wav_holds_the_samples_bit_by_bit_and_is_well_formed(sizes: list[int], channels: int, tagged: bool) -> None:
    blocks = [Clip(noise(seconds=n / 8_000, rate=8_000, channels=channels), 8_000) for n in sizes]
    file = io.BytesIO()

    written = write(blocks, file, SoundFormat.WAV, tags=TAGS if tagged else None)

    assert mended(file.getvalue()) == file.getvalue()
    assert pcm16_of(file.getvalue()) == b"".join(map(to_pcm16, blocks))
    assert soundfile.info(io.BytesIO(file.getvalue())).frames == written.n_frames == sum(sizes)


def test_a_wav_beyond_four_gigabytes_is_rf64() -> None:
    file, block, n_blocks = Sparse(), bytes(2**26), 70
    recipe = Recipe(sample_rate_hz=48_000, n_channels=2, kbits=0, tags=Tags(title="Long"))

    write_wav([block] * n_blocks, file, recipe)  # type: ignore[arg-type]  # is enough of a file

    n_bytes = n_blocks * len(block)
    assert file.head.startswith(b"RF64\xff\xff\xff\xffWAVEds64")
    assert struct.unpack_from("<QQQ", file.head, 20) == (file.size - 8, n_bytes, n_bytes // 4)
    file.seek(0)
    with soundfile.SoundFile(file) as read:
        assert (read.format, read.frames, read.samplerate, read.channels) == ("RF64", n_bytes // 4, 48_000, 2)
        read.seek(n_bytes // 4 - 10)
        assert len(read.read(100)) == 10


def test_just_below_four_gigabytes_it_is_plain_riff() -> None:
    file, block = Sparse(), bytes(2**26 - 2)

    write_wav([block] * 64, file, Recipe(sample_rate_hz=48_000, n_channels=1, kbits=0, tags=Tags()))  # type: ignore[arg-type]

    assert file.head.startswith(b"RIFF" + struct.pack("<I", file.size - 8) + b"WAVE")
    assert file.head[76:80] == struct.pack("<I", 64 * len(block))


def test_where_a_wav_cannot_be_sought_in_both_sizes_are_unknown() -> None:
    one_way = OneWay()

    write([Clip(tone(), 24_000)], one_way, SoundFormat.WAV)  # type: ignore[arg-type]

    assert one_way.got[4:8] == one_way.got[40:44] == b"\xff\xff\xff\xff"
    assert len(one_way.got) == 44 + 48_000


@pytest.mark.parametrize("to", [SoundFormat.WAV, SoundFormat.MP3, SoundFormat.FLAC, SoundFormat.PCM16])
def test_a_long_sound_needs_no_more_memory_than_a_short_one(to: SoundFormat, tmp_path: Path) -> None:
    minute = Clip(silence(seconds=60, rate=8_000), 8_000)

    def peak_bytes(n_minutes: int) -> int:
        tracemalloc.start()
        write((minute for _ in range(n_minutes)), tmp_path / "long", to)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_bytes(12) < peak_bytes(3) + 100_000


@pytest.mark.parametrize("to", ALL)
def test_no_sound_at_all_is_refused(to: SoundFormat, tmp_path: Path) -> None:
    for blocks in ([], [Clip(silence(seconds=0), 24_000)]):
        with pytest.raises(ValueError, match="no sound"):
            write(blocks, tmp_path / "none", to)
    assert not list(tmp_path.iterdir())


def test_sound_that_is_too_short_for_the_rate_it_gets_is_none() -> None:
    with pytest.raises(ValueError, match="no sound"):
        write([Clip(np.ones((1, 1), np.float32), 192_000)], io.BytesIO(), SoundFormat.MP3)


@pytest.mark.parametrize("other", [Clip(tone(rate=16_000), 16_000), Clip(tone(channels=2), 24_000)])
@pytest.mark.parametrize("to", [SoundFormat.WAV, SoundFormat.OPUS])
def test_blocks_of_different_kinds_are_refused(other: Clip, to: SoundFormat) -> None:
    with pytest.raises(ValueError, match="one kind"):
        write([Clip(tone(), 24_000), other], io.BytesIO(), to)


def test_a_file_that_is_not_empty_is_refused_and_left_alone() -> None:
    file = io.BytesIO(b"something")

    with pytest.raises(ValueError, match="empty"):
        write([Clip(tone(), 24_000)], file, SoundFormat.WAV)

    assert file.getvalue() == b"something"


@pytest.mark.parametrize("kbits", [0, -1, 5, 513])
def test_a_bit_rate_that_no_codec_has_is_refused(kbits: int) -> None:
    with pytest.raises(ValueError, match="kbit/s"):
        write([Clip(tone(), 24_000)], io.BytesIO(), SoundFormat.MP3, kbits=kbits)


@pytest.mark.parametrize("to", [SoundFormat.WAV, SoundFormat.FLAC])
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 6, 7, 8])
def test_lossless_files_keep_every_channel_and_bit(to: SoundFormat, channels: int) -> None:
    samples = noise(seconds=0.2, rate=22_050, channels=channels)

    clip = decode(as_bytes(samples, to, rate=22_050, n_frames=999))

    assert clip.sample_rate_hz == 22_050
    assert_array_equal(clip.samples, from_pcm16(to_pcm16(Clip(samples, 22_050)), 22_050, channels).samples)


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([8_000, 11_025, 24_000, 44_100, 96_000]), st.sampled_from([1, 2, 3, 8]))
def test_an_audiobook_can_be_made_of_any_sound(rate: int, channels: int) -> None:
    data = as_bytes(tone(500, rate=rate, seconds=0.5, channels=channels), SoundFormat.M4B, rate=rate)

    clip = decode(data)

    assert clip.n_channels == (channels if channels <= 2 else 1)
    assert clip.sample_rate_hz == SoundFormat.M4B.rate_for(rate)
