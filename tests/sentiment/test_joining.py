"""Parts that were heard one by one are joined: no word twice, none lost, no time changed, speakers as far as told."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from audiokit.sentiment.heard import HeardPart, HeardWord
from audiokit.sentiment.joining import joined

NAMES = ("no", "yes", "well", "Well,", "and", "then")  # few, so that neighbours are often the same


def part(start_s: float, end_s: float, *words: HeardWord, speakers: bool = False, model: str = "m") -> HeardPart:
    return HeardPart(words=words, language="en", model=model, tells_speakers=speakers, start_s=start_s, end_s=end_s)


def cut_out(said: list[HeardWord], start_s: float, end_s: float, numbers: dict[int, int] | None = None) -> HeardPart:
    """What a perfect ear hears of a part: the words that are in it whole, speakers under its own numbers."""
    within = [word for word in said if start_s <= word.start_s and word.end_s <= end_s]
    renumbered = [replace(word, speaker=numbers[word.speaker]) if numbers and word.speaker else word for word in within]
    return part(start_s, end_s, *renumbered, speakers=numbers is not None)


@st.composite
def recordings(draw: st.DrawFn) -> tuple[list[HeardWord], list[tuple[float, float]]]:
    """Words of a long recording, and parts that cover it: cut in pauses, or anywhere with an overlap."""
    n_words = draw(st.integers(1, 60))
    at_ms = draw(st.integers(0, 10_800_000))
    began_s, words = at_ms / 1000, list[HeardWord]()
    for _ in range(n_words):
        at_ms += draw(st.sampled_from([0, 20, 300, 2_000]))
        length_ms = draw(st.integers(120, 700))
        words.append(HeardWord(draw(st.sampled_from(NAMES)), at_ms / 1000, (at_ms + length_ms) / 1000))
        at_ms += length_ms
    parts, start_s = list[tuple[float, float]](), began_s
    while start_s < at_ms / 1000:
        end_s = round(start_s + draw(st.floats(10, 40)), 3)
        parts.append((start_s, end_s))
        is_in_speech = any(word.start_s < end_s < word.end_s for word in words)
        start_s = round(end_s - (draw(st.floats(4, 5)) if is_in_speech or draw(st.booleans()) else 0), 3)
    return words, parts


@settings(max_examples=60)
@given(recordings())
def test_what_two_parts_have_heard_is_kept_once_and_no_time_is_changed(
    recording: tuple[list[HeardWord], list[tuple[float, float]]],
) -> None:
    said, spans = recording

    assert joined(cut_out(said, *span) for span in spans).words == tuple(said)


@settings(max_examples=60)
@given(recordings(), st.randoms(use_true_random=False))
def test_words_that_are_garbled_at_the_cuts_and_shifted_a_little_are_still_heard_once(
    recording: tuple[list[HeardWord], list[tuple[float, float]]], chance: random.Random
) -> None:
    """A word that is cut is heard as another by both; times of the same word differ by up to 40 ms."""
    said, spans = recording
    said = [replace(word, text=f"w{number}") for number, word in enumerate(said)]
    parts = list[HeardPart]()
    for start_s, end_s in spans:
        heard = list[HeardWord]()
        for word in said:
            if word.end_s <= start_s or word.start_s >= end_s:
                continue
            is_cut = word.start_s < start_s or word.end_s > end_s
            shift_s = chance.choice([0, 0.02, 0.04]) if not is_cut else 0
            text = f"cut{word.text}" if is_cut else word.text
            heard.append(replace(word, text=text, start_s=word.start_s + shift_s, end_s=word.end_s + shift_s))
        parts.append(part(start_s, end_s, *heard))

    texts = [word.text for word in joined(parts).words]

    assert [text for text in texts if not text.startswith("cut")] == [word.text for word in said]


def test_somebody_who_says_the_same_word_over_and_over_says_it_as_often_as_before() -> None:
    said = [HeardWord("no", (300 * n) / 1000, (300 * n + 250) / 1000) for n in range(60)]

    assert joined([cut_out(said, 0, 10), cut_out(said, 6, 18)]).words == tuple(said)


def test_three_hours_of_five_minutes_each_keep_every_word_and_its_time_to_the_millisecond() -> None:
    said = [HeardWord(f"w{n}", (350 * n + 17) / 1000, (350 * n + 300) / 1000) for n in range(30_000)]
    spans = [(max(0.0, 300.0 * k - 3), min(10_500.0, 300.0 * (k + 1))) for k in range(35)]

    whole = joined(cut_out(said, *span) for span in spans)

    assert whole.words == tuple(said)
    assert (whole.start_s, whole.end_s) == (0.0, 10_500.0)


def speech_of(*speakers: int) -> list[HeardWord]:
    """One word a second, each of whom is named."""
    return [HeardWord(f"w{n}", n + 0.1, n + 0.8, speaker) for n, speaker in enumerate(speakers)]


def test_who_speaks_on_both_sides_of_a_cut_keeps_one_number() -> None:
    said = speech_of(*[1] * 12, *[2] * 4, *[1] * 4, *[2] * 10)
    before = cut_out(said, 0, 20, {1: 1, 2: 2})
    after = cut_out(said, 10, 30, {1: 2, 2: 1})  # the other way round: letters are not stable between requests

    assert joined([before, after]).words == tuple(said)


def test_who_says_nothing_where_parts_overlap_is_taken_for_somebody_new() -> None:
    said = speech_of(*[1] * 5, *[2] * 10, *[1] * 5)
    before, after = cut_out(said, 0, 12, {1: 1, 2: 2}), cut_out(said, 10, 20, {2: 1, 1: 2})

    whole = joined([before, after])

    assert [word.speaker for word in whole.words] == [*[1] * 5, *[2] * 10, *[3] * 5]
    assert whole.speakers == (1, 2, 3)


def test_one_speaker_is_nobody_elses_too() -> None:
    """The second part takes one voice for two: who is heard longer in the overlap is the one that is known."""
    before = cut_out(speech_of(*[1] * 10), 0, 10, {1: 1})
    after = cut_out(speech_of(*[2] * 5, *[1] * 8, *[2] * 3), 4, 16, {1: 1, 2: 2})

    assert [word.speaker for word in joined([before, after]).words] == [1] * 13 + [2] * 3


def test_a_voice_that_was_recognised_keeps_its_number_wherever_it_is_heard() -> None:
    """The third part knows speakers 1 and 2 by their voices, and has a new one that it calls 3, as the second did."""
    said = speech_of(*[1] * 5, *[2] * 5, *[3] * 4, *[1] * 6, *[4] * 4, *[2] * 6)
    first, second = cut_out(said, 0, 10, {1: 1, 2: 2}), cut_out(said, 10, 20, {1: 1, 3: 3})
    third = cut_out(said, 20, 30, {2: 2, 4: 3})

    parts = [first, replace(second, recognised=(1,)), replace(third, recognised=(2,))]

    assert joined(parts).words == tuple(said)


def test_without_any_overlap_speakers_of_another_part_are_others() -> None:
    said = speech_of(*[1] * 10)

    whole = joined([cut_out(said, 0, 5, {1: 1}), cut_out(said, 5, 10, {1: 1})])

    assert [word.speaker for word in whole.words] == [1] * 5 + [2] * 5


def test_where_one_part_heard_nothing_in_the_overlap_the_other_is_believed() -> None:
    said = speech_of(*[1] * 10)
    deaf, hearing = replace(cut_out(said, 0, 6), words=tuple(said[:2])), cut_out(said, 3, 10)

    assert [word.text for word in joined([deaf, hearing]).words] == ["w0", "w1", *(f"w{n}" for n in range(3, 10))]


def test_two_who_talk_at_once_over_a_cut_are_both_heard_once() -> None:
    first = [HeardWord(f"a{n}", n, n + 0.9, 1) for n in range(20)]
    second = [HeardWord(f"b{n}", n + 0.45, n + 1.35, 2) for n in range(6, 16)]
    utterances = [*first, *second]

    whole = joined([cut_out(utterances, 0, 14, {1: 1, 2: 2}), cut_out(utterances, 8, 22, {1: 1, 2: 2})])

    assert sorted(whole.words, key=lambda word: word.start_s) == sorted(utterances, key=lambda word: word.start_s)


def test_what_is_said_of_the_parts_is_said_of_the_whole() -> None:
    first, second = speech_of(*[1] * 4), speech_of(*[1] * 8)[4:]
    told = replace(part(0, 4, *first, speakers=True, model="a"), notes=("a was slow.",))
    untold = replace(
        part(4, 8, *(replace(word, speaker=None) for word in second), model="b"), language="de", notes=("a was slow.",)
    )

    whole = joined([told, untold])

    assert (whole.model, whole.tells_speakers, whole.notes) == ("a, b", True, ("a was slow.",))
    assert [word.speaker for word in whole.words] == [1] * 4 + [None] * 4
    assert joined([]).words == ()
    assert joined([told]) == told


@settings(max_examples=60)
@given(recordings())
def test_what_was_heard_survives_being_written_down(
    recording: tuple[list[HeardWord], list[tuple[float, float]]],
) -> None:
    said, ((start_s, end_s), *_) = recording
    words = [
        replace(word, speaker=n % 3 or None, is_joined=n % 2 > 0, text=word.text + "ü世") for n, word in enumerate(said)
    ]
    heard = replace(part(start_s, end_s, *words, speakers=True), notes=("Somebody answered.",), recognised=(2, 1))

    again = HeardPart.from_json(heard.to_json())

    assert again == heard
