"""Clips become one recording: pauses as planned, voices equally loud, podcast loudness, no clicks, flat memory."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from clips import Samples, noise, silence, tone
from hypothesis import example, given, settings
from hypothesis import strategies as st
from loudness_by_ffmpeg import measured
from recorded_programmes import CHAPTERS, RATE_HZ, Box, said

from audiokit.audio.changing.spool import Spool
from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.measuring.loudness import loudness
from audiokit.audio.wav import wav_header
from audiokit.errors import InputError, NotFound
from audiokit.offline.engine import Engine
from audiokit.summaries.kept import Placed
from audiokit.summaries.levelling import Level, Levels, gains_db
from audiokit.summaries.marks import ChapterStart
from audiokit.summaries.mastering import CEILING_DBTP, TARGET_LUFS, Master, _Search
from audiokit.summaries.pauses import CHAPTER_PAUSE_S, LINE_PAUSE_S, SPEAKER_PAUSE_S
from audiokit.summaries.programme import _put_aside, assemble, so_far
from audiokit.summaries.script import KeptLine, Line

SENTENCES = (
    ("alloy", "The committee met on Tuesday, and agreed to publish the report."),
    ("onyx", "And what did it say about the river?"),
    ("alloy", "That the water had risen by forty centimetres, which nobody had expected."),
    ("onyx", "That is a lot!"),
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        if not engine.capabilities().can_speak:
            pytest.skip("this machine cannot speak")
        yield engine


def dialogue(box: Box, *, quieter_db: float = 0.0) -> list[KeptLine]:
    """Six lines of two voices in two chapters; the second voice is quieter."""
    peak = 0.3 * 10 ** (-quieter_db / 20)
    voices = ((120.0, 0.3), (210.0, peak))
    return [
        box.line(
            number,
            said(pitch_hz=voices[number % 2][0], seconds=2.0 + number / 7, peak=voices[number % 2][1]),
            speaker=number % 2,
            chapter=number // 3,
        )
        for number in range(6)
    ]


def between(sound: Clip, start_s: float, end_s: float) -> Samples:
    return sound.samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]


def level(lufs: float, *, speaker: int = 0, duration_s: float = 3.0) -> Level:
    return Level(speaker=speaker, lufs=lufs, true_peak_dbtp=lufs + 15, duration_s=duration_s)


def lufs_of_voice(sound: Clip, lines: list[KeptLine], marks: tuple[Placed, ...], speaker: int) -> float:
    pieces = [
        between(sound, mark.start_s, mark.end_s)
        for line, mark in zip(lines, marks, strict=True)
        if line.line.speaker == speaker
    ]
    return loudness(Clip(np.concatenate(pieces), RATE_HZ)).integrated_lufs


def test_every_line_is_where_its_mark_says_with_the_natural_pause_before_it() -> None:
    box = Box()
    lines = [
        box.line(0, said(seconds=1.0)),
        box.line(1, said(seconds=1.5)),
        box.line(2, said(pitch_hz=200), speaker=1),
        box.line(3, said(pitch_hz=200), speaker=1, chapter=1),
    ]
    made, master = box.assembled(lines)
    sound = decode(master)

    assert [mark.line_id for mark in made.marks] == [line.id for line in lines]
    assert [mark.end_s - mark.start_s for mark in made.marks] == pytest.approx([line.duration_s for line in lines])
    ends, starts = [mark.end_s for mark in made.marks[:-1]], [mark.start_s for mark in made.marks[1:]]
    pauses = [start - end for end, start in zip(ends, starts, strict=True)]
    assert pauses == pytest.approx([LINE_PAUSE_S, SPEAKER_PAUSE_S, CHAPTER_PAUSE_S])
    for end_s, start_s in zip(ends, starts, strict=True):
        assert not between(sound, end_s, start_s).any()
    for mark in made.marks:
        assert np.abs(between(sound, mark.start_s, mark.end_s)).max() > 0.1
    assert made.duration_s == sound.duration_s == made.marks[-1].end_s


def test_two_voices_are_equally_loud_however_they_came() -> None:
    box = Box()
    lines = dialogue(box, quieter_db=14.0)
    made, master = box.assembled(lines)
    sound = decode(master)

    first, second = (lufs_of_voice(sound, lines, made.marks, speaker) for speaker in (0, 1))
    assert first == pytest.approx(second, abs=0.5)


def test_the_whole_is_at_podcast_loudness_below_its_ceiling(tmp_path: Path) -> None:
    box = Box()
    made, master = box.assembled(dialogue(box, quieter_db=9.0))
    by_us = loudness(decode(master))
    assert made.loudness_lufs == pytest.approx(TARGET_LUFS, abs=0.1)
    assert by_us.integrated_lufs == pytest.approx(TARGET_LUFS, abs=0.1)
    assert by_us.true_peak_dbtp <= CEILING_DBTP

    path = tmp_path / "master.flac"
    path.write_bytes(master)
    lufs, peak_dbtp = measured(path)
    assert lufs == pytest.approx(TARGET_LUFS, abs=0.15)
    assert peak_dbtp < -1.0


def test_of_a_long_programme_some_lines_are_listened_to_and_all_of_it_comes_out_right() -> None:
    box, loud = Box(), np.random.default_rng(3)
    lines = [
        box.line(
            number,
            said(pitch_hz=(120.0, 210.0)[number % 2], seconds=2.0, peak=round(float(loud.uniform(0.05, 0.5)), 2)),
            speaker=number % 2,
        )
        for number in range(70)
    ]
    made, master = box.assembled(lines)
    assert made.loudness_lufs == pytest.approx(TARGET_LUFS, abs=0.1)
    assert made.true_peak_dbtp <= CEILING_DBTP
    first, second = (lufs_of_voice(decode(master), lines, made.marks, speaker) for speaker in (0, 1))
    assert first == pytest.approx(second, abs=0.5)


def test_gains_that_did_not_hold_for_the_whole_are_mended_by_what_was_measured() -> None:
    box = Box()
    lines = [box.line(number, said(seconds=2.0, peak=0.2)) for number in range(40)]
    with closing(Spool(RATE_HZ)) as aside:
        marks, levels = _put_aside(lines, box.read, aside, Levels())
        master = Master(aside, marks, levels)
        gains = master.gains_db()
        assert master.nearer(gains, TARGET_LUFS + 0.05) is None
        assert master.nearer(gains, -np.inf) is None
        better = master.nearer(gains, TARGET_LUFS + 0.4)
        assert better is not None
        assert [one - other for one, other in zip(better, gains, strict=True)] == pytest.approx([-0.4] * 40)


def test_how_loud_a_clip_is_is_measured_once() -> None:
    box, levels, measured = Box(), Levels(), list[str]()
    line = box.line(0, said(seconds=1.0))
    clip = Clip(said(seconds=1.0), RATE_HZ)

    def taken() -> Clip:
        measured.append("taken")
        return clip

    first, again = (levels.of(line.clip_digest or "", taken) for _ in range(2))
    assert first == again == loudness(clip)
    assert len(measured) == 1


def test_real_synthetic_speech_of_two_voices_comes_out_level_and_loud_enough(engine: Engine, tmp_path: Path) -> None:
    box, lines = Box(), list[KeptLine]()
    for number, (voice, text) in enumerate(SENTENCES):
        pcm = b"".join(engine.speak(text, voice))
        digest = f"{number}"
        box.wavs[digest] = wav_header(len(pcm)) + pcm
        line = Line(text=text, speaker=number % 2)
        lines.append(KeptLine(id=digest, line=line, clip_digest=digest, duration_s=len(pcm) / 2 / RATE_HZ))
    made, master = box.assembled(lines)
    sound = decode(master)

    first, second = (lufs_of_voice(sound, lines, made.marks, speaker) for speaker in (0, 1))
    assert first == pytest.approx(second, abs=0.5)
    assert made.loudness_lufs == pytest.approx(TARGET_LUFS, abs=0.1)
    path = tmp_path / "master.flac"
    path.write_bytes(master)
    lufs, peak_dbtp = measured(path)
    assert lufs == pytest.approx(TARGET_LUFS, abs=0.15)
    assert peak_dbtp < -1.0


@given(quiet_lufs=st.floats(-45, -17), knee_db=st.floats(-5, 20), rest=st.floats(0.15, 1), most_db=st.floats(0, 60))
@example(quiet_lufs=-23.0, knee_db=0.0, rest=1.0, most_db=7.0)  # reached exactly, and left again once
def test_the_search_finds_the_gain_behind_any_limiter_or_stops_at_the_most_it_may_give(
    quiet_lufs: float, knee_db: float, rest: float, most_db: float
) -> None:
    def lufs_at(gain_db: float) -> float:  # above the knee, only a part of each decibel is heard
        return quiet_lufs + gain_db - (1 - rest) * float(np.logaddexp(0, gain_db - knee_db))

    search = _Search(most_db)
    for _ in range(8):
        search.go_on(lufs_at(search.extra_db), TARGET_LUFS)
        assert search.extra_db <= most_db
    is_reached = lufs_at(search.extra_db) == pytest.approx(TARGET_LUFS, abs=0.05)
    assert is_reached or search.extra_db == most_db


@settings(max_examples=10)
@given(lengths=st.lists(st.integers(1, 3000), min_size=1, max_size=5), seed=st.integers(0, 9))
def test_clips_too_short_to_be_measured_are_joined_all_the_same(lengths: list[int], seed: int) -> None:
    box = Box()
    lines = [
        box.line(number, noise(seconds=n_frames / RATE_HZ, rms=0.2, seed=seed + number), speaker=number % 2)
        for number, n_frames in enumerate(lengths)
    ]
    made, master = box.assembled(lines)
    assert so_far(lines) == made.marks
    assert loudness(decode(master)).true_peak_dbtp <= CEILING_DBTP


@given(
    levels=st.lists(st.tuples(st.integers(0, 3), st.floats(-60, -5), st.floats(0.3, 30)), min_size=1, max_size=12),
    target_lufs=st.floats(-30, -10),
)
def test_lines_of_a_voice_stay_within_six_decibels_of_each_other_and_keep_their_order(
    levels: list[tuple[int, float, float]], target_lufs: float
) -> None:
    given_levels = [level(lufs, speaker=speaker, duration_s=lasts_s) for speaker, lufs, lasts_s in levels]
    gains = gains_db(given_levels, target_lufs=target_lufs)
    for speaker in range(4):
        after = sorted(
            (one.lufs, one.lufs + gain, one.duration_s)
            for one, gain in zip(given_levels, gains, strict=True)
            if one.speaker == speaker
        )
        louder = [one[1] for one in after]
        assert all(b >= a - 1e-9 for a, b in pairwise(louder))
        if after:
            assert louder[-1] - louder[0] <= 6.0 + 1e-9
            energy = sum(lasts * 10 ** (lufs / 10) for _, lufs, lasts in after) / sum(lasts for *_, lasts in after)
            assert 10 * np.log10(energy) == pytest.approx(target_lufs, abs=1e-6)


def test_a_line_keeps_its_emphasis_and_loses_only_what_is_out_of_reach() -> None:
    levels = [level(lufs) for lufs in (-20.0, -20.0, -18.0, -20.0, -8.0)]
    gains = gains_db(levels, target_lufs=-20.0)
    assert gains[2] == pytest.approx(gains[0])
    assert gains[4] == pytest.approx(gains[0] - 9.0)


def test_silence_is_left_alone() -> None:
    assert gains_db([level(float("-inf"))], target_lufs=-20.0) == (0.0,)
    box = Box()
    made, master = box.assembled([box.line(0, silence(seconds=1))])
    assert made.loudness_lufs == float("-inf")
    assert not decode(master).samples.any()


def test_no_joint_clicks_even_where_a_clip_begins_and_ends_at_full_height() -> None:
    box = Box()
    abrupt = np.roll(tone(190.0, seconds=0.8, peak=0.5), -32, axis=0)  # begins and ends near its crest
    assert abs(float(abrupt[0, 0])) > 0.4
    made, master = box.assembled([box.line(number, abrupt, speaker=number % 2) for number in range(6)])
    sound = decode(master).samples[:, 0]

    steps = np.abs(np.diff(sound, prepend=0, append=0))
    inside = max(steps[round((mark.start_s + 0.2) * RATE_HZ) :][:4800].max() for mark in made.marks)
    for mark in made.marks:
        for at_s in (mark.start_s, mark.end_s):
            around = round(at_s * RATE_HZ)
            assert steps[max(0, around - 240) : around + 240].max() <= 1.2 * inside


def test_a_chapter_begins_where_its_first_line_is_heard() -> None:
    box = Box()
    lines = [box.line(number, said(seconds=0.5), chapter=number // 2) for number in range(6)]
    made, _ = box.assembled(lines, ["The river", " "])
    assert made.chapters == (
        ChapterStart(title="The river", start_s=0.0),
        ChapterStart(title="Chapter 2", start_s=made.marks[2].start_s),
        ChapterStart(title="Chapter 3", start_s=made.marks[4].start_s),
    )


def test_a_line_without_sound_is_passed_over_and_has_no_mark() -> None:
    box = Box()
    lines = dialogue(box)
    lines[0] = replace(lines[0], clip_digest=None)
    lines[4] = replace(lines[4], clip_digest=None)
    made, _ = box.assembled(lines)
    assert [mark.line_id for mark in made.marks] == ["line-1", "line-2", "line-3", "line-5"]
    assert made.marks[0].start_s == 0
    assert made.chapters[1].start_s == made.marks[2].start_s


def test_what_was_never_spoken_cannot_be_put_together() -> None:
    box = Box()
    lines = [replace(line, clip_digest=None) for line in dialogue(box)]
    with pytest.raises(InputError, match="Generate its sound first"):
        box.assembled(lines)
    lines[1] = replace(lines[1], trouble="The provider has too many requests at the moment.")
    with pytest.raises(InputError, match=r"No line could be spoken\. The provider has too many requests"):
        box.assembled(lines)


def test_a_clip_that_is_gone_is_told_by_whoever_keeps_it() -> None:
    def read(_: str) -> bytes:
        raise NotFound("There is no such recording.")

    with pytest.raises(NotFound):
        assemble(dialogue(Box()), CHAPTERS, read, io.BytesIO())


def test_the_same_clips_give_the_same_bytes_and_each_is_read_once() -> None:
    box = Box()
    lines = dialogue(box)
    _, once = box.assembled(lines)
    assert box.n_reads == len(lines)
    assert box.assembled(lines)[1] == once


def test_what_can_be_heard_already_ends_before_the_first_line_without_sound() -> None:
    box = Box()
    lines = dialogue(box)
    lines[3] = replace(lines[3], clip_digest=None)
    assert [mark.line_id for mark in so_far(lines)] == ["line-0", "line-1", "line-2"]
    assert so_far(lines[3:]) == ()
    assert so_far([]) == ()


@settings(max_examples=12)
@given(shapes=st.lists(st.tuples(st.integers(1, 20_000), st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=7))
def test_marks_that_were_planned_are_those_of_the_whole_to_the_frame(shapes: list[tuple[int, int, int]]) -> None:
    box = Box()
    lines = [
        box.line(number, tone(200, seconds=n_frames / RATE_HZ), speaker=speaker, chapter=chapter)
        for number, (n_frames, speaker, chapter) in enumerate(shapes)
    ]
    made, _ = box.assembled(lines)
    assert so_far(lines) == made.marks


def test_the_peaks_show_where_there_is_sound() -> None:
    box = Box()
    made, _ = box.assembled([box.line(0, said(seconds=2)), box.line(1, said(seconds=2), chapter=1)])
    assert len(made.peaks) == 800
    pause = [peak for at, peak in enumerate(made.peaks) if 2.1 < at / 800 * made.duration_s < 2.8]
    assert max(made.peaks) == 1
    assert max(pause) == 0


def test_memory_stays_flat_over_five_hundred_clips(tmp_path: Path) -> None:
    box = Box()
    one = box.line(0, tone(300, seconds=0.05))  # which no limiter has to work on, so that this is quick
    lines = [replace(one, id=f"{number}") for number in range(500)]
    with (tmp_path / "master.flac").open("wb+") as file:
        tracemalloc.start()
        made = assemble(lines, CHAPTERS, box.read, file)
        peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
    whole_mb = made.duration_s * RATE_HZ * 4 / 1e6
    assert whole_mb > 19
    assert peak_mb < 8  # 4.3 MB measured
