"""What is taken away of a programme: sound that other tools find loud enough and tagged, and words with their times."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import av
import mutagen.id3
import mutagen.mp3
import mutagen.mp4
import mutagen.oggopus
import mutagen.wave
import numpy as np
import pytest
from clips import tone
from hypothesis import given
from hypothesis import strategies as st
from loudness_by_ffmpeg import measured
from recorded_programmes import AT, CHAPTERS, QUOTE, RATE_HZ, TEXTS, bare_view, programme

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.measuring.loudness import loudness
from audiokit.errors import StoreError
from audiokit.summaries.captions import as_karaoke, captions
from audiokit.summaries.exporting import ExportFormat, export
from audiokit.summaries.kept import KeptProgramme, Placed, Progress, Recording
from audiokit.summaries.marks import ChapterStart
from audiokit.summaries.script import KeptLine, Line, Support
from audiokit.summaries.shape import Persona, Shape
from audiokit.summaries.sources import Source
from audiokit.summaries.transcript_json import as_json
from audiokit.summaries.transcripts import as_markdown, as_text
from audiokit.summaries.view import Heard, ProgrammeView, view_of
from audiokit.words.word_times import Word

# mutagen is typed only in part.
MP3: Any = mutagen.mp3.MP3
MP4: Any = mutagen.mp4.MP4
WAVE: Any = mutagen.wave.WAVE
OggOpus: Any = mutagen.oggopus.OggOpus

SOUND = [to for to in ExportFormat if to.is_sound]
WORDS = [to for to in ExportFormat if not to.is_sound and to is not ExportFormat.ZIP]
HOSTILE = "<script>alert(1)</script> [x](javascript:1) **b** --> {\\an8} &amp;"
CUE = re.compile(r"(\d\d+):(\d\d):(\d\d)\.(\d\d\d) --> (\d\d+):(\d\d):(\d\d)\.(\d\d\d)")
STAMP = re.compile(r"<(\d\d+):(\d\d):(\d\d)\.(\d\d\d)>")


@pytest.fixture(scope="module")
def talk() -> tuple[ProgrammeView, bytes]:
    return programme()


def exported(talk: tuple[ProgrammeView, bytes], to: ExportFormat) -> io.BytesIO:
    view, master = talk
    file = io.BytesIO()
    export(view, to, lambda: master).write(file)
    file.seek(0)
    return file


def ms(*clock: str) -> int:
    hours, minutes, seconds, thousandths = map(int, clock)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def cue_times(vtt: str) -> list[tuple[int, int]]:
    return [(ms(*found.groups()[:4]), ms(*found.groups()[4:])) for found in CUE.finditer(vtt)]


@pytest.mark.parametrize("to", SOUND)
def test_every_format_is_at_podcast_loudness_below_one_decibel(
    talk: tuple[ProgrammeView, bytes], to: ExportFormat, tmp_path: Path
) -> None:
    file = exported(talk, to)
    by_us = loudness(decode(file.getvalue()))
    assert by_us.integrated_lufs == pytest.approx(-16.0, abs=0.3)
    assert by_us.true_peak_dbtp < -1.0

    path = tmp_path / f"programme.{to.ending}"
    path.write_bytes(file.getvalue())
    lufs, peak_dbtp = measured(path)
    assert lufs == pytest.approx(-16.0, abs=0.3)
    assert peak_dbtp < -1.0


@pytest.mark.parametrize("to", [ExportFormat.MP3, ExportFormat.M4B, ExportFormat.OPUS])
def test_what_an_encoder_adds_to_peaks_is_taken_back(talk: tuple[ProgrammeView, bytes], to: ExportFormat) -> None:
    square = np.sign(tone(310, seconds=4)) * np.float32(0.83)  # which an encoder brings up to 3 dB higher
    master = encode(Clip(square, RATE_HZ), SoundFormat.FLAC)
    file = exported((replace(talk[0], chapters=(), duration_s=4.0), master), to)
    assert -3 < loudness(decode(file.getvalue())).true_peak_dbtp < -1.0


@pytest.mark.parametrize("to", SOUND)
def test_every_format_lasts_as_long_as_the_recording(talk: tuple[ProgrammeView, bytes], to: ExportFormat) -> None:
    assert decode(exported(talk, to).getvalue()).duration_s == pytest.approx(talk[0].duration_s, abs=0.06)


def test_an_mp3_says_in_id3_what_it_is_and_where_its_chapters_begin(talk: tuple[ProgrammeView, bytes]) -> None:
    tags = MP3(exported(talk, ExportFormat.MP3)).tags
    assert tags.version[:2] == (2, 4)
    assert [str(tags[name]) for name in ("TIT2", "TPE1", "TALB", "TDRC", "TLAN")] == [
        *("The river report", "Ada, Ben", "Spoken Summaries", "2026-11-21", "eng")
    ]
    assert str(tags["COMM::eng"]) == "Spoken by synthetic voices: Ada and Ben. From: report.pdf"
    assert tags["APIC:"].mime == "image/jpeg"
    chapters = [tags[f"CHAP:{name}"] for name in tags["CTOC:toc"].child_element_ids]
    assert [str(chapter.sub_frames["TIT2"]) for chapter in chapters] == list(CHAPTERS)
    starts = [round(1000 * chapter.start_s) for chapter in talk[0].chapters]
    assert [chapter.start_time for chapter in chapters] == starts
    assert [chapter.end_time for chapter in chapters] == [*starts[1:], round(1000 * talk[0].duration_s)]


def test_an_m4b_is_an_audiobook_with_chapters_and_a_cover(talk: tuple[ProgrammeView, bytes]) -> None:
    file = exported(talk, ExportFormat.M4B)
    assert file.getvalue()[4:12] == b"ftypM4B "
    read = MP4(file)
    assert read.tags["©nam"] == ["The river report"]
    assert read.tags["stik"] == [2]
    assert bytes(read.tags["covr"][0]).startswith(b"\xff\xd8")
    assert [(chapter.title, chapter.start) for chapter in read.chapters] == [
        (chapter.title, pytest.approx(chapter.start_s, abs=0.001)) for chapter in talk[0].chapters
    ]
    file.seek(0)
    with av.open(file) as container:
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == list(CHAPTERS)


def test_opus_has_its_chapters_as_comments(talk: tuple[ProgrammeView, bytes]) -> None:
    tags = OggOpus(exported(talk, ExportFormat.OPUS)).tags
    assert tags["title"] == ["The river report"]
    assert [tags[f"chapter{number:03}name"][0] for number in range(3)] == list(CHAPTERS)
    assert tags["chapter000"] == ["00:00:00.000"]
    assert "metadata_block_picture" in tags


def test_a_wav_keeps_every_sample_and_has_tags(talk: tuple[ProgrammeView, bytes]) -> None:
    file = exported(talk, ExportFormat.WAV)
    assert (decode(file.getvalue()).samples == decode(talk[1]).samples).all()
    assert str(WAVE(file).tags["CHAP:chp1"].sub_frames["TIT2"]) == CHAPTERS[1]


def test_names_and_types_are_those_that_people_and_browsers_expect(talk: tuple[ProgrammeView, bytes]) -> None:
    view = replace(talk[0], title="Über / <b>Flüsse</b>\nund: “Meer”")
    made = {to: export(view, to, lambda: b"") for to in ExportFormat}
    assert made[ExportFormat.MP3].name == "Über - -b-Flüsse-b- und- “Meer”.mp3"
    assert made[ExportFormat.KARAOKE].name.endswith(".karaoke.vtt")
    assert made[ExportFormat.MP3].media_type == "audio/mpeg"
    assert made[ExportFormat.VTT].media_type == "text/vtt; charset=utf-8"
    assert len({one.name for one in made.values()}) == len(ExportFormat)
    assert export(replace(view, title=" "), ExportFormat.TXT, lambda: b"").name == "Programme.txt"


def test_nothing_is_read_before_it_is_written(talk: tuple[ProgrammeView, bytes]) -> None:
    def gone() -> bytes:
        raise StoreError("The disk is gone.")

    for to in ExportFormat:
        one = export(talk[0], to, gone)
        if to in WORDS:
            one.write(io.BytesIO())
            continue
        with pytest.raises(StoreError, match="gone"):
            one.write(io.BytesIO())


def test_the_archive_holds_every_format_and_is_the_same_each_time(talk: tuple[ProgrammeView, bytes]) -> None:
    file = exported(talk, ExportFormat.ZIP)
    with ZipFile(file) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert set(names) == {f"The river report.{to.ending}" for to in [*SOUND, *WORDS]} | {"cover.jpg"}
        assert archive.read("The river report.mp3") == exported(talk, ExportFormat.MP3).getvalue()
        assert archive.read("The river report.txt").decode() == as_text(talk[0])
        assert archive.infolist()[0].date_time == (2026, 11, 21, 14, 3, 0)
    assert exported(talk, ExportFormat.ZIP).getvalue() == file.getvalue()


def test_plain_text_tells_who_speaks_and_what_it_is_made_of(talk: tuple[ProgrammeView, bytes]) -> None:
    text = as_text(talk[0])
    assert text.startswith(
        "The river report\n2026-11-21, 0:19. Spoken by synthetic voices: Ada and Ben.\nFrom: report.pdf\n"
    )
    assert f"\nThe river\n\n[0:00] Ada: {TEXTS[0]}\n[0:02] Ben: {TEXTS[1]}\n" in text


def test_lines_of_one_voice_become_one_paragraph_and_are_not_named() -> None:
    lines = [heard("One.", 0, 1), heard("Two.", 1.4, 2), heard("Three.", 3, 4)]
    view = bare_view(
        lines, duration_s=4, chapters=[ChapterStart(title="A", start_s=0), ChapterStart(title="B", start_s=3)]
    )
    assert as_text(view).endswith("\nA\n\n[0:00] One. Two.\n\nB\n\n[0:03] Three.\n")


def test_a_line_that_is_not_in_the_recording_is_told_and_has_no_caption() -> None:
    view = bare_view([heard("One.", 0, 1), Heard(text="Lost.")], duration_s=1)
    assert as_text(view).endswith("\n\n1 line of the script is not in the recording.\n")
    assert "Lost" not in as_karaoke(view)
    told = json.loads(as_json(view))
    assert [line["starts_s"] for line in told["lines"]] == [0.0, None]


def test_markdown_cites_each_passage_once_below(talk: tuple[ProgrammeView, bytes]) -> None:
    text = as_markdown(talk[0])
    assert f"**Ada:** {TEXTS[0]}[^1]" in text
    assert text.count("[^1]:") == 1
    assert text.endswith("\n\n[^1]: report.pdf, p. 3: “rose by 40 cm in a decade”\n")
    assert "## 0:05 · The cost" in text


def test_nothing_that_is_said_or_quoted_becomes_markup() -> None:
    support = Support(source_id="s1", mark="p. 1", quote=HOSTILE)
    line = replace(heard(HOSTILE, 0, 3), support=(support,))
    view = replace(
        bare_view([line], duration_s=3, chapters=[ChapterStart(title=HOSTILE, start_s=0)]),
        title=HOSTILE,
        source_names={"s1": HOSTILE},
    )
    markdown = as_markdown(view)
    assert "<script" not in markdown
    assert "](" not in markdown.replace("\\]\\(", "").replace("\\](", "")
    for vtt in (as_karaoke(view), exported((view, b""), ExportFormat.VTT).getvalue().decode()):
        assert "<script" not in vtt
        assert len(cue_times(vtt)) == vtt.count("-->")


def heard(text: str, start_s: float, end_s: float, *, speaker: int = 0) -> Heard:
    place = Placed(line_id=f"{start_s}", start_s=start_s, end_s=end_s)
    return Heard(text=text, speaker=speaker, place=place)


def test_srt_and_vtt_are_in_the_recording_s_time_and_read_by_ffmpeg(
    talk: tuple[ProgrammeView, bytes], tmp_path: Path
) -> None:
    for to, name in ((ExportFormat.SRT, "srt"), (ExportFormat.VTT, "webvtt")):
        path = tmp_path / f"words.{to.ending}"
        path.write_bytes(exported(talk, to).getvalue())
        with av.open(path) as container:
            assert container.format.name == name
            starts = [packet.pts * packet.time_base for packet in container.demux() if packet.pts is not None]
        places = [line.place.start_s for line in talk[0].lines if line.place]
        assert [float(start) for start in starts] == pytest.approx(places, abs=0.001)


def test_a_speaker_is_named_in_srt_only_where_another_one_begins() -> None:
    lines = [heard("One.", 0, 1), heard("Two.", 1.2, 2), heard("Three.", 2.5, 3, speaker=1)]
    view = replace(
        bare_view(lines, duration_s=3), personas=(Persona(name="Ada", voice="a"), Persona(name="Ben", voice="b"))
    )
    text = exported((view, b""), ExportFormat.SRT).getvalue().decode()
    assert re.findall(r"^(?:Ada|Ben)?:? ?\w+\.$", text, re.MULTILINE) == ["Ada: One.", "Two.", "Ben: Three."]
    assert exported((view, b""), ExportFormat.VTT).getvalue().decode().count("<v Ada>") == 2


def test_karaoke_puts_each_word_behind_the_time_at_which_it_is_said() -> None:
    words = (Word("It", 0.0, 0.2), Word("is", 0.2, 0.5), Word("late", 0.75, 1.0))
    view = bare_view([replace(heard("It is <late>.", 61.0, 62.5), timings=words)], duration_s=63)
    assert as_karaoke(view) == (
        "WEBVTT\n\n00:01:01.000 --> 00:01:02.000\nIt <00:01:01.200>is <00:01:01.750>&lt;late&gt;.\n"
    )


def test_words_without_times_get_none_made_up() -> None:
    view = bare_view([heard("It is late.", 1, 3)], duration_s=3)
    assert as_karaoke(view) == "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nIt is late.\n"


TIMES = st.floats(-1, 30, allow_nan=False)
TIMED = st.builds(Word, st.text(max_size=8), TIMES, TIMES)


@st.composite
def views(draw: st.DrawFn) -> ProgrammeView:
    lines, at_s = list[Heard](), 0.0
    for number in range(draw(st.integers(1, 5))):
        lasts_s = draw(st.floats(0.01, 20))
        place = Placed(line_id=f"{number}", start_s=at_s, end_s=at_s + lasts_s)
        lines.append(
            Heard(
                text=draw(st.text(max_size=120) | st.sampled_from([*TEXTS, "水位が上がった。なぜ？", HOSTILE])),  # noqa: RUF001 - so it is written
                speaker=draw(st.integers(0, 2)),
                place=place if draw(st.integers(0, 9)) else None,
                timings=tuple(draw(st.lists(TIMED, max_size=12))),
            )
        )
        at_s += lasts_s + draw(st.floats(0, 1))
    return bare_view(lines, duration_s=at_s)


@given(view=views())
def test_captions_of_any_words_and_times_stand_in_order_and_never_overlap(view: ProgrammeView) -> None:
    plain = [(cue.start_ms, cue.end_ms) for cue in captions(view)]
    karaoke = as_karaoke(view)
    assert plain == cue_times(karaoke)
    assert all(start < end for start, end in plain)
    assert all(later[0] >= earlier[1] for earlier, later in pairwise(plain))
    for block in karaoke.split("\n\n")[1:]:
        (start, end), stamps = cue_times(block)[0], [ms(*found) for found in STAMP.findall(block)]
        assert stamps == sorted(set(stamps))
        assert all(start < stamp < end for stamp in stamps)


@given(view=views())
def test_karaoke_says_the_same_words_as_the_captions(view: ProgrammeView) -> None:
    plain = exported((view, b""), ExportFormat.VTT).getvalue().decode()
    assert STAMP.sub("", as_karaoke(view)) == plain.encode(errors="replace").decode()


def test_json_tells_everything_with_times_of_the_recording(talk: tuple[ProgrammeView, bytes]) -> None:
    told = json.loads(as_json(talk[0]))
    assert (told["format"], told["version"], told["created_at"]) == ("audiokit.programme", 1, "2026-11-21T14:03:00Z")
    assert told["speakers"] == [{"name": "Ada", "voice": "alloy"}, {"name": "Ben", "voice": "onyx"}]
    assert [chapter["title"] for chapter in told["chapters"]] == list(CHAPTERS)
    second, place = told["lines"][1], talk[0].lines[1].place
    assert place
    assert second["text"] == TEXTS[1]
    assert second["starts_s"] == pytest.approx(place.start_s, abs=1e-5)
    assert second["timings"][0] == {
        "word": "In",
        "starts_s": second["starts_s"],
        "ends_s": pytest.approx(3.37, abs=0.5),
    }
    assert told["lines"][0]["support"] == [{"source": "s1", "mark": QUOTE.mark, "quote": QUOTE.quote}]


def test_a_kept_programme_is_seen_with_its_marks_and_chapters() -> None:
    lines = tuple(
        KeptLine(id=f"l{number}", line=Line(text=f"Line {number}.", chapter=number), clip_digest="c", duration_s=1.0)
        for number in range(2)
    )
    marks = (Placed(line_id="l0", start_s=0, end_s=1), Placed(line_id="l1", start_s=1.9, end_s=2.9))
    kept = KeptProgramme(
        id="p",
        person_id="ada",
        title="T",
        shape=Shape(language="de", personas=(Persona(name="Ada", voice="alloy"),)),
        state=Progress.MADE,
        created_at=AT,
        updated_at=AT,
        sources=(Source(id="s1", name="report.pdf"),),
        chapters=("One", "Two"),
        lines=lines,
    )
    assert view_of(kept) is None
    recording = Recording(clip_digest="d", media_type="audio/flac", duration_s=2.9, peaks=(), marks=marks, of="x")
    view = view_of(replace(kept, recording=recording))
    assert view
    assert view.chapters == (ChapterStart(title="One", start_s=0), ChapterStart(title="Two", start_s=1.9))
    assert [line.place for line in view.lines] == list(marks)
    assert (view.language, view.master, view.source_names) == ("de", "d", {"s1": "report.pdf"})
