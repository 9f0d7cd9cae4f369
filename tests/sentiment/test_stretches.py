"""What was heard is cut into stretches: one speaker each, no word lost or cut, at ends of sentences and in pauses."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from audiokit.audio.measuring.activity import Segment
from audiokit.sentiment.heard import HeardPart, HeardWord
from audiokit.sentiment.stretches import LONGEST_S, SHORTEST_S, stretches_of

Said = list[tuple[str, float, float]]


def heard(*words: HeardWord) -> HeardPart:
    is_told = any(word.speaker for word in words)
    return HeardPart(words=words, language="en", model="m", tells_speakers=is_told)


def said(text: str, *, at_s: float = 0.0, speaker: int | None = None, word_s: float = 0.4) -> list[HeardWord]:
    """Words without pauses between them."""
    words = text.split()
    return [
        HeardWord(word, round(at_s + n * word_s, 3), round(at_s + (n + 1) * word_s, 3), speaker)
        for n, word in enumerate(words)
    ]


def times_of(*words: HeardWord, spans: tuple[Segment, ...] = ()) -> list[tuple[float, float]]:
    return [(stretch.start_s, stretch.end_s) for stretch in stretches_of(heard(*words), spans)]


def test_a_stretch_ends_with_its_sentence() -> None:
    words = said("This is the first sentence of all. And here we have the second one!") + said(
        "“Is this the third of them?” Yes it certainly is that.", at_s=5.6
    )

    assert [stretch.text for stretch in stretches_of(heard(*words), ())] == [
        "This is the first sentence of all.",
        "And here we have the second one!",
        "“Is this the third of them?”",
        "Yes it certainly is that.",
    ]


def test_without_punctuation_a_stretch_ends_in_a_pause() -> None:
    words = [*said("one two three four five six"), *said("seven eight nine ten eleven twelve", at_s=3.0)]

    assert times_of(*words) == [(0.0, 2.4), (3.0, 5.4)]


def test_a_pause_counts_that_the_times_of_words_hide() -> None:
    """As they do in Whisper's: a word lasts until the next one begins."""
    words = [*said("one two three four five"), HeardWord("six", 2.0, 4.0), *said("seven eight nine ten a b", at_s=4.0)]
    spans = (Segment(0.0, 2.6), Segment(3.9, 7.0))

    assert times_of(*words) == [(0.0, 6.4)]
    assert times_of(*words, spans=spans) == [(0.0, 4.0), (4.0, 6.4)]


def test_short_sentences_stand_together_unless_a_long_pause_parts_them() -> None:
    words = [*said("Oh. Well. Yes."), *said("I see.", at_s=1.5), *said("And that is all there is.", at_s=6.0)]

    assert times_of(*words) == [(0.0, 2.3), (6.0, 8.4)]


def test_what_is_too_long_is_cut_where_it_hurts_least() -> None:
    words = said(" ".join(["on"] * 24 + ["and,"] + ["on"] * 35))

    assert times_of(*words) == [(0.0, 10.0), (10.0, 24.0)]


def test_a_short_sentence_stands_alone_rather_than_making_another_too_long() -> None:
    words = said(" ".join([*["on"] * 36, "on.", "Yes", "indeed."]))

    assert times_of(*words) == [(0.0, 14.8), (14.8, 15.6)]


def test_each_speaker_has_stretches_of_their_own_however_short() -> None:
    words = [
        *said("So what would you like to know?", speaker=1),
        *said("Everything.", at_s=3.0, speaker=2),
        *said("Then sit down and listen to me.", at_s=3.5, speaker=1),
    ]

    found = stretches_of(heard(*words), ())

    assert [(stretch.speaker, stretch.text) for stretch in found] == [
        (1, "So what would you like to know?"),
        (2, "Everything."),
        (1, "Then sit down and listen to me."),
    ]


