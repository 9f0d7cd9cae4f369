from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from planted import Manner, planted, segment

from audiokit.catalog.models import Tier
from audiokit.offline.engine import Engine
from audiokit.offline.voices import VOICES
from audiokit.sentiment.kept import KeptSegment
from audiokit.sentiment.readings import Confidence, VoiceReading
from audiokit.sentiment.stretches import Stretch
from audiokit.sentiment.tone import Tone
from audiokit.sentiment.turning import turnings

FLAT = tuple(VOICES)[:10]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def told(sentiments: Sequence[float | None], *, speakers: Sequence[int] = (1,)) -> list[KeptSegment]:
    """Segments of 4 s, one after another, of which only the words were read; speakers take turns."""
    return [
        segment(
            index,
            Stretch(start_s=4.0 * index, end_s=4.0 * index + 3.5, speaker=speakers[index % len(speakers)]),
            None,
            sentiment,
        )
        for index, sentiment in enumerate(sentiments)
    ]


@pytest.mark.parametrize("voice", FLAT)
def test_in_a_recording_in_which_nothing_changes_no_turning_is_invented(engine: Engine, voice: str) -> None:
    number = FLAT.index(voice)
    recording = planted(engine, voice, {}, n=14, first=3 * number, pause_s=0.4 + 0.05 * number)
    random = np.random.default_rng(100 + number)
    segments = [
        replace(
            one, readings=replace(one.readings, words=replace(one.readings.words, sentiment=random.normal(0.1, 0.2)))
        )
        for one in recording.segments()
        if one.readings.words
    ]

    assert len(segments) == 14
    assert turnings(segments) == ()


@pytest.mark.parametrize("voice", ["alloy", "echo", "shimmer"])
def test_each_planted_change_is_found_within_a_second_and_no_other(engine: Engine, voice: str) -> None:
    sad = Manner(semitones=3, gain_db=-6, speed=1.3, sentiment=-0.5)
    manners = {
        0: Manner(sentiment=0.4),
        5: Manner(semitones=3, sentiment=0.4),
        10: Manner(semitones=3, gain_db=-6, sentiment=0.4),
        14: Manner(semitones=3, gain_db=-6, speed=1.3, sentiment=0.4),
        18: sad,
    }
    recording = planted(engine, voice, manners, n=22)

    found = turnings(recording.segments())

    assert [turning.at_s for turning in found] == pytest.approx(recording.changes_s[1:], abs=1.0)
    assert [turning.by for turning in found] == ["measured", "measured", "measured", "words"]
    assert [turning.size > 0 for turning in found] == [True, False, True, False]
    assert all(
        words in turning.sentence
        for turning, words in zip(
            found, ["3 semitones higher", "6 dB softer", "% faster", "more negative"], strict=True
        )
    )
    assert {turning.speaker for turning in found} == {1}


def test_what_changes_and_changes_back_turns_twice(engine: Engine) -> None:
    recording = planted(engine, "nova", {5: Manner(semitones=4, gain_db=6), 10: Manner()}, n=15)

    found = turnings(recording.segments())

    assert [turning.at_s for turning in found] == pytest.approx(recording.changes_s, abs=1.0)
    assert "louder" in found[0].sentence  # what changes at once is one turning
    assert "higher" in found[0].sentence
    assert "softer" in found[1].sentence
    assert "lower" in found[1].sentence


def test_a_change_that_all_speakers_share_is_told_once() -> None:
    found = turnings(told([0.5] * 10 + [-0.5] * 10, speakers=(1, 2)))

    assert [(turning.at_s, turning.speaker, turning.by, turning.size) for turning in found] == [
        (40.0, None, "words", -1.0)
    ]
    assert found[0].sentence == "From here on the words are more negative than before."


def test_a_change_of_one_speaker_is_theirs() -> None:
    sentiments = [0.5, 0.6] * 6 + [-0.6, 0.6] * 6

    found = turnings(told(sentiments, speakers=(1, 2)))

    assert [(turning.at_s, turning.speaker) for turning in found if turning.speaker] == [(48.0, 1)]


def test_segments_of_which_nothing_is_known_are_passed_over() -> None:
    sentiments: list[float | None] = [0.5, None] * 5 + [None] * 3 + [-0.4, None] * 5

    found = turnings(told(sentiments))

    assert [turning.at_s for turning in found] == [4.0 * 13]
    assert turnings(told([None] * 20)) == turnings([]) == ()


def test_the_voice_as_a_model_heard_it_turns_too() -> None:
    segments = [
        replace(
            one,
            readings=replace(
                one.readings,
                first=VoiceReading(
                    tone=Tone.CALM if index < 8 else Tone.EXCITED,
                    sentiment=0.1,
                    arousal=-0.3 if index < 8 else 0.5,
                    confidence=Confidence.MEDIUM,
                    reason="as planted",
                    tier=Tier.MINI,
                ),
            ),
        )
        for index, one in enumerate(told([0.1] * 16))
    ]

    found = turnings(segments)

    assert [(turning.at_s, turning.by, turning.size) for turning in found] == [(32.0, "voice", 0.8)]
    assert found[0].sentence == "From here on the voice is more excited than before."


def test_hours_that_keep_turning_tell_the_twelve_largest() -> None:
    found = turnings(told([0.6 if index // 5 % 2 else -0.6 for index in range(200)]))

    assert len(found) == 12
    assert [turning.at_s for turning in found] == sorted(turning.at_s for turning in found)
