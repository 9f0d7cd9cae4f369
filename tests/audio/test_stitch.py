from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from clips import loudest_hz, noise, silence, tone
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from real import real_files

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.decode import decode
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.reading.sources import Sound
from audiokit.audio.wav import to_pcm16, to_wav, wav_header
from audiokit.audio.writing.stitch import Mark, Part, join_files, joined, planned
from audiokit.audio.writing.write import write
from audiokit.errors import UnreadableAudio

FADE_S = 0.005
FADE = 120  # frames at 24 kHz
LOUD = Clip(np.full((24_000, 1), 0.5, np.float32), 24_000)  # steady, so that every edge would click
KINDS = [SoundFormat.WAV, SoundFormat.FLAC, SoundFormat.MP3, SoundFormat.OPUS]


def whole(parts: Sequence[Part], **how: float | Sequence[float]) -> tuple[Samples, list[Mark]]:
    marks: list[Mark] = []
    blocks = list(joined(parts, on_mark=marks.append, **how))  # type: ignore[arg-type]  # each is what it is named for
    assert all(block.n_channels == 1 for block in blocks)
    return np.concatenate([block.samples[:, 0] for block in blocks] or [np.zeros(0, np.float32)]), marks


def in_blocks(samples: Samples, n_frames: int) -> Iterator[Clip]:
    for start in range(0, len(samples), n_frames):
        yield Clip(samples[start : start + n_frames], 24_000)


def spans(marks: Sequence[Mark]) -> list[tuple[int, int]]:
    return [(mark.start_frame, mark.end_frame) for mark in marks]


