"""An exported conversation: one archive, in which each voice is where the transcript says, whatever its format was."""

from __future__ import annotations

import errno
import io
import json
import re
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import av
import numpy as np
import pytest
from clips import Samples, loudest_hz, noise, tone
from made_recordings import file_of
from real import real_file, real_files
from talks import talk

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.door import Door
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.measuring.loudness import loudness
from audiokit.audio.wav import to_pcm16, to_wav
from audiokit.converse.export.levelled import levelled
from audiokit.converse.export.transcript import Said, Transcript
from audiokit.converse.export.zipped import Exported, ExportedTurn, file_name, write_export
from audiokit.errors import Damaged, NotConfigured, NotFound, StoreError, UnreadableAudio
from audiokit.words.word_times import Word

RATE = 24_000
AT = datetime(2026, 11, 21, 14, 3, tzinfo=UTC)
MALFORMED = [path for path in real_files("malformed/**/*") if path.stat().st_size < 20_000]


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()


def at_once(data: bytes) -> bytes:
    """The same as the door, for sound that we made: decoded here, and as loud as it was."""
    return to_pcm16(decode(data, sample_rate_hz=RATE).mono())


def turn(read: Callable[[], bytes] | None, words: str | None = None, *, n: int = 1, **known: Any) -> ExportedTurn:
    said = Said(by_person=bool(n % 2), said_at=AT + timedelta(seconds=10 * n), words=words, **known)
    return ExportedTurn(said=said, read=read)


def kept(data: bytes, words: str | None = None, *, n: int = 1, **known: Any) -> ExportedTurn:
    return turn(lambda: data, words, n=n, **known)


def lost(error: Exception) -> ExportedTurn:
    def read() -> bytes:
        raise error

    return turn(read, "Gone.")


def exported(
    *turns: ExportedTurn, title: str = "A talk", samples_of: Callable[[bytes], bytes] = at_once
) -> tuple[Transcript, ZipFile]:
    file = io.BytesIO()
    transcript = write_export(Exported(title=title, turns=turns), file, samples_of=samples_of)
    archive = ZipFile(file)
    assert archive.testzip() is None
    return transcript, archive


def told(archive: ZipFile) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = json.loads(archive.read("transcript.json"))["turns"]
    return turns


def heard(archive: ZipFile) -> Samples:
    clip = decode(archive.read("recording.m4a"))
    assert (clip.sample_rate_hz, clip.n_channels) == (RATE, 1)
    return clip.samples


def between(samples: Samples, start_s: float, end_s: float) -> Samples:
    return samples[round(start_s * RATE) : round(end_s * RATE)]


def onset_s(samples: Samples) -> float:
    """When the sound rises above a tenth of its loudest."""
    return float(np.argmax(np.abs(samples[:, 0]) > np.abs(samples).max() / 10) / RATE)


def test_each_voice_is_where_the_transcript_says_whatever_its_format_was(door: Door) -> None:
    clips = {
        300: to_wav(Clip(tone(300, seconds=1.5), RATE)),
        500: encode(Clip(tone(500, seconds=2.2, rate=44_100, channels=2), 44_100), SoundFormat.MP3),
        700: encode(Clip(tone(700, seconds=1.1, rate=48_000), 48_000), SoundFormat.OPUS),
        900: file_of(tone(900, seconds=0.7, rate=16_000), 16_000, kind="FLAC", subtype="PCM_16"),
        1100: encode(Clip(tone(1100, seconds=1.3), RATE), SoundFormat.M4A),
        1300: file_of(tone(1300, seconds=0.9, rate=48_000, channels=2, peak=0.2), 48_000, subtype="PCM_16"),
    }

    _, archive = exported(*map(kept, clips.values()), samples_of=partial(levelled, door))

    sound, turns = heard(archive), told(archive)
    for hz, one in zip(clips, turns, strict=True):
        starts_s, ends_s = one["starts_s"], one["starts_s"] + one["duration_s"]
        middle = between(sound, starts_s + 0.1, ends_s - 0.1)
        assert loudest_hz(middle, RATE) == pytest.approx(hz, abs=6)
        around = between(sound, starts_s - 0.2, ends_s) if starts_s else between(sound, 0, ends_s)
        assert onset_s(around) == pytest.approx(min(starts_s, 0.2), abs=0.03)
        assert np.abs(between(sound, ends_s + 0.1, ends_s + 0.4)).max(initial=0) < 0.003
    assert turns[0]["starts_s"] == 0
    assert len(sound) / RATE == pytest.approx(turns[-1]["starts_s"] + turns[-1]["duration_s"], abs=0.05)


