"""What is written beside the sound is read back by others: mutagen, and FFmpeg through PyAV."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from typing import Any

import av
import mutagen.flac
import mutagen.id3
import mutagen.mp3
import mutagen.mp4
import mutagen.oggopus
import mutagen.wave
import pytest
from av.stream import Disposition
from clips import tone
from covers import JPEG, PNG
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.id3 import id3
from audiokit.audio.writing.tags import Chapter, Cover, Tags
from audiokit.audio.writing.write import write

# mutagen is typed only in part.
ID3: Any = mutagen.id3.ID3
MP3: Any = mutagen.mp3.MP3
MP4: Any = mutagen.mp4.MP4
WAVE: Any = mutagen.wave.WAVE
OggOpus: Any = mutagen.oggopus.OggOpus
FLAC: Any = mutagen.flac.FLAC
Picture: Any = mutagen.flac.Picture

CLIP = Clip(tone(seconds=3), 24_000)
CHAPTERS = (
    Chapter(start_s=0.0, end_s=0.5, title="Eins"),
    Chapter(start_s=0.5, end_s=1.75, title="Глава 2"),
    Chapter(start_s=1.75, end_s=3.0, title="三, end"),
)
FULL = Tags(
    title="Bücher & Ünïcode",
    artist="Jane Doe",
    album="Große Reihe",
    genre="Audiobook",
    date="2026-11-21",
    comment="c'est ça",
    language="deu",
    chapters=CHAPTERS,
    cover=JPEG,
)
TAGGED = [to for to in SoundFormat if to is not SoundFormat.PCM16]
WITH_COVER = [to for to in TAGGED if to is not SoundFormat.WAV]  # FFmpeg passes over it in WAV
MP4S = [SoundFormat.M4A, SoundFormat.M4B]
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


def written(to: SoundFormat, tags: Tags | None = FULL) -> io.BytesIO:
    file = io.BytesIO()
    write([CLIP], file, to, tags=tags)
    file.seek(0)
    return file


def by_ffmpeg(file: io.BytesIO) -> dict[str, str]:
    with av.open(file) as container:
        both = dict(container.metadata) | dict(container.streams.audio[0].metadata)
    return {name.lower(): text for name, text in both.items()}


def chapters_by_ffmpeg(file: io.BytesIO) -> list[tuple[float, float, str]]:
    with av.open(file) as container:
        return [
            (float(c["start"] * base), float(c["end"] * base), c["metadata"].get("title", ""))
            for c in container.chapters()
            if (base := c["time_base"]) is not None
        ]


def cover_by_ffmpeg(file: io.BytesIO) -> bytes | None:
    with av.open(file, "r") as container:
        for stream in container.streams:
            if stream.disposition & Disposition.attached_pic:
                return next(bytes(packet) for packet in container.demux(stream) if packet.size)
    return None


@pytest.mark.parametrize("to", TAGGED)
def test_ffmpeg_reads_every_text(to: SoundFormat) -> None:
    read = by_ffmpeg(written(to))

    assert {name: read.get(name) for name in FULL.texts} == FULL.texts
    assert read["language"] == "deu"


@pytest.mark.parametrize("to", TAGGED)
def test_ffmpeg_reads_every_chapter(to: SoundFormat) -> None:
    read = chapters_by_ffmpeg(written(to))

    assert [title for _, _, title in read] == [chapter.title for chapter in CHAPTERS]
    assert [start for start, _, _ in read] == [chapter.start_s for chapter in CHAPTERS]
    assert [end for _, end, _ in read] == pytest.approx([chapter.end_s for chapter in CHAPTERS], abs=0.02)


@pytest.mark.parametrize("cover", [JPEG, PNG], ids=lambda cover: cover.media_type)
@pytest.mark.parametrize("to", WITH_COVER)
def test_ffmpeg_reads_the_cover(to: SoundFormat, cover: Cover) -> None:
    assert cover_by_ffmpeg(written(to, Tags(cover=cover))) == cover.data


@pytest.mark.parametrize("to", TAGGED)
def test_tags_do_not_touch_the_sound(to: SoundFormat) -> None:
    plain, tagged = decode(written(to, None).getvalue()), decode(written(to).getvalue())

    assert_array_equal(tagged.samples, plain.samples)


@pytest.mark.parametrize("to", TAGGED)
def test_a_file_without_tags_says_nothing(to: SoundFormat) -> None:
    read = by_ffmpeg(written(to, Tags()))

    assert not read.keys() & {*FULL.texts}
    assert not chapters_by_ffmpeg(written(to, Tags(title="")))
    assert cover_by_ffmpeg(written(to, None)) is None


def assert_id3(read: Any) -> None:
    assert {name: str(read[name]) for name in ("TIT2", "TPE1", "TALB", "TCON", "TDRC", "TLAN")} == {
        "TIT2": FULL.title,
        "TPE1": FULL.artist,
        "TALB": FULL.album,
        "TCON": FULL.genre,
        "TDRC": FULL.date,
        "TLAN": "deu",
    }
    assert str(read["COMM::deu"]) == FULL.comment
    assert [(picture.data, picture.mime, picture.type) for picture in read.getall("APIC")] == [
        (JPEG.data, "image/jpeg", 3)
    ]
    in_order = [read[f"CHAP:{name}"] for name in read["CTOC:toc"].child_element_ids]
    assert [(c.start_time, c.end_time, str(c.sub_frames["TIT2"])) for c in in_order] == [
        (round(1000 * chapter.start_s), round(1000 * chapter.end_s), chapter.title) for chapter in CHAPTERS
    ]


def test_mutagen_reads_all_of_an_mp3() -> None:
    file = written(SoundFormat.MP3)

    assert_id3(ID3(file))
    file.seek(0)
    assert MP3(file).info.length == pytest.approx(3.0, abs=1e-4)


def test_mutagen_reads_all_before_bare_aac() -> None:
    assert_id3(ID3(written(SoundFormat.AAC)))


def test_mutagen_reads_all_of_a_wav() -> None:
    read = WAVE(written(SoundFormat.WAV))

    assert_id3(read.tags)
    assert read.info.length == 3.0


@pytest.mark.parametrize("to", MP4S)
def test_mutagen_reads_all_of_an_mp4(to: SoundFormat) -> None:
    read = MP4(written(to))

    assert {name: read.tags[name] for name in ("©nam", "©ART", "©alb", "©gen", "©day", "©cmt")} == {
        "©nam": [FULL.title],
        "©ART": [FULL.artist],
        "©alb": [FULL.album],
        "©gen": [FULL.genre],
        "©day": [FULL.date],
        "©cmt": [FULL.comment],
    }
    assert [bytes(cover) for cover in read.tags["covr"]] == [JPEG.data]
    assert [(c.start, c.title) for c in read.chapters] == [(c.start_s, c.title) for c in CHAPTERS]


def test_an_audiobook_says_that_it_is_one() -> None:
    book, song = written(SoundFormat.M4B), written(SoundFormat.M4A)

    assert [file.getvalue()[4:12] for file in (book, song)] == [b"ftypM4B ", b"ftypM4A "]
    assert MP4(book).tags["stik"] == [2]
    assert "stik" not in MP4(song).tags


def assert_comments(read: Any) -> None:
    names = {"comment": "description"}
    assert {name: read.tags[names.get(name, name)] for name in FULL.texts} == {
        name: [text] for name, text in FULL.texts.items()
    }
    assert read.tags["language"] == ["deu"]
    assert [read.tags[f"chapter00{n}"] for n in range(3)] == [["00:00:00.000"], ["00:00:00.500"], ["00:00:01.750"]]
    assert [read.tags[f"chapter00{n}name"] for n in range(3)] == [[chapter.title] for chapter in CHAPTERS]


def test_mutagen_reads_all_of_opus() -> None:
    read = OggOpus(written(SoundFormat.OPUS))
    (picture,) = (Picture(base64.b64decode(text)) for text in read.tags["metadata_block_picture"])

    assert_comments(read)
    assert (picture.data, picture.mime, picture.type) == (JPEG.data, "image/jpeg", 3)
    assert (picture.width, picture.height) == (40, 30)


@pytest.mark.parametrize("to", TAGGED)
def test_a_chapter_can_begin_hours_later(to: SoundFormat) -> None:
    late = Chapter(start_s=3 * 3600 + 25 * 60 + 20.5, end_s=4 * 3600, title="Late")

    file = written(to, Tags(chapters=(late,)))

    untitled = [(0.0, "")] if to in MP4S else []
    assert [(start, title) for start, _, title in chapters_by_ffmpeg(file)] == [*untitled, (late.start_s, "Late")]


def test_mutagen_reads_all_of_a_flac() -> None:
    read = FLAC(written(SoundFormat.FLAC))
    (picture,) = read.pictures

    assert_comments(read)
    assert (picture.data, picture.mime, picture.type) == (JPEG.data, "image/jpeg", 3)
    assert (picture.width, picture.height) == (40, 30)
    assert read.info.length == 3.0


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(TAGGED), TEXTS, TEXTS)
def test_any_text_can_be_a_title_or_a_chapter(to: SoundFormat, title: str, chapter: str) -> None:
    file = written(to, Tags(title=title, chapters=(Chapter(start_s=0, end_s=3, title=chapter),)))

    assert by_ffmpeg(file)["title"] == title
    file.seek(0)
    assert [text for _, _, text in chapters_by_ffmpeg(file)] == [chapter]


@given(
    st.builds(Tags, title=TEXTS, artist=TEXTS, comment=TEXTS, cover=st.sampled_from([None, PNG])),
    st.lists(st.tuples(st.integers(0, 10**9), TEXTS), max_size=600).map(sorted),
)
def test_mutagen_reads_any_id3_tag_as_it_was_meant(tags: Tags, named: list[tuple[int, str]]) -> None:
    chapters = tuple(Chapter(start_s=ms / 1000, end_s=ms / 1000, title=title) for ms, title in named)

    read = ID3(io.BytesIO(id3(replace(tags, chapters=chapters))))

    assert [str(read[name]) for name in ("TIT2", "TPE1", "COMM::XXX")] == [tags.title, tags.artist, tags.comment]
    assert [picture.data for picture in read.getall("APIC")] == ([tags.cover.data] if tags.cover else [])
    tables = [read["CTOC:toc"]] if named else []
    while any(name.startswith("toc") for table in tables for name in table.child_element_ids):
        tables = [read[f"CTOC:{name}"] for table in tables for name in table.child_element_ids]
    in_order = [read[f"CHAP:{name}"] for table in tables for name in table.child_element_ids]
    assert [(c.start_time, str(c.sub_frames["TIT2"])) for c in in_order] == named


@pytest.mark.parametrize("to", TAGGED)
def test_hundreds_of_chapters_are_kept(to: SoundFormat) -> None:
    many = tuple(Chapter(start_s=n / 400, end_s=(n + 1) / 400, title=f"Kapitel {n}") for n in range(999))

    read = chapters_by_ffmpeg(written(to, Tags(chapters=many)))

    assert [title for _, _, title in read] == [chapter.title for chapter in many]
    assert [start for start, _, _ in read] == pytest.approx([chapter.start_s for chapter in many], abs=0.0006)


@pytest.mark.parametrize("to", MP4S)
def test_a_chapter_title_too_long_for_mp4_is_cut_between_letters(to: SoundFormat) -> None:
    title = "Ж" * 200

    (chapter,) = MP4(written(to, Tags(chapters=(Chapter(start_s=0, end_s=3, title=title),)))).chapters

    assert chapter.title == title[:127]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": "a\0b"}, "zero"),
        ({"title": "\ud800"}, "surrogates"),
        ({"date": "21.11.2026"}, "2026-11-21"),
        ({"language": "de"}, "three letters"),
        ({"chapters": CHAPTERS[::-1]}, "order"),
        ({"chapters": CHAPTERS[:1] * 1000}, "999"),
    ],
)
def test_what_cannot_be_written_everywhere_is_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Tags(**wrong)


@pytest.mark.parametrize(("start_s", "end_s"), [(-1, 2), (2, 1), (0, 5e6), (float("nan"), 1)])
def test_a_chapter_lies_in_time(start_s: float, end_s: float) -> None:
    with pytest.raises(ValueError, match="cannot last"):
        Chapter(start_s=start_s, end_s=end_s, title="")


def test_bare_samples_take_no_tags() -> None:
    with pytest.raises(ValueError, match="no place"):
        written(SoundFormat.PCM16)
