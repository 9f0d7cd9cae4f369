from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.audio.clip import Clip
from audiokit.audio.voice.baseline import Differences
from audiokit.audio.voice.prosody import prosody
from audiokit.catalog.models import Tier
from audiokit.sentiment.agreement import agreement, changed, is_strong, why
from audiokit.sentiment.escalating import needs_second
from audiokit.sentiment.readings import Agreement, Confidence, Measured, Readings, VoiceReading, WordsReading
from audiokit.sentiment.tone import Family, Tone

NOTHING = Differences(**dict.fromkeys(field.name for field in fields(Differences)))
PROSODY = prosody(Clip(np.zeros((0, 1), np.float32), 8_000))
SURE = st.sampled_from([Confidence.MEDIUM, Confidence.HIGH])
SCALE = st.one_of(st.none(), st.floats(-1, 1))


def words(sentiment: float | None, confidence: Confidence = Confidence.MEDIUM) -> WordsReading:
    return WordsReading(sentiment=sentiment, confidence=confidence, reason="made up")


def voice(
    tone: Tone = Tone.CANNOT_TELL,
    sentiment: float | None = None,
    arousal: float | None = None,
    confidence: Confidence = Confidence.MEDIUM,
) -> VoiceReading:
    return VoiceReading(tone=tone, sentiment=sentiment, arousal=arousal, confidence=confidence, reason="made up")


def activated(activation: float | None) -> Measured:
    return Measured(prosody=PROSODY, brightness_db=None, differences=NOTHING, activation=activation)


def of(
    said: float | None = None, heard: float | None = None, arousal: float | None = None, activation: float | None = None
) -> Readings:
    return Readings(words=words(said), first=voice(sentiment=heard, arousal=arousal), measured=activated(activation))


ANY_READINGS = st.builds(
    Readings,
    words=st.one_of(st.none(), st.builds(words, SCALE, SURE)),
    first=st.one_of(st.none(), st.builds(voice, st.sampled_from(Tone), SCALE, SCALE, SURE)),
    measured=st.one_of(st.none(), st.builds(activated, st.one_of(st.none(), st.floats(-6, 6)))),
)


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        (of(0.6, 0.5), Agreement.ALIGNED),
        (of(-0.4, -0.7), Agreement.ALIGNED),
        (of(0.1, -0.1), Agreement.ALIGNED),  # both are even
        (of(0.6, -0.3), Agreement.CONTRASTING),
        (of(-0.3, 0.3), Agreement.CONTRASTING),
        (of(0.9, -0.1), Agreement.CONTRASTING),  # a unit apart
        (of(0.7, 0.1), Agreement.NOT_ENOUGH),  # neither one nor the other
        (of(0.3, 0.3, arousal=-0.5, activation=2.0), Agreement.CONTRASTING),
        (of(None, 0.3, arousal=0.6, activation=2.0), Agreement.NOT_ENOUGH),  # the model was told the measures
        (of(0.6, activation=1.2), Agreement.ALIGNED),
        (of(0.6, activation=-1.8), Agreement.CONTRASTING),
        (of(-0.6, activation=-1.8), Agreement.NOT_ENOUGH),  # sadness is calm
        (of(0.6, 0.5, activation=-1.8), Agreement.ALIGNED),  # the voice itself says that it is pleasant
        (of(0.2, activation=3.0), Agreement.NOT_ENOUGH),
        (Readings(), Agreement.NOT_ENOUGH),
    ],
)
def test_the_rule_is_the_one_that_is_written_down(readings: Readings, expected: Agreement) -> None:
    assert agreement(readings) is expected


@pytest.mark.parametrize("tone", Tone)
def test_a_tone_without_a_figure_stands_for_its_family(tone: Tone) -> None:
    found = agreement(Readings(words=words(0.5), first=voice(tone)))

    assert (
        found
        is {
            Family.BRIGHT: Agreement.ALIGNED,
            Family.WARM: Agreement.ALIGNED,
            Family.EVEN: Agreement.ALIGNED,
            Family.LOW: Agreement.CONTRASTING,
            Family.HEATED: Agreement.CONTRASTING,
            Family.UNKNOWN: Agreement.NOT_ENOUGH,
        }[tone.family]
    )


