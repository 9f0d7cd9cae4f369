"""Programmes at signed addresses: the file in the format that was asked for, and nothing for anybody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from audiokit.api.programmes import programme_routes
from audiokit.people.addresses import export_url, programme_url
from audiokit.studio import Studio, open_studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.kept import KeptProgramme, Placed, Recording
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
        digest = studio.clips.keep(ME, b"RIFF", "audio/wav", "programme")
        mark = Placed(line_id=begun.lines[0].id, start_s=0.0, end_s=2.0)
        recording = Recording(
            clip_digest=digest, media_type="audio/wav", duration_s=2.0, peaks=(), marks=(mark,), of="x"
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


def test_one_without_a_recording_is_no_file_yet(studio: Studio, web: TestClient) -> None:
    answer = web.get(programme_url(studio.signer, ME, programme(studio, is_made=False).id, "mp3"))
    assert answer.status_code == 404
    assert "no recording yet" in answer.json()["error"]["message"]


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
