"""Voices of an evaluation, read by a scripted model that hears anger everywhere; and by one that refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from analyses import ME, Desk, open_desk
from voices import voice

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.catalog.models import Tier
from audiokit.errors import KeyRefused
from audiokit.sentiment.asked import Asked
from audiokit.sentiment.evaluation import Listened, by_voice, listened, with_voices
from audiokit.sentiment.labels import labelled_in
from audiokit.sentiment.till import CALLS_AT_ONCE
from audiokit.speech.requests import Caller

EMOTIONS = ("01", "03", "04", "05", "05", "06", "07")  # neutral, happy, sad, angry twice, fearful, disgusted


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "desk") as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Listened, ...]:
    folder = tmp_path_factory.mktemp("acted")
    for number, emotion in enumerate(EMOTIONS):
        path = folder / f"03-01-{emotion}-01-0{1 + number % 2}-01-01.wav"
        path.write_bytes(to_wav(Clip(voice(120.0 + 10 * number, seconds=1.0), 24_000)))
    found, troubles = listened(labelled_in(folder))
    assert (len(found), troubles) == (len(EMOTIONS), ())
    return found


def asked(desk: Desk) -> Asked:
    return Asked(places=desk.workshop.places, caller=Caller(person_id=ME, page="sentiment_analysis"))


def test_tones_are_counted_by_family_and_figures_by_what_was_acted(desk: Desk, files: tuple[Listened, ...]) -> None:
    read, troubles = with_voices(files, asked(desk), Tier.MINI)
    found = by_voice(read)

    assert (len(read), troubles) == (len(files), ())
    rows = dict(zip(found.confusion.rows, found.confusion.counts, strict=True))
    heated = found.confusion.columns.index("heated")
    assert {emotion: counts[heated] for emotion, counts in rows.items()} == {
        "neutral": 1,
        "happy": 1,
        "sad": 1,
        "angry": 2,
        "fearful": 1,
        "disgusted": 1,
    }
    assert (found.n_right, found.n_told, found.n_cannot_tell) == (3, 6, 0), "disgust has no family, and does not count"
    assert (found.excited.value, found.excited.n_yes, found.excited.n_no) == (0.5, 4, 2), "one figure for all is chance"


def test_a_key_that_is_refused_ends_it_and_a_refusal_of_one_file_does_not(
    desk: Desk, files: tuple[Listened, ...]
) -> None:
    desk.models.refusing["judge_voice"] = 401
    with pytest.raises(KeyRefused):
        with_voices(files * 5, asked(desk), Tier.MINI)
    assert desk.models.n_asked("judge_voice") <= 2 * CALLS_AT_ONCE, "nobody else is asked once it is known"

    desk.models.refusing["judge_voice"] = 400
    read, troubles = with_voices(files, asked(desk), Tier.MINI)
    assert [trouble.split(":")[0] for trouble in troubles] == [one.labelled.path.name for one in files]
    assert all(one.voice is None for one in read)
    assert by_voice(read).excited.value is None