def test_those_who_talk_at_once_overlap_and_stand_in_the_order_in_which_they_begin() -> None:
    words = [
        *said("I have been waiting here for you. And nobody has told me anything.", speaker=1),
        *said("Let me explain it to you.", at_s=2.0, speaker=2),
    ]

    found = stretches_of(heard(*words), ())

    assert [(stretch.speaker, stretch.start_s, stretch.end_s) for stretch in found] == [
        (1, 0.0, 2.8),
        (2, 2.0, 4.4),
        (1, 2.8, 5.2),
    ]


def test_whoever_nobody_told_apart_is_one_speaker_more() -> None:
    told = [*said("This is one of them speaking now.", speaker=1), *said("And this is two of them.", at_s=9, speaker=2)]
    untold = said("Of this nobody knows a thing.", at_s=20)

    assert [stretch.speaker for stretch in stretches_of(heard(*told, *untold), ())] == [1, 2, 3]
    assert [stretch.speaker for stretch in stretches_of(heard(*untold), ())] == [1]


def test_without_any_words_each_span_is_a_stretch_or_equal_ones_that_are_not_too_long() -> None:
    spans = (Segment(0.5, 4.0), Segment(6.0, 41.0), Segment(50.0, 65.0))

    found = stretches_of(heard(), spans)

    assert [(one.start_s, one.end_s) for one in found] == [
        (0.5, 4.0),
        *((6.0, 17.667), (17.667, 29.333), (29.333, 41.0)),
        (50.0, 65.0),
    ]
    assert {one.speaker for one in found} == {1}
    assert stretches_of(heard(), ()) == ()


def test_a_script_without_spaces_is_written_without_them() -> None:
    words = [
        HeardWord("你", 0.0, 1.0),
        HeardWord("好。", 1.0, 2.5, is_joined=True),
        HeardWord("我", 2.5, 5.0, is_joined=True),
    ]

    assert [stretch.text for stretch in stretches_of(heard(*words), ())] == ["你好。", "我"]


@st.composite
def talk(draw: st.DrawFn) -> list[HeardWord]:
    """Anything that may be heard, to the millisecond: long words, none of any length, long pauses, several speakers."""
    at_ms, words = draw(st.integers(0, 10_800_000)), list[HeardWord]()
    choices: list[list[int | None]] = [[None], [1], [1, 2, 3], [1, None]]
    speakers = draw(st.sampled_from(choices))
    for _ in range(draw(st.integers(1, 8))):
        speaker = draw(st.sampled_from(speakers))
        for _ in range(draw(st.integers(1, 40))):
            at_ms += draw(st.sampled_from([0, 0, 0, 0, 40, 500, 2_500]))
            length_ms = draw(st.sampled_from([0, 90, 250, 400, 900]))
            text = draw(st.sampled_from(["so", "so", "so", "so,", "so.", "—"]))
            words.append(HeardWord(text, at_ms / 1000, (at_ms + length_ms) / 1000, speaker))
            at_ms += length_ms
    return words


@settings(max_examples=50)
@given(talk())
def test_every_word_is_in_one_stretch_whole_and_stretches_have_a_good_length(words: list[HeardWord]) -> None:
    found = stretches_of(heard(*words), ())

    kept = Counter((word.text, word.start_s, word.end_s) for stretch in found for word in stretch.words)
    assert kept == Counter((word.text, word.start_s, word.end_s) for word in words)
    for stretch in found:
        assert stretch.start_s == stretch.words[0].start_s
        assert stretch.end_s == max(stretch.words[-1].end_s, round(stretch.start_s + 0.1, 3))
        assert 0 < stretch.duration_s <= LONGEST_S
        assert stretch.text == " ".join(word.text for word in stretch.words)
    assert [stretch.start_s for stretch in found] == sorted(stretch.start_s for stretch in found)
    for one, other in itertools.pairwise(found):
        gap_s = other.start_s - one.end_s
        if one.speaker == other.speaker and gap_s < 1.9 and one.start_s + LONGEST_S > other.end_s:
            assert min(one.duration_s, other.duration_s) >= SHORTEST_S - 0.001
