"""Whatever a server says of times, every word comes once, whole, and within the sound."""

from __future__ import annotations

from clips import tone
from hypothesis import given, settings
from hypothesis import strategies as st

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.sentiment.heard import HeardWord, text_of
from audiokit.sentiment.timing import timed
from audiokit.speech.replies import Reply, TimedText
from audiokit.speech.requests import Heard, InputFormat
from audiokit.words.plain_text import one_line

SOUND = Heard(data=to_wav(Clip(tone(seconds=0.6), 16_000)), format=InputFormat.WAV, duration_s=0.9)
LETTERS = st.text("aäs世界の,.“” \n-1\u200b\x00", max_size=12)
TEXTS = st.builds(
    lambda text, start_s, lasts_s, speaker: TimedText(text, start_s, start_s + lasts_s, speaker),
    LETTERS,
    st.floats(0, 3),
    st.floats(0, 1e9),
    st.sampled_from(["A", "B", None]),
)


def letters(text: str) -> str:
    return "".join(one_line(text).split())


def assert_sound(words: tuple[HeardWord, ...]) -> None:
    for word in words:
        assert 100.0 <= word.start_s <= word.end_s <= 100.9
        assert (word.start_s, word.end_s) == (round(word.start_s, 3), round(word.end_s, 3))
        assert one_line(word.text) == word.text != ""


@settings(max_examples=60)
@given(st.lists(TEXTS, max_size=4))
def test_words_of_segments_are_all_there_each_with_its_speaker(segments: list[TimedText]) -> None:
    words = timed(Reply(words="x", timed_segments=tuple(segments)), SOUND, at_s=100.0)

    assert_sound(words)
    if segments:
        in_order = sorted(segments, key=lambda segment: segment.start_s)
        assert letters(text_of(words)) == letters(" ".join(segment.text for segment in in_order))
        told = {one.speaker for one in segments if letters(one.text)} - {None}
        assert {word.speaker for word in words} - {None} == set(range(1, len(told) + 1))


@settings(max_examples=60)
@given(st.lists(TEXTS.filter(lambda one: letters(one.text) != ""), min_size=1, max_size=5), LETTERS)
def test_words_with_times_keep_all_their_letters_whatever_the_text_is(told: list[TimedText], text: str) -> None:
    words = timed(Reply(words=text, timed_words=tuple(told)), SOUND, at_s=100.0)

    assert_sound(words)
    assert len(words) == len(told)
    for word, one in zip(words, told, strict=True):
        assert letters(one.text).lower() in letters(word.text).lower()


@settings(max_examples=30)
@given(LETTERS)
def test_words_without_any_times_are_all_there(text: str) -> None:
    words = timed(Reply(words=text), SOUND, at_s=100.0)

    assert_sound(words)
    assert letters(text_of(words)) == letters(text)
