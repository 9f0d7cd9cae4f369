from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planted import segment

from audiokit.sentiment.kept import KeptSegment
from audiokit.sentiment.moments import moments
from audiokit.sentiment.readings import Confidence, Correction, VoiceReading
from audiokit.sentiment.stretches import Stretch
from audiokit.sentiment.talk import silence, talk
from audiokit.sentiment.timeline import arc, strip
from audiokit.sentiment.tone import Tone
from audiokit.sentiment.whole import Kind

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def spoken(*stretches: tuple[float, float, int, str], sentiments: Sequence[float | None] = ()) -> list[KeptSegment]:
    return [
        segment(
            index,
            Stretch(start_s=start_s, end_s=end_s, speaker=speaker, text=text),
            None,
            sentiments[index] if sentiments else None,
        )
        for index, (start_s, end_s, speaker, text) in enumerate(stretches)
    ]


def sounding(one: KeptSegment, tone: Tone, sentiment: float | None = None, arousal: float | None = None) -> KeptSegment:
    reading = VoiceReading(
        tone=tone, sentiment=sentiment, arousal=arousal, confidence=Confidence.HIGH, reason="made up"
    )
    return replace(one, readings=replace(one.readings, first=reading))


CALL = spoken(
    (0.5, 3.0, 1, "Good morning, how can I help you?"),
    (3.4, 8.0, 2, "My order never came. Where is it? Nobody answers me!"),
    (8.2, 9.0, 2, "It has been weeks."),
    (8.6, 14.0, 1, "I am sorry to hear that, let me have a look."),
    (10.0, 10.4, 2, "Yes."),
    (30.0, 40.0, 1, "I found it."),
)


def test_an_arc_has_a_point_for_each_segment_of_one_speaker_in_order_of_time() -> None:
    told = [replace(one, readings=replace(one.readings, words=None)) for one in CALL]
    told[1] = sounding(told[1], Tone.ANGRY, -0.6, 0.7)

    points = arc(list(reversed(told)), 2)

    assert [point.at_s for point in points] == pytest.approx([5.7, 8.6, 10.2])
    assert [(point.sentiment, point.arousal, point.activation) for point in points] == [
        (None, 0.7, None),
        (None, None, None),
        (None, None, None),
    ]
    assert len(arc(told)) == len(told)


def test_a_persons_correction_is_what_an_arc_and_a_strip_show() -> None:
    one = sounding(spoken((0, 4, 1, "Great."), sentiments=[0.8])[0], Tone.CHEERFUL, 0.5)
    corrected = replace(
        one, readings=replace(one.readings, correction=Correction(sentiment=-0.5, tone=Tone.IRRITATED, at=NOW))
    )

    assert [point.sentiment for point in arc([one, corrected], 1)] == [0.8, -0.5]
    assert strip([corrected]) == ((0, 4, "irritated"),)


def test_neighbours_of_one_tone_are_one_piece_of_the_strip() -> None:
    tones = [Tone.CALM, Tone.CALM, Tone.TENSE, Tone.CALM, Tone.CALM]
    places = [(0, 4), (5, 9), (9, 12), (12, 14), (20, 22)]
    segments = [
        sounding(one, tone)
        for one, tone in zip(spoken(*((start, end, 1, "") for start, end in places)), tones, strict=True)
    ]

    assert strip(segments) == ((0, 9, "calm"), (9, 12, "tense"), (12, 14, "calm"), (20, 22, "calm"))
    assert strip([]) == ()


@given(st.lists(st.tuples(st.floats(0.1, 20), st.floats(0, 10), st.sampled_from(Tone)), max_size=300))
def test_a_strip_is_short_in_order_and_lies_within_the_segments(pieces: list[tuple[float, float, Tone]]) -> None:
    segments, at_s = [], 0.0
    for length_s, pause_s, tone in pieces:
        segments.append(sounding(spoken((at_s, at_s + length_s, 1, ""))[0], tone))
        at_s += length_s + pause_s

    found = strip(segments)

    assert len(found) <= 120
    assert [edge for start_s, end_s, _ in found for edge in (start_s, end_s)] == sorted(
        edge for start_s, end_s, _ in found for edge in (start_s, end_s)
    )
    assert not segments or (found[0][0], found[-1][1]) == pytest.approx((segments[0].start_s, segments[-1].end_s))