def test_real_voices_come_out_equally_loud_and_in_full(door: Door) -> None:
    names = [
        "containers/browser/firefox153_webm-opus-jfk.webm",
        "containers/browser/firefox153_ogg-opus-jfk.ogg",
        "speech/ggml-org__whisper.cpp/samples__jfk.mp3",
        "speech/Picovoice__leopard/resources__audio_samples__test.wav",
    ]
    clips = [real_file(name).read_bytes() for name in names]
    quiet = decode(clips[3])
    clips.append(to_wav(Clip(quiet.samples * np.float32(0.1), quiet.sample_rate_hz)))

    _, archive = exported(*map(kept, clips), samples_of=partial(levelled, door))

    sound = heard(archive)
    for clip, one in zip(clips, told(archive), strict=True):
        assert one["duration_s"] == pytest.approx(decode(clip).duration_s, abs=0.001)
        part = between(sound, one["starts_s"], one["starts_s"] + one["duration_s"])
        assert loudness(Clip(part, RATE)).integrated_lufs == pytest.approx(-20, abs=1.5)


def test_originals_are_in_the_archive_byte_for_byte_with_true_endings() -> None:
    mp3 = encode(Clip(noise(seconds=0.5), RATE), SoundFormat.MP3)
    wav = to_wav(Clip(noise(seconds=0.5), RATE))

    _, archive = exported(kept(mp3, n=1), kept(wav, n=2), turn(None, "Thanks.", n=3), kept(wav, n=4))

    voices = [info for info in archive.infolist() if info.filename.startswith("voices/")]
    assert [voice.filename for voice in voices] == [
        "voices/01-you.mp3",
        "voices/02-assistant.wav",
        "voices/04-assistant.wav",
    ]
    assert [archive.read(voice) for voice in voices] == [mp3, wav, wav]
    assert {voice.compress_type for voice in voices} == {ZIP_STORED}
    assert archive.getinfo("recording.m4a").compress_type == ZIP_STORED
    assert voices[0].date_time == (2026, 11, 21, 14, 3, 10)
    assert [one["clip"] for one in told(archive)] == [voices[0].filename, voices[1].filename, None, voices[2].filename]


def test_captions_have_the_times_of_the_recording() -> None:
    first = kept(to_wav(Clip(tone(seconds=2.0), RATE)), "Hello there.")
    second = kept(to_wav(Clip(tone(seconds=3.0), RATE)), "Hi.", n=2, timings=(Word("hi", 1.25, 1.5),))

    _, archive = exported(first, turn(None, "Only written."), second)

    assert archive.read("transcript.srt").decode() == (
        "1\n00:00:00,000 --> 00:00:02,000\nYou: Hello there.\n\n2\n00:00:03,750 --> 00:00:04,000\nAssistant: Hi.\n\n"
    )
    assert archive.read("transcript.vtt").decode() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n<v You>Hello there.\n\n"
        "00:00:03.750 --> 00:00:04.000\n<v Assistant>Hi.\n"
    )
    assert [one["starts_s"] for one in told(archive)] == [0.0, None, 2.5]
    assert "Only written." in archive.read("transcript.txt").decode()


