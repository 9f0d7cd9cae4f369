"""Recordings analysed by a real worker process, with the offline engine, and with a worker that dies on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from analyses import ME, a_worker, look_until
from real import real_file

from audiokit.errors import InputError
from audiokit.sentiment.kept import Batch, Progress
from audiokit.sentiment.tone import Tone
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio

pytestmark = pytest.mark.real
CARDS = "speech/cmusphinx__pocketsphinx/test__data__cards__00{}.wav"
RESTING = frozenset({Progress.DONE, Progress.FAILED, Progress.PAUSED})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pocketsphinx")
    return tmp_path_factory.mktemp("analysing")


@pytest.fixture(scope="module")
def studio(folder: Path) -> Iterator[Studio]:
    patch = pytest.MonkeyPatch()
    patch.setenv("AUDIOKIT_ENGINE", "offline")
    patch.setenv("AUDIOKIT_DATA_DIR", str(folder))
    opened = open_studio(Settings.read())
    opened.person()
    yield opened
    opened.close()
    patch.undo()


def is_resting(batch: Batch) -> bool:
    return all(one.state in RESTING for one in batch.recordings)


def has_been_heard(batch: Batch) -> bool:
    return any(one.state in {Progress.READING, Progress.DONE} for one in batch.recordings)


@pytest.fixture(scope="module")
def done(studio: Studio, folder: Path) -> Batch:
    """Two short recordings and a broken one; the first worker is killed once one of them has been written down."""
    files = [(f"{number}.wav", real_file(CARDS.format(number)).read_bytes()) for number in (1, 4)]
    batch = studio.sentiment.gathering.begin(
        ME, [files[0], ("broken.mp3", b"ID3 and nothing else"), files[1]], title="Cards"
    )
    with a_worker(folder) as worker:
        studio.sentiment.making.start(ME, batch.id)
        look_until(studio.sentiment, batch, has_been_heard)
        worker.kill()
    with a_worker(folder):
        return look_until(studio.sentiment, batch, is_resting)


def test_a_worker_that_is_killed_costs_no_recording_and_nothing_is_paid_twice(studio: Studio, done: Batch) -> None:
    first, broken, last = done.recordings
    assert [one.state for one in (first, broken, last)] == [Progress.DONE, Progress.FAILED, Progress.DONE]
    assert "No sound could be read" in (broken.trouble or "")
    heard = [kind for one in (first, last) for kind in kinds_of(studio, one.id)]
    assert Counter(heard)["transcribe"] in {2, 3}, "the one that was being written down when the worker died, again"
    for one in (first, last):
        asked = Counter(entry.turn_id for entry in studio.ledger.of_conversation(one.id) if entry.turn_id)
        assert all(n <= 2 for n in asked.values()), "once, or twice where it was under way just then"


def kinds_of(studio: Studio, recording_id: str) -> list[str]:
    return [entry.kind for entry in studio.ledger.of_conversation(recording_id)]


def test_each_has_its_words_its_measures_and_readings_that_claim_no_more_than_is_known(
    studio: Studio, done: Batch
) -> None:
    recording = studio.sentiment.library.recording(ME, done.recordings[0].id)
    assert "clubs" in " ".join(segment.text for segment in recording.segments)
    assert recording.speakers[0].is_assumed
    assert "audiokit-offline writes it down" in (recording.plan or "")
    for segment in recording.segments:
        assert segment.end_s <= (recording.duration_s or 0)
        assert segment.readings.measured is not None
        assert segment.readings.tone is Tone.CANNOT_TELL, "the offline engine names none"
    assert recording.whole is not None
    ids = {segment.id for segment in recording.segments}
    assert {id_ for cited in recording.whole.summary for id_ in cited.segment_ids} <= ids


def test_what_is_done_is_not_begun_again_and_what_failed_says_so_again(
    studio: Studio, done: Batch, folder: Path
) -> None:
    making = studio.sentiment.making
    with pytest.raises(InputError, match="nothing left"):
        making.start(ME, done.id)
    calls = [len(studio.ledger.of_conversation(one.id)) for one in done.recordings]
    with a_worker(folder):
        tried = making.retry(ME, done.id)
        assert [one.state for one in tried.recordings] == [Progress.DONE, Progress.WAITING, Progress.DONE]
        after = look_until(studio.sentiment, done, is_resting)
    assert [one.state for one in after.recordings] == [one.state for one in done.recordings]
    assert after.recordings[1].trouble == done.recordings[1].trouble
    assert [len(studio.ledger.of_conversation(one.id)) for one in done.recordings] == calls


def test_a_batch_that_is_paused_goes_on_and_one_that_is_cancelled_can_begin_again(studio: Studio, folder: Path) -> None:
    making, files = studio.sentiment.making, [("4.wav", real_file(CARDS.format(4)).read_bytes())]
    batch = studio.sentiment.gathering.begin(ME, files)
    making.start(ME, batch.id)
    _, going = making.look(ME, batch.id)
    assert going is not None
    assert (going.is_waiting, going.done, going.total) == (True, 0, 1)
    assert [one.state for one in making.pause(ME, batch.id).recordings] == [Progress.PAUSED]
    assert making.look(ME, batch.id)[1] is None
    assert [one.state for one in making.go_on(ME, batch.id).recordings] == [Progress.WAITING]
    assert making.look(ME, batch.id)[1] is not None
    making.cancel(ME, batch.id)
    assert making.look(ME, batch.id)[1] is None
    making.start(ME, batch.id)
    with a_worker(folder):
        over = look_until(studio.sentiment, batch, is_resting)
    assert [one.state for one in over.recordings] == [Progress.DONE]
    assert kinds_of(studio, over.recordings[0].id).count("transcribe") == 1