def test_who_talked_how_much_how_fast_and_over_whom() -> None:
    agent, customer = talk(CALL, 45.0)

    assert (agent.speaker, customer.speaker) == (1, 2)
    assert agent.speaking_s == pytest.approx(2.5 + 5.4 + 10)
    assert agent.share + customer.share == pytest.approx(1)
    assert (agent.n_turns, customer.n_turns) == (3, 2)
    assert (agent.n_words, customer.n_words) == (7 + 11 + 3, 10 + 4 + 1)
    assert customer.words_per_minute == pytest.approx(60 * 15 / 5.8)
    assert (agent.n_interruptions, customer.n_interruptions) == (1, 0)  # "Yes." takes nobody's word
    assert (agent.n_questions, customer.n_questions) == (1, 1)
    assert (agent.longest_s, agent.longest_at_s) == pytest.approx((10, 30))
    assert customer.longest_s == pytest.approx(5.6)
    assert customer.patience_s == pytest.approx(0.2)


def test_without_words_there_is_no_count_of_words() -> None:
    (alone,) = talk(spoken((0, 4, 1, ""), (6, 12, 1, "")), 12)

    assert (alone.n_words, alone.words_per_minute, alone.n_questions, alone.patience_s) == (None, None, None, None)
    assert (alone.n_turns, alone.share, alone.longest_s) == (1, 1, 12)
    assert talk([], 12) == ()


def test_silence_is_when_nobody_speaks() -> None:
    found = silence(CALL, 45.0)

    assert found.total_s == pytest.approx(0.5 + 0.4 + 0.2 + 16 + 5)
    assert found.share == pytest.approx(22.1 / 45)
    assert found.n_long == 2
    assert found.longest_s == pytest.approx(16)
    assert silence([], 8).share == 1
    assert silence([], 0).share == 0


def test_moments_say_why_they_are_worth_it() -> None:
    segments = [
        sounding(spoken((0, 4, 1, "Thanks a lot."), sentiments=[0.7])[0], Tone.IRRITATED, -0.5, 0.2),
        *spoken((10, 14, 1, "I hate it."), (15, 19, 1, "It is a table."), sentiments=[-0.8, 0.0]),
    ]
    segments = [replace(one, id=f"s{index}") for index, one in enumerate(segments)]

    found = moments(segments, 20.0)

    assert [(one.kind, one.start_s, one.end_s, one.segment_ids) for one in found] == [
        (Kind.CONTRAST, 0, 4, ("s0",)),
        (Kind.SILENCE, 4, 10, ("s0", "s1")),
        (Kind.STRONG, 10, 14, ("s1",)),
    ]
    assert [one.sentence for one in found] == [
        "The words are very positive and the voice sounds irritated.",
        "Nobody speaks for 6 seconds.",
        "The words are very negative.",
    ]


def test_of_each_kind_there_are_five_moments_at_most_the_largest() -> None:
    sentiments = [0.61 + 0.01 * index for index in range(20)]
    places = [(20.0 * index, 20.0 * index + 4, 1, "Good.") for index in range(20)]

    found = moments(spoken(*places, sentiments=sentiments), 400.0)

    strong = [one.start_s for one in found if one.kind is Kind.STRONG]
    assert strong == [300, 320, 340, 360, 380]
    assert sum(one.kind is Kind.SILENCE for one in found) == 5


def test_a_turning_is_a_moment_with_its_segment() -> None:
    places = [(4.0 * index, 4.0 * index + 3, 1, "Well.") for index in range(12)]

    found = moments(spoken(*places, sentiments=[0.5] * 6 + [-0.5] * 6), 60.0)

    assert [(one.kind, one.start_s, one.segment_ids) for one in found] == [(Kind.TURNING, 24.0, ("s6",))]


def test_an_empty_recording_has_no_moments() -> None:
    assert moments([], 0.0) == ()