def test_the_recording_has_a_title_and_a_chapter_for_each_voice() -> None:
    clip = to_wav(Clip(tone(seconds=1.0), RATE))

    _, archive = exported(
        kept(clip, "Hello."), turn(None, "Written."), kept(clip, "word " * 40, n=2), title="Ünïcode 天"
    )

    with av.open(io.BytesIO(archive.read("recording.m4a"))) as file:
        chapters = [(one["start"] * float(one["time_base"] or 0), one["metadata"]["title"]) for one in file.chapters()]
        assert file.metadata["title"] == "Ünïcode 天"
    assert [start for start, _ in chapters] == [0.0, 1.5]
    assert chapters[0][1] == "1 You: Hello."
    assert chapters[1][1].startswith("3 Assistant: word word")
    assert chapters[1][1].endswith("word…")


def test_what_is_missing_or_broken_is_named_and_nothing_else_is_lost(door: Door) -> None:
    good = to_wav(Clip(talk([(0.2, 1.8)], seconds=2, rate=RATE), RATE))

    transcript, archive = exported(
        kept(good, "First."),
        lost(NotFound("There is no such recording.")),
        kept(b"%PDF-1.7 not sound at all", "Broken."),
        lost(Damaged("This recording is damaged on the disk.")),
        kept(good, "Last."),
        samples_of=partial(levelled, door),
    )

    readme, turns = archive.read("README.txt").decode(), told(archive)
    assert [one["starts_s"] for one in turns] == [0.0, None, None, None, 2.5]
    assert "turn 2, You (not in this archive): There is no such recording." in readme
    assert "turn 3, You (voices/03-you.bin): This is not sound that audiokit can read (it looks like a PDF)" in readme
    assert "turn 4, You (not in this archive): This recording is damaged on the disk." in readme
    assert archive.read("voices/03-you.bin").startswith(b"%PDF")
    assert [entry.left_out is None for entry in transcript.entries] == [True, False, False, False, True]
    assert "Broken." in archive.read("transcript.md").decode()
    assert archive.read("transcript.srt").decode().count("-->") == 2


@pytest.mark.skipif(not MALFORMED, reason="the real material is not here")
def test_no_malformed_file_keeps_a_conversation_from_being_exported(door: Door) -> None:
    turns = [kept(path.read_bytes(), path.name) for path in MALFORMED]

    transcript, archive = exported(*turns, samples_of=partial(levelled, door))

    assert sum(name.startswith("voices/") for name in archive.namelist()) == len(turns)
    assert all((entry.place is None) != (entry.left_out is None) for entry in transcript.entries)


def test_what_is_wrong_with_audiokit_itself_is_not_taken_for_a_broken_clip() -> None:
    closed = Door()
    closed.close()

    with pytest.raises(NotConfigured):
        exported(kept(to_wav(Clip(tone(), RATE))), samples_of=partial(levelled, closed))


def test_a_clip_of_nothing_is_left_out() -> None:
    transcript, archive = exported(kept(b"x"), kept(b"y"), samples_of=lambda data: b"" if data == b"x" else bytes(4800))

    assert transcript.entries[0].left_out == "There is no sound in it."
    assert told(archive)[1]["starts_s"] == 0.0


def test_a_conversation_in_writing_has_no_recording_and_no_captions() -> None:
    _, archive = exported(turn(None, "Hello."), turn(None, "Hi.", n=2))

    assert archive.namelist() == ["transcript.txt", "transcript.md", "transcript.json", "README.txt"]
    assert "There is nothing to listen to" in archive.read("README.txt").decode()


def test_sound_without_words_has_no_captions_and_empty_conversations_have_nothing() -> None:
    assert "transcript.srt" not in exported(kept(to_wav(Clip(tone(), RATE))))[1].namelist()
    assert "transcript.json" in exported()[1].namelist()


def test_the_readme_says_what_every_file_is() -> None:
    _, archive = exported(kept(to_wav(Clip(tone(), RATE)), "Hello."), turn(None, "Written.", n=2), title="Über\n uns")

    readme = archive.read("README.txt").decode()
    assert readme.startswith("Über uns\n")
    for name in archive.namelist():
        assert name == "README.txt" or name.split("/")[0] in readme
    assert "What was written and not said" in readme