def test_the_second_opinion_is_the_one_that_counts() -> None:
    readings = replace(of(0.6, -0.6), second=voice(Tone.WARM, 0.5))

    assert agreement(readings) is Agreement.ALIGNED


@given(ANY_READINGS)
def test_it_takes_two_readings_to_say_anything(readings: Readings) -> None:
    alone = (Readings(words=readings.words), Readings(first=readings.first), Readings(measured=readings.measured))

    assert {agreement(one) for one in alone} == {Agreement.NOT_ENOUGH}


@given(ANY_READINGS)
def test_a_reading_of_low_confidence_is_no_evidence(readings: Readings) -> None:
    unsure = replace(
        readings,
        words=readings.words and replace(readings.words, confidence=Confidence.LOW),
        first=readings.first and replace(readings.first, confidence=Confidence.LOW),
    )

    assert agreement(unsure) is Agreement.NOT_ENOUGH


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_good_and_bad_are_treated_alike_where_words_and_voice_are_compared(said: float, heard: float) -> None:
    assert agreement(of(said, heard)) is agreement(of(-said, -heard)) is agreement(of(heard, said))


@given(st.floats(0, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_a_voice_farther_from_the_words_never_agrees_better(said: float, one: float, other: float) -> None:
    order = [Agreement.ALIGNED, Agreement.NOT_ENOUGH, Agreement.CONTRASTING]
    below = sorted((heard for heard in (one, other) if heard <= said), reverse=True)

    found = [order.index(agreement(of(said, heard))) for heard in below]

    assert found == sorted(found)


@given(ANY_READINGS)
def test_the_sentence_goes_with_the_verdict(readings: Readings) -> None:
    assert (why(readings).startswith("There is not enough")) == (agreement(readings) is Agreement.NOT_ENOUGH)
    assert why(readings).endswith(".")


def test_the_sentence_of_a_contrast_names_both_sides() -> None:
    assert why(Readings(words=words(0.7), first=voice(Tone.IRRITATED, -0.4))) == (
        "The words are very positive and the voice sounds irritated."
    )
    assert why(of(0.3, 0.3, arousal=-0.5, activation=2.0)) == (
        "The voice sounded calm to the model; measured, it is far more excited than usual."
    )


@given(ANY_READINGS)
def test_what_contrasts_or_is_strong_needs_a_second_opinion_once(readings: Readings) -> None:
    is_worth_it = agreement(readings) is Agreement.CONTRASTING or is_strong(readings)

    assert needs_second(readings) == is_worth_it
    assert not needs_second(replace(readings, second=voice(Tone.CALM)))


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        (of(0.6), True),
        (of(0.5, 0.5, arousal=0.5, activation=1.9), False),
        (of(heard=-0.8), True),
        (of(arousal=-0.7), True),
        (of(activation=-2.1), True),
        (Readings(words=words(0.9, Confidence.LOW)), False),
        (Readings(), False),
    ],
)
def test_strong_is_what_is_far_from_the_middle(readings: Readings, expected: bool) -> None:
    assert is_strong(readings) is expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (voice(Tone.CHEERFUL, 0.5), voice(Tone.EXCITED, 0.6), False),  # one family
        (voice(Tone.CHEERFUL, 0.5), voice(Tone.TENSE, 0.3), True),
        (voice(Tone.CANNOT_TELL), voice(Tone.CALM, 0.2), True),
        (voice(Tone.NEUTRAL, -0.2), voice(Tone.NEUTRAL, 0.4), True),
        (voice(Tone.NEUTRAL, 0.0, -0.4), voice(Tone.NEUTRAL, 0.1, 0.5), True),
        (voice(Tone.NEUTRAL, None, None), voice(Tone.NEUTRAL, 0.1, 0.5), False),
    ],
)
def test_a_second_opinion_that_is_another_one(first: VoiceReading, second: VoiceReading, expected: bool) -> None:
    assert changed(first, replace(second, tier=Tier.FULL)) is expected
    assert changed(second, first) is expected
