"""Analyses at signed addresses: the file that was asked for, and nothing for anybody else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from clips import silence
from felt import DURATION_S, analysed
from starlette.applications import Starlette
from starlette.testclient import TestClient
from voices import voice

from audiokit.api.sentiment import sentiment_routes
from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.people.addresses import Signer, analysis_url, batch_url, export_url
from audiokit.sentiment.exporting.choosing import key_of
from audiokit.sentiment.kept import KeptRecording
from audiokit.studio import Studio, open_studio

ME = "local"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path_factory.mktemp("analyses")))
        opened = open_studio()
        opened.person()
        yield opened
        opened.close()


def spoken() -> bytes:
    """As much sound as lies under what is said."""
    one = np.concatenate([voice(150.0, seconds=1.5) * np.hanning(36_000)[:, None], silence(seconds=1.0)])
    return to_wav(Clip(np.tile(one, (round(DURATION_S / 2.5), 1)).astype(np.float32), 24_000))


@pytest.fixture(scope="module")
def recording(studio: Studio) -> KeptRecording:
    batch = studio.sentiment.gathering.begin(ME, [("Çay & talk.wav", spoken())], title="Talks")
    return analysed(studio, ME, batch.recordings[0].id)


@pytest.fixture
def web(studio: Studio) -> TestClient:
    return TestClient(Starlette(routes=sentiment_routes(lambda: studio)))


def test_a_recording_is_had_in_the_format_of_its_address_and_is_kept_nowhere(
    studio: Studio, web: TestClient, recording: KeptRecording
) -> None:
    answer = web.get(analysis_url(studio.signer, ME, recording.id, "srt"))
    assert answer.status_code == 200
    assert "%C3%87ay%20%26%20talk.srt" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert "Nobody could tell me" in answer.text


def test_a_reel_holds_the_moments_of_its_address_and_one_without_any_is_a_sentence(
    studio: Studio, web: TestClient, recording: KeptRecording
) -> None:
    moments = [key_of(one) for one in recording.whole.moments] if recording.whole else []
    assert len(moments) > 1
    whole = web.get(analysis_url(studio.signer, ME, recording.id, "reel"))
    first = web.get(analysis_url(studio.signer, ME, recording.id, "reel", moments=moments[:1]))
    gone = web.get(analysis_url(studio.signer, ME, recording.id, "reel", moments=["strong@1"]))
    assert whole.headers["content-type"] == "audio/mpeg"
    assert 0 < len(first.content) < len(whole.content)
    assert (gone.status_code, "no moment to hear" in gone.json()["error"]["message"]) == (400, True)


def test_a_batch_is_had_in_one_file(studio: Studio, web: TestClient, recording: KeptRecording) -> None:
    answer = web.get(batch_url(studio.signer, ME, recording.batch_id, "csv"))
    assert 'filename="Talks.csv"' in answer.headers["content-disposition"]
    assert "Nobody could tell me" in answer.text


def test_somebody_elses_recording_is_none(studio: Studio, web: TestClient, recording: KeptRecording) -> None:
    assert web.get(analysis_url(studio.signer, "somebody", recording.id, "json")).status_code == 404
    assert web.get(batch_url(studio.signer, "somebody", recording.batch_id, "json")).status_code == 404
    assert web.get(analysis_url(studio.signer, ME, recording.id, "exe")).status_code == 404


def test_an_address_that_is_forged_expired_or_for_something_else_opens_nothing(
    studio: Studio, web: TestClient, recording: KeptRecording
) -> None:
    other = export_url(studio.signer, ME, recording.id).replace("/api/export/", "/api/analysis/")
    late = analysis_url(studio.signer, ME, recording.id, "json", lifetime_s=-1)
    forged = analysis_url(Signer(b"x" * 32), ME, recording.id, "json")
    assert [web.get(address).status_code for address in (other, late, forged)] == [403, 403, 403]