def test_the_same_conversation_is_the_same_bytes() -> None:
    turns = (kept(to_wav(Clip(noise(seconds=1.0), RATE)), "One."), turn(None, "Two.", n=2))
    files = io.BytesIO(), io.BytesIO()

    for file in files:
        write_export(Exported(title="Twice", turns=turns), file, samples_of=at_once)

    assert files[0].getvalue() == files[1].getvalue()


class Pipe(io.RawIOBase):
    """A file that can only be written to, from its beginning to its end."""

    def __init__(self) -> None:
        self.taken = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.taken += data
        return len(data)


def test_it_can_be_written_to_what_cannot_be_sought_in() -> None:
    pipe, turns = Pipe(), (kept(to_wav(Clip(tone(), RATE)), "One."),)

    write_export(Exported(title="Down a pipe", turns=turns), pipe, samples_of=at_once)  # type: ignore[arg-type]  # a RawIOBase is one in all but name

    archive = ZipFile(io.BytesIO(bytes(pipe.taken)))
    assert archive.testzip() is None
    assert heard(archive).size


class Failing(Pipe):
    """A disk, or a connection, that takes nothing."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._error = OSError(number, "it failed")

    def write(self, _: Any) -> int:
        raise self._error


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, StoreError), (errno.EPIPE, OSError)])
def test_a_full_disk_is_told_in_a_sentence_and_a_broken_pipe_is_the_callers(number: int, kind: type[Exception]) -> None:
    with pytest.raises(kind, match="no room on its disk" if kind is StoreError else "it failed"):
        write_export(Exported(title="", turns=(turn(None, "Hi."),)), Failing(number), samples_of=at_once)  # type: ignore[arg-type]  # as above


def test_names_in_the_archive_are_taken_by_windows() -> None:
    clip = to_wav(Clip(tone(seconds=0.2), RATE))
    file = io.BytesIO()
    conversation = Exported(
        title='../"What?" <con>: 100 %',
        turns=(kept(clip, n=1), kept(clip, n=2)),
        person_name="Zoë/<Kaya>",
        model_name="..\\",
    )

    write_export(conversation, file, samples_of=at_once)

    assert [name for name in ZipFile(file).namelist() if "/" in name] == [
        "voices/01-zoë-kaya.wav",
        "voices/02-voice.wav",
    ]
    assert file_name(conversation) == "What- -con- 100 %.zip"
    assert re.fullmatch(r'[^<>:"/\\|?*]+', file_name(conversation))


def test_memory_stays_flat_however_many_turns_there_are() -> None:
    clip, most = to_wav(Clip(noise(seconds=0.5), RATE)), list[int]()
    for n_turns in (30, 80):
        turns = tuple(turn(lambda: bytes(bytearray(clip)), "Some words.", n=n) for n in range(n_turns))
        with io.BufferedWriter(Hole()) as hole:
            tracemalloc.start()
            write_export(Exported(title="Long", turns=turns), hole, samples_of=at_once)
            most.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()

    assert most[1] - most[0] < 50 * len(clip) / 5


class Hole(io.RawIOBase):
    """Takes everything and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


def test_levelling_leaves_every_instant_in_its_place_and_takes_stereo(door: Door) -> None:
    """A WAV that needs no change is handed back by the door as it is, at its own rate and with its channels."""
    once = talk([(1.0, 3.0)], seconds=4, rate=48_000)
    lufs = loudness(Clip(once, 48_000)).integrated_lufs
    level = np.float32(10 ** ((-20 - lufs) / 20))
    given = file_of(np.repeat(once * level, 2, axis=1), 48_000, subtype="PCM_16")

    samples = np.frombuffer(levelled(door, given), "<i2")

    assert len(samples) == 4 * RATE
    loud = np.flatnonzero(np.abs(samples) > 1000) / RATE
    assert loud[0] == pytest.approx(1.0, abs=0.1)
    assert loud[-1] == pytest.approx(3.0, abs=0.1)


def test_levelling_refuses_what_is_no_sound(door: Door) -> None:
    with pytest.raises(UnreadableAudio):
        levelled(door, b"not sound")
