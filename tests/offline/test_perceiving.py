"""What the offline engine says of words and voices: as much as was measured, and never the name of a feeling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from listeners import offline_listener, passages

from audiokit.audio.clip import Clip
from audiokit.audio.voice.baseline import Differences
from audiokit.audio.voice.prosody import prosody
from audiokit.audio.wav import to_wav
from audiokit.offline import polarity
from audiokit.offline.engine import Engine
from audiokit.offline.polarity import is_english, polarity_of
from audiokit.sentiment.asked import Asked
from audiokit.sentiment.passages import Passage
from audiokit.sentiment.questions import answer
from audiokit.sentiment.reading_voice import read_voice
from audiokit.sentiment.reading_words import read_words
from audiokit.sentiment.readings import Confidence, Measured
from audiokit.sentiment.summing_up import sum_up
from audiokit.sentiment.tone import Tone
from audiokit.speech.requests import Heard, InputFormat

CALL = passages(
    "hello this is ann from the workshop i am calling about the boiler",
    "oh good the boiler has been terrible it makes an awful noise and i hate it",
    "i am sorry about that we will send somebody on monday to look at the boiler",
    "thank you so much that is wonderful you have been very kind and helpful",
    "the invoice for the repair comes by post and the repair costs ninety pounds",
    "please remember to switch off the water before he comes on monday",
)
WORDLESS = replace(CALL[0], id="w", text="it is four one seven")


@pytest.fixture
def asked(engine: Engine) -> Iterator[Asked]:
    with offline_listener(engine) as asked:
        yield asked


def test_pleasant_and_unpleasant_words_are_told_apart_with_the_words_that_counted(asked: Asked) -> None:
    found = read_words(asked, [*CALL, WORDLESS])

    assert list(found) == [passage.id for passage in (*CALL, WORDLESS)]
    bad, kind = found["s2"], found["s4"]
    assert bad.sentiment is not None
    assert bad.sentiment < -0.5
    assert kind.sentiment is not None
    assert kind.sentiment > 0.5
    assert kind.confidence is Confidence.MEDIUM, "never high"
    assert '"wonderful"' in kind.reason
    assert kind.quote == CALL[3].text
    assert found["w"].sentiment is None
    assert "list" in found["w"].reason


def test_a_word_that_is_negated_counts_the_other_way_round() -> None:
    found = polarity_of("It is not good at all.")
    assert found.score is not None
    assert found.score < 0
    ((word, value),) = found.words
    assert word == "good"
    assert value == pytest.approx(-1.4, abs=0.1)


def test_words_that_were_badly_heard_are_read_with_low_confidence(asked: Asked) -> None:
    found = read_words(asked, [replace(CALL[3], confidence=0.38)])["s4"]
    assert found.sentiment is not None
    assert found.confidence is Confidence.LOW


def test_of_other_languages_the_engine_says_that_it_knows_nothing(asked: Asked) -> None:
    german = "Die Frau war so nett und hat mir sofort geholfen, das war wunderbar."
    for passage in (Passage(id="a", text=german), Passage(id="a", text="Wonderful!", language="de")):
        found = read_words(asked, [passage])["a"]
        assert (found.sentiment, found.confidence) == (None, Confidence.LOW)
        assert found.reason == "The offline engine knows English words only."
    assert read_words(asked, [Passage(id="a", text="Wonderful!", language="en-GB")])["a"].sentiment
    assert not is_english(["树叶渐渐变红"])


def test_without_its_list_of_words_the_engine_says_so(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polarity, "find_spec", lambda _name: None)
    found = read_words(asked, CALL[3:4])["s4"]
    assert found.sentiment is None
    assert "audiokit[offline]" in found.reason


def measured(activation: float | None) -> Measured:
    names: dict[str, Any] = dict.fromkeys(Differences.__dataclass_fields__)
    silence = prosody(Clip(np.zeros((16_000, 1), np.float32), 16_000))
    return Measured(prosody=silence, brightness_db=None, differences=Differences(**names), activation=activation)


def test_of_a_voice_only_the_measured_activation_is_told_and_nobody_recognises_its_words() -> None:
    deaf = Engine()
    deaf.close()
    clip = Clip(np.sin(np.arange(16_000) / 20)[:, None].astype(np.float32), 16_000)
    sound = Heard(data=to_wav(clip), format=InputFormat.WAV, duration_s=1.0)

    with offline_listener(deaf) as asked:
        excited, calm, unknown = (read_voice(asked, sound, CALL[0], measured(each)) for each in (2.0, -0.4, None))

    assert {each.tone for each in (excited, calm, unknown)} == {Tone.CANNOT_TELL}
    assert {each.sentiment for each in (excited, calm, unknown)} == {None}
    assert (excited.arousal, calm.arousal, unknown.arousal) == (0.76, -0.2, None)
    assert (excited.confidence, calm.confidence) == (Confidence.MEDIUM, Confidence.LOW)
    assert "2.0 deviations above what is usual for this speaker" in excited.reason
    assert "not a measure of what the person feels" in excited.reason
    assert "too little voice" in unknown.reason


def test_a_summary_its_topics_and_its_actions_are_what_was_said_with_where(asked: Asked) -> None:
    texts = {passage.id: passage.text for passage in CALL}

    summary, topics, actions = sum_up(asked, CALL)

    assert 3 <= len(summary) <= 6
    assert all(texts[each.segment_ids[0]] == each.text for each in summary)
    assert topics[0].text == "Boiler"
    assert topics[0].segment_ids == ("s1", "s2", "s3")
    assert [each.segment_ids for each in actions] == [("s3",), ("s6",)]


def test_a_question_is_answered_with_what_was_said_or_not_at_all(asked: Asked) -> None:
    (found,) = answer(asked, "How much does the repair cost?", CALL)
    assert (found.text, found.segment_ids) == (CALL[4].text, ("s5",))
    (nothing,) = answer(asked, "Which elephants won the tournament?", CALL)
    assert "did not find" in nothing.text
    assert nothing.segment_ids == ()
