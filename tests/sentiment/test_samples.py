"""Of each who speaks there is a sample, in which nobody else does."""

from __future__ import annotations

from audiokit.sentiment.heard import HeardPart, HeardWord
from audiokit.sentiment.samples import samples_of


def heard(*turns: tuple[int | None, float, float]) -> HeardPart:
    """Turns of words of half a second."""
    words = [
        HeardWord("on", start_s + n / 2, start_s + (n + 1) / 2, speaker)
        for speaker, start_s, end_s in turns
        for n in range(int(2 * (end_s - start_s)))
    ]
    return HeardPart(words=tuple(words), language=None, model="m", tells_speakers=True)


def spans(of: HeardPart) -> dict[int, tuple[float, float]]:
    return {number: (span.start_s, span.end_s) for number, span in samples_of(of).items()}


def test_a_sample_is_the_longest_stretch_of_a_voice_within_ten_seconds() -> None:
    assert spans(heard((1, 0, 3), (2, 3, 5), (1, 6, 30), (2, 30, 34))) == {1: (6.0, 15.5), 2: (30.0, 34.0)}


def test_what_is_too_short_or_said_while_another_speaks_is_no_sample() -> None:
    """Speaker 2 talks into what speaker 1 says, and speaker 3 says little."""
    assert spans(heard((1, 0, 6), (2, 3, 6), (3, 7, 8.5))) == {1: (0.0, 3.0)}


def test_of_many_voices_those_who_speak_most_are_known() -> None:
    turns = [(number, 20.0 * number, 20.0 * number + 2 + number) for number in range(1, 7)]

    assert list(samples_of(heard(*turns))) == [3, 4, 5, 6]
    assert samples_of(heard((None, 0, 9))) == {}