def high_share(samples: Samples) -> float:
    """The share of the energy above 4 kHz, where a steady tone of 200 Hz has none and a click has most."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    return float(spectrum[len(samples) // 6 :].sum() / spectrum.sum())


def test_each_part_stands_where_its_mark_says_with_silence_between() -> None:
    parts = [Part(Clip(tone(hz, seconds=seconds), 24_000)) for hz, seconds in ((300, 1), (600, 0.5), (900, 2))]

    sound, marks = whole(parts, pause_s=0.25)

    assert spans(marks) == [(0, 24_000), (30_000, 42_000), (48_000, 96_000)]
    assert [(mark.start_s, mark.end_s) for mark in marks] == [(0.0, 1.0), (1.25, 1.75), (2.0, 4.0)]
    assert len(sound) == 96_000
    assert [loudest_hz(sound[start:end, None], 24_000) for start, end in spans(marks)] == [300, 600, 900]
    assert not sound[24_000:30_000].any()
    assert not sound[42_000:48_000].any()


def test_between_its_edges_a_part_is_untouched() -> None:
    clip = Clip(noise(seconds=1), 24_000)

    sound, _ = whole([Part(LOUD), Part(clip)], pause_s=0)

    assert_array_equal(sound[24_000 + FADE : -FADE], clip.samples[FADE:-FADE, 0])


def test_an_edge_is_half_a_cosine() -> None:
    sound, _ = whole([Part(LOUD)], fade_s=FADE_S)

    rise = sound[:FADE] / 0.5
    assert_allclose(rise, np.sin(np.pi * (np.arange(FADE) + 0.5) / (2 * FADE)) ** 2, atol=1e-6)
    assert_allclose(sound[-FADE:][::-1] / 0.5, rise, atol=1e-6)
    assert (sound[FADE:-FADE] == 0.5).all()


@pytest.mark.parametrize("pause_s", [0.0, 0.1])
def test_a_joint_does_not_click(pause_s: float) -> None:
    tones = [Part(Clip(tone(200, seconds=0.501 + 0.0007 * n, peak=0.8), 24_000)) for n in range(4)]

    faded, marks = whole(tones, pause_s=pause_s, fade_s=FADE_S)
    bare, _ = whole(tones, pause_s=pause_s, fade_s=0)

    for mark in marks[:-1]:
        around = slice(mark.end_frame - 1_200, mark.end_frame + 1_200)
        assert high_share(faded[around]) < 1e-6
        assert high_share(bare[around]) > 1e-5
    assert np.abs(np.diff(faded)).max() < 1.3 * np.abs(np.diff(tone(200, peak=0.8)[:, 0])).max()


@given(
    st.lists(st.integers(0, 700), min_size=1, max_size=5),
    st.integers(1, 800),
    st.sampled_from([0.0, 0.0004, 0.005]),
)
def test_the_whole_does_not_depend_on_how_the_parts_were_cut(sizes: list[int], n_frames: int, fade_s: float) -> None:
    samples = [noise(seconds=n / 24_000, seed=n) for n in sizes]

    at_once, marks = whole([Part(Clip(one, 24_000)) for one in samples], pause_s=0.01, fade_s=fade_s)
    cut, cut_marks = whole([Part(in_blocks(one, n_frames)) for one in samples], pause_s=0.01, fade_s=fade_s)

    assert_array_equal(cut, at_once)
    assert cut_marks == marks
    assert len(at_once) == sum(sizes) + 240 * (len(sizes) - 1) == marks[-1].end_frame


@given(st.integers(0, 300))
def test_a_part_shorter_than_its_fades_rises_and_falls_within_its_halves(n_frames: int) -> None:
    sound, marks = whole([Part(Clip(LOUD.samples[:n_frames], 24_000))], fade_s=FADE_S)

    assert spans(marks) == [(0, n_frames)]
    assert_allclose(sound, sound[::-1], atol=1e-6)
    assert (np.diff(sound[: n_frames // 2]) >= 0).all()
    if n_frames > 20:
        assert sound[0] < 0.01
        assert sound.max() > 0.45


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (16_000, 2), (44_100, 2), (48_000, 6), (24_000, 2)])
def test_parts_of_other_rates_and_channels_become_one_kind(rate: int, channels: int) -> None:
    odd = Clip(tone(440, seconds=1, rate=rate, channels=channels), rate)

    sound, marks = whole([Part(LOUD), Part(odd), Part(LOUD)], pause_s=0.5)

    assert spans(marks) == [(0, 24_000), (36_000, 60_000), (72_000, 96_000)]
    middle = sound[36_000:60_000]
    assert loudest_hz(middle[:, None], 24_000) == pytest.approx(440, abs=1)
    assert np.abs(middle[1_000:-1_000]).max() == pytest.approx(0.5, abs=0.01)


def test_the_channels_of_a_part_are_averaged() -> None:
    sides = Clip(np.hstack([tone(300), tone(300, peak=0.1)]), 24_000)

    sound, _ = whole([Part(sides)])

    assert_allclose(sound[FADE:-FADE], tone(300, peak=0.3)[FADE:-FADE, 0], atol=1e-6)


def test_each_part_is_as_loud_as_asked_for() -> None:
    quiet, loud = Part(LOUD, gain_db=-20), Part(LOUD, 6.0)

    sound, _ = whole([quiet, loud], pause_s=0)

    assert sound[12_000] == pytest.approx(0.05)
    assert sound[36_000] == pytest.approx(0.5 * 10**0.3)


def test_every_gap_can_have_its_own_pause() -> None:
    _, marks = whole([Part(LOUD)] * 4, pause_s=[0.5, 0.0, 0.25])

    assert spans(marks) == [(0, 24_000), (36_000, 60_000), (60_000, 84_000), (90_000, 114_000)]


@pytest.mark.parametrize("pauses", [[], [1.0], [1.0, 1.0, 1.0]])
def test_there_is_one_pause_a_gap(pauses: list[float]) -> None:
    parts = [Part(LOUD)] * 3

    with pytest.raises(ValueError, match="pauses"):
        list(joined(parts, pause_s=pauses))
    with pytest.raises(ValueError, match="pauses"):
        planned(parts, pause_s=pauses)


@pytest.mark.parametrize("times", [{"pause_s": -1}, {"fade_s": -0.1}, {"pause_s": [0.1, -1]}, {"pause_s": np.nan}])
def test_times_are_not_negative(times: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="0 s or longer"):
        joined([], **times)  # type: ignore[arg-type]


def test_nothing_joined_is_nothing() -> None:
    assert not list(joined([]))
    assert planned([]) == ()


def files_in(folder: Path) -> list[Path]:
    """Files of every kind that may be joined: the right one, other rates, channels, containers, lying headers."""
    pcm = to_pcm16(Clip(noise(seconds=1.3, seed=1), 24_000))
    wide = Clip(noise(seconds=0.7, rate=44_100, channels=2, seed=2), 44_100)
    contents = {
        "right.wav": to_wav(Clip(noise(seconds=3, seed=3), 24_000)),
        "streamed.wav": wav_header(None) + pcm,
        "no length.wav": wav_header(0) + pcm,
        "wide.wav": to_wav(wide),
        "right.flac": encode(Clip(noise(seconds=2, seed=4), 24_000), SoundFormat.FLAC),
        "wide.mp3": encode(wide, SoundFormat.MP3),
        "wide.opus": encode(wide, SoundFormat.OPUS),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    soundfile.write(folder / "float.wav", np.where(np.arange(9_000) == 700, np.nan, 0.1), 24_000, subtype="FLOAT")
    soundfile.write(folder / "24 bits.wav", noise(seconds=0.5), 24_000, subtype="PCM_24")
    return sorted(folder.iterdir())


def test_files_of_any_kind_are_joined(tmp_path: Path) -> None:
    paths = files_in(tmp_path)

    sound, marks = whole([Part(path) for path in paths], pause_s=0.1)
    in_memory, _ = whole([Part(path.read_bytes()) for path in paths], pause_s=0.1)

    assert_array_equal(in_memory, sound)
    for path, mark in zip(paths, marks, strict=True):
        clip = decode(path.read_bytes(), sample_rate_hz=24_000).mono()
        assert_allclose(
            sound[mark.start_frame + FADE : mark.end_frame - FADE],
            clip.samples[FADE:-FADE, 0],
            atol=2e-4,
            err_msg=path.name,
        )


def test_the_plan_is_what_happens(tmp_path: Path) -> None:
    parts = [Part(path) for path in files_in(tmp_path)]
    parts += [Part(Clip(noise(seconds=n / 11_025, rate=11_025), 11_025)) for n in (1, 2, 999, 5_001)]

    _, marks = whole(parts, pause_s=0.1)

    assert planned(parts, pause_s=0.1) == tuple(marks)


def test_blocks_cannot_be_planned_with() -> None:
    with pytest.raises(TypeError, match="only at their end"):
        planned([Part([LOUD, LOUD])])


def test_joined_files_are_what_is_written_of_joined_parts(tmp_path: Path) -> None:
    paths = files_in(tmp_path)
    first, second = tmp_path / "first", tmp_path / "second"
    marks: list[Mark] = []

    returned = join_files(paths, first, pause_s=0.2, fade_s=0.01)
    parts = map(Part, paths)
    write(joined(parts, pause_s=0.2, fade_s=0.01, on_mark=marks.append), second, SoundFormat.WAV)

    one, other = (np.frombuffer(path.read_bytes(), np.int16)[40:] for path in (first, second))
    assert np.abs(one.astype(int) - other).max() <= 1  # rounded before the fade, or after it
    assert list(returned) == marks


def test_samples_that_are_right_already_are_joined_bit_by_bit(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.wav" for n in range(3)]
    for n, path in enumerate(paths):
        path.write_bytes(to_wav(Clip(noise(seconds=3 + n, seed=n), 24_000)))

    marks = join_files(paths, tmp_path / "whole.wav", pause_s=0.25, fade_s=FADE_S)
    write(joined(map(Part, paths), pause_s=0.25, fade_s=FADE_S), tmp_path / "again.wav", SoundFormat.WAV)

    whole_file, _ = soundfile.read(tmp_path / "whole.wav", dtype="int16")
    for path, mark in zip(paths, marks, strict=True):
        samples, _ = soundfile.read(path, dtype="int16")
        assert_array_equal(whole_file[mark.start_frame + FADE : mark.end_frame - FADE], samples[FADE:-FADE])
    assert (tmp_path / "whole.wav").read_bytes() == (tmp_path / "again.wav").read_bytes()


def test_if_one_file_is_no_sound_there_is_no_file(tmp_path: Path) -> None:
    good, bad, out = tmp_path / "good.wav", tmp_path / "bad.wav", tmp_path / "out.wav"
    good.write_bytes(to_wav(LOUD))
    bad.write_bytes(b"not sound at all")

    with pytest.raises(UnreadableAudio):
        join_files([good, bad], out)

    assert sorted(tmp_path.iterdir()) == [bad, good]


def test_hundreds_of_parts_are_held_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "part.wav"
    path.write_bytes(to_wav(Clip(noise(seconds=5), 24_000)))

    def peak_bytes(n_parts: int) -> int:
        sources: Iterator[Sound] = (
            path if n % 2 else (Clip(silence(), 24_000) for _ in range(3)) for n in range(n_parts)
        )
        tracemalloc.start()
        write(joined(map(Part, sources), pause_s=1), tmp_path / "out.flac", SoundFormat.FLAC)
        join_files([path] * n_parts, tmp_path / "out.wav")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    peak_bytes(2)
    assert peak_bytes(200) < peak_bytes(4) + 4_000_000  # all would be 48 MB; cycles wait for the collector


@pytest.mark.real
@pytest.mark.parametrize("path", real_files("speech/**/*.wav")[:25], ids=lambda path: path.name)
def test_real_speech_is_joined_where_the_plan_says(path: Path) -> None:
    parts = [Part(LOUD), Part(path), Part(LOUD)]

    sound, marks = whole(parts, pause_s=0.3)

    assert planned(parts, pause_s=0.3) == tuple(marks)
    assert not sound[marks[1].end_frame : marks[2].start_frame].any()
    assert np.abs(sound[marks[1].start_frame : marks[1].end_frame]).max() > 0.01
