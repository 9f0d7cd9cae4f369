from __future__ import annotations

from pathlib import Path

import pytest
from clips import tone
from hypothesis import given
from hypothesis import strategies as st
from real import real_files

from audiokit.audio.clip import Clip
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.reading.sniff import Container, resembles, sniff

CLIP = Clip(tone(seconds=0.3), 24_000)
ID3 = b"ID3\x04\x00\x00" + bytes([0, 0, 1, 5])  # declares 128 + 5 bytes
NAMED = {".wav": "wav", ".mp3": "mp3", ".flac": "flac", ".ogg": "ogg", ".webm": "webm", ".mp4": "mp4", ".m4a": "mp4"}


@pytest.mark.parametrize(
    ("to", "container"),
    [
        (SoundFormat.WAV, Container.WAV),
        (SoundFormat.MP3, Container.MP3),
        (SoundFormat.FLAC, Container.FLAC),
        (SoundFormat.OPUS, Container.OGG),
        (SoundFormat.AAC, Container.ADTS),
        (SoundFormat.PCM16, None),
    ],
)
def test_what_we_write_is_known_again(to: SoundFormat, container: Container | None) -> None:
    assert sniff(encode(CLIP, to)) is container


@pytest.mark.parametrize(
    ("data", "container"),
    [
        (b"RF64\xff\xff\xff\xffWAVEds64", Container.WAV),
        (b"RIFF\x00\x00\x00\x00AVI LIST", Container.AVI),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", None),
        (b"FORM\x00\x00\x00\x00AIFCFVER", Container.AIFF),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x84webm", Container.WEBM),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82\x88matroska", Container.MATROSKA),
        (b"\x00\x00\x00\x18ftypM4A ", Container.MP4),
        (b"#!AMR\n", Container.AMR),
        (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9", Container.ASF),
        ((b"G" + bytes(187)) * 3, Container.MPEG_TS),
    ],
)
def test_containers_are_known_by_their_magic(data: bytes, container: Container | None) -> None:
    assert sniff(data) is container


@pytest.mark.parametrize("to", [SoundFormat.MP3, SoundFormat.FLAC, SoundFormat.AAC])
def test_an_id3_tag_is_passed_over(to: SoundFormat) -> None:
    sound = encode(CLIP, to)

    assert sniff(ID3 + bytes(133) + sound) is sniff(sound)


def test_an_id3_tag_whose_size_lies_is_still_taken_for_mp3() -> None:
    assert sniff(b"ID3\x03\x00\x00\x7f\x7f\x7f\x7f" + b"junk" * 50) is Container.MP3


def test_mp3_that_begins_in_the_middle_of_a_frame_is_known() -> None:
    assert sniff(encode(CLIP, SoundFormat.MP3)[100:]) is Container.MP3


def test_mp3_behind_zeros_is_known() -> None:
    assert sniff(bytes(500) + encode(CLIP, SoundFormat.MP3)) is Container.MP3


@pytest.mark.parametrize(
    ("data", "thing"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive or an Office document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html>", "a web page"),
        ("Grüß dich, Welt! ".encode() * 40, "text"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "text"),
        (b"\xff" * 1000, None),
        (b"", None),
    ],
)
def test_what_is_no_sound_is_named(data: bytes, thing: str | None) -> None:
    assert sniff(data) is None
    assert resembles(data) == thing


@given(st.binary(max_size=600))
def test_random_bytes_are_judged_without_a_crash(data: bytes) -> None:
    assert sniff(data) is None or isinstance(sniff(data), Container)
    assert resembles(data) is None or isinstance(resembles(data), str)


@given(st.binary(min_size=200, max_size=2_000))
def test_random_bytes_behind_a_frame_header_are_not_mp3(noise: bytes) -> None:
    data = b"\xff\xfb\x90\x00" + noise.replace(b"\xff", b"\x00") + bytes(500)

    assert sniff(data) is None


@pytest.mark.parametrize("container", list(Container))
def test_every_container_has_a_media_type_and_an_ending(container: Container) -> None:
    assert container.media_type.split("/")[0] in {"audio", "video"}
    assert container.extension.isalnum()


@pytest.mark.real
@pytest.mark.parametrize("path", real_files("containers/**/*"), ids=lambda path: path.name)
def test_real_containers_are_what_their_name_says(path: Path) -> None:
    container = sniff(path.read_bytes())

    assert path.suffix not in NAMED or container == NAMED[path.suffix]


@pytest.mark.real
@pytest.mark.parametrize("path", real_files("documents/**/*"), ids=lambda path: path.name)
def test_no_real_document_is_taken_for_sound(path: Path) -> None:
    assert sniff(path.read_bytes()) is None
