"""A batch that meets its limit, or a model that fails, in a real worker: what it says, and what going on costs then."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from analyses import ME, Models, a_recording, look_until, on_loopback
from programmes import opened

from audiokit.sentiment.kept import Batch, Progress
from audiokit.studio import Studio

FILES = [("one.wav", a_recording()), ("two.wav", a_recording())]
RESTING = frozenset({Progress.DONE, Progress.FAILED, Progress.PAUSED})


@pytest.fixture(scope="module")
def models() -> Models:
    return Models()


@pytest.fixture(scope="module")
def studio(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with on_loopback(models) as address:
        settings = {
            "AUDIOKIT_ENGINE": "openai",
            "OPENAI_BASE_URL": address,
            "OPENAI_API_KEY": "made-up",
            "AUDIOKIT_MODELS": json.dumps({"transcribe": "whisper-1"}),
            "AUDIOKIT_MAX_RETRIES": "0",
        }
        with opened(tmp_path_factory.mktemp("money"), settings) as studio:
            yield studio


def states(batch: Batch) -> set[Progress]:
    return {one.state for one in batch.recordings}


def test_a_limit_pauses_the_whole_batch_with_a_sentence_and_raising_it_goes_on(studio: Studio, models: Models) -> None:
    making = studio.sentiment.making
    batch = studio.sentiment.gathering.begin(ME, FILES)
    quoted = making.quote(ME, batch.id)
    assert quoted.low_nanousd
    making.start(ME, batch.id, cap_nanousd=quoted.low_nanousd // 2)
    paused = look_until(studio.sentiment, batch, lambda batch: states(batch) <= RESTING)
    assert states(paused) == {Progress.PAUSED}
    assert all("Raise the limit and go on" in (one.trouble or "") for one in paused.recordings)
    assert paused.money.spent_nanousd <= (paused.money.cap_nanousd or 0)
    heard = models.n_asked("transcriptions")

    making.go_on(ME, batch.id, cap_nanousd=10**10)
    done = look_until(studio.sentiment, batch, lambda batch: states(batch) <= RESTING)

    assert states(done) == {Progress.DONE}
    assert models.n_asked("transcriptions") == 2 >= heard
    spent = [studio.ledger.of_conversation(one.id) for one in done.recordings]
    assert done.money.spent_nanousd == sum(entry.cost_nanousd or 0 for entries in spent for entry in entries)
    assert done.money.high_nanousd is not None
    assert 0 < done.money.spent_nanousd <= done.money.high_nanousd


def test_one_step_that_fails_leaves_the_rest_done_and_only_that_is_tried_again(studio: Studio, models: Models) -> None:
    making = studio.sentiment.making
    batch = studio.sentiment.gathering.begin(ME, FILES[:1])
    models.refusing["sum_up"] = 400
    making.start(ME, batch.id)
    failed = look_until(studio.sentiment, batch, lambda batch: states(batch) <= RESTING).recordings[0]
    assert failed.state is Progress.FAILED
    assert (failed.trouble or "").startswith("1 of ")
    kept = studio.sentiment.library.recording(ME, failed.id)
    assert all(segment.readings.words and segment.readings.voice for segment in kept.segments)
    models.refusing.clear()
    asked = models.asked.copy()

    making.retry(ME, batch.id)
    done = look_until(studio.sentiment, batch, lambda batch: states(batch) <= RESTING).recordings[0]

    assert (done.state, done.trouble) == (Progress.DONE, None)
    assert {name.split()[0] for name in models.asked - asked} == {"sum_up"}
