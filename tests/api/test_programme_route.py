"""Programmes at signed addresses: the file in the format that was asked for, and nothing for anybody else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO
from zipfile import ZipFile

import pytest
from clips import tone
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audiokit.api.programmes import programme_routes
from audiokit.audio.clip import Clip
from audiokit.audio.encode import SoundFormat, encode
from audiokit.people.addresses import export_url, programme_url
from audiokit.studio import Studio, open_studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.kept import KeptProgramme, Placed, Recording
from audiokit.summaries.programmes import fingerprint_of
from audiokit.summaries.script import Line

ME = "local"


@pytest.fixture
def studio() -> Iterator[Studio]:
    studio = open_studio()
    studio.person()
    yield studio
    studio.close()


@pytest.fixture
def web(studio: Studio) -> TestClient:
    return TestClient(Starlette(routes=programme_routes(lambda: studio)))


def programme(studio: Studio, *, is_made: bool = True) -> KeptProgramme:
    library = studio.summaries.library
    begun = library.of_lines(ME, "The bridge", [Line(text="It is closed.")], default_shape("announcement"))
    if is_made:
        master = encode(Clip(tone(300, seconds=2.0), 24_000), SoundFormat.FLAC)
        digest = studio.clips.keep(ME, master, "audio/flac", "programme")
        mark = Placed(line_id=begun.lines[0].id, start_s=0.0, end_s=2.0)
        of = fingerprint_of(begun.lines)
        recording = Recording(
            clip_digest=digest, media_type="audio/flac", duration_s=2.0, peaks=(), marks=(mark,), of=of
        )
        library.programmes.keep_recording(ME, begun.id, recording)
    return begun


def test_a_programme_is_had_in_the_format_of_its_address(studio: Studio, web: TestClient) -> None:
    answer = web.get(programme_url(studio.signer, ME, programme(studio).id, "srt"))

    assert answer.status_code == 200
    assert 'filename="The bridge.srt"' in answer.headers["content-disposition"]
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "00:00:02,000" in answer.text
    assert "It is closed." in answer.text
    taken = studio.privacy.log(ME, of_all=False)[0]
    assert (taken.action, taken.subject_kind, taken.actor_id) == ("exported", "programme", ME)


def test_one_without_a_recording_is_no_file_yet(studio: Studio, web: TestClient) -> None:
    answer = web.get(programme_url(studio.signer, ME, programme(studio, is_made=False).id, "mp3"))
    assert answer.status_code == 404
    assert "Generate its sound first" in answer.json()["error"]["message"]


def test_sound_is_sent_in_parts_and_encoded_once(
    studio: Studio, web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, written = programme_url(studio.signer, ME, programme(studio).id, "mp3"), list[str]()
    write_to = studio.clips.write_to

    def counting(person_id: str, digest: str, file: BinaryIO) -> None:
        written.append(digest)
        write_to(person_id, digest, file)

    monkeypatch.setattr(type(studio.clips), "write_to", lambda _self, *args: counting(*args))
    whole = web.get(url)
    part = web.get(url, headers={"Range": "bytes=100-199", "If-Range": whole.headers["etag"]})
    known = web.get(url, headers={"If-None-Match": whole.headers["etag"]})

    assert whole.headers["content-type"] == "audio/mpeg"
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert (known.status_code, known.content) == (304, b"")
    assert len(written) == 1, "the recording was taken out once, to be encoded once"


def test_an_archive_takes_what_is_encoded_already(studio: Studio, web: TestClient) -> None:
    made = programme(studio)
    mp3 = web.get(programme_url(studio.signer, ME, made.id, "mp3")).content
    archive = web.get(programme_url(studio.signer, ME, made.id, "zip")).content
    with ZipFile(io.BytesIO(archive)) as opened:
        assert opened.read("The bridge.mp3") == mp3


def test_a_recording_of_an_earlier_script_is_not_given_out_with_the_words_of_this_one(
    studio: Studio, web: TestClient
) -> None:
    made = programme(studio)
    ((line_id, line),) = [(kept.id, kept.line) for kept in made.lines]
    other = replace(line, text="It is open.")
    changed = [(line_id, line), (None, other)]
    studio.summaries.editing.edit(ME, made.id, changed)
    answer = web.get(programme_url(studio.signer, ME, made.id, "srt"))
    assert answer.status_code == 404
    assert "script as it stands" in answer.json()["error"]["message"]


def test_what_was_taken_away_is_removed_with_its_programme(studio: Studio, web: TestClient) -> None:
    made = programme(studio)
    web.get(programme_url(studio.signer, ME, made.id, "mp3"))
    folder = studio.settings.data_dir / "exports"
    assert len(list(folder.iterdir())) == 1
    studio.summaries.library.remove(ME, made.id)
    assert list(folder.iterdir()) == []


def test_somebody_elses_programme_is_none(studio: Studio, web: TestClient) -> None:
    assert web.get(programme_url(studio.signer, "somebody", programme(studio).id, "srt")).status_code == 404


def test_an_address_for_something_else_opens_nothing_here(studio: Studio, web: TestClient) -> None:
    token = export_url(studio.signer, ME, programme(studio).id).rpartition("/")[2]
    assert web.get(f"/api/programme/{token}").status_code == 403
    assert web.get("/api/programme/made.up").status_code == 403


def test_a_format_that_is_none_is_refused_with_a_sentence(studio: Studio, web: TestClient) -> None:
    answer = web.get(programme_url(studio.signer, ME, programme(studio).id, "exe"))
    assert answer.status_code == 404
    assert "no such format" in answer.json()["error"]["message"]
