"""When what was transcribed is said, read from what OpenAI sends, what other servers send, and from anything."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from audiokit.speech.replies import TimedText
from audiokit.speech.transcripts import language_of, timed_segments, timed_words


def test_words_within_segments_are_found_with_the_speaker_of_either() -> None:
    """As servers of faster-whisper and WhisperX put them: ``words`` is null, or is not there."""
    said = {"word": " Hello", "start": 0.1, "end": 0.4}
    body = {
        "words": None,
        "segments": [
            {"text": " Hello", "start": 0, "end": 1, "speaker": "SPEAKER_00", "words": [said]},
            {"text": " hello", "start": 1, "end": 2, "words": [said | {"speaker": "SPEAKER_01"}, {"word": "no time"}]},
        ],
    }

    assert timed_words(body) == (
        TimedText("Hello", 0.1, 0.4, "SPEAKER_00"),
        TimedText("Hello", 0.1, 0.4, "SPEAKER_01"),
    )
    assert [segment.speaker for segment in timed_segments(body)] == ["SPEAKER_00", None]


def test_languages_are_codes_whatever_they_are_called() -> None:
    assert language_of({"language": "English"}) == "en"
    assert language_of({"language": "pt-BR"}) == "pt"
    assert language_of({"languages": [{"code": "de"}, {"code": "fr"}]}) == "de"
    assert language_of({"language": "Klingon"}) is None
    assert language_of({}) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["words", "segments", "word", "text", "start", "end", "speaker", "language"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=80)
@given(st.dictionaries(st.sampled_from(["words", "segments", "language", "languages"]), ANYTHING))
def test_whatever_a_server_sends_gives_times_in_order_or_nothing(body: dict[str, Any]) -> None:
    for timed in (*timed_words(body), *timed_segments(body)):
        assert timed.text.strip()
        assert 0 <= timed.start_s <= timed.end_s < math.inf
    assert language_of(body) is None or len(language_of(body) or "") == 2
