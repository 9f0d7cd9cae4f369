"""Who writes down what was said, and who does it where the first cannot."""

from __future__ import annotations

import pytest
from scripted import WAV, ScriptedSpeech

from audiokit.converse.writing_down import Transcriber, written_down
from audiokit.errors import ProviderBusy, ProviderRefused, ProviderUnreachable, QuotaExhausted
from audiokit.speech.failures import NO_ANSWER_CODE
from audiokit.speech.replies import Reply
from audiokit.speech.requests import Heard, InputFormat, Transcribe

SOUND = Heard(data=WAV, format=InputFormat.WAV, duration_s=0.05)


def transcriber(model: str, *script: Reply | Exception) -> Transcriber:
    return Transcriber(speech=ScriptedSpeech(*script), request=Transcribe(model=model, sound=SOUND))


def test_the_first_writes_it_down_and_nobody_else_is_asked() -> None:
    written = written_down([transcriber("one", Reply(words="Hello.")), transcriber("two")])
    assert (written.words, written.model, written.notes) == ("Hello.", "one", ())


def test_where_the_first_refuses_the_second_does_it_and_it_is_said_why() -> None:
    no_credit = QuotaExhausted("There is no credit.", status=429)
    written = written_down([transcriber("one", no_credit), transcriber("two", Reply(words="Hello."))])
    assert (written.words, written.model) == ("Hello.", "two")
    assert written.notes == ("two wrote it down, since one could not: There is no credit.",)


def test_what_may_have_been_billed_is_not_sent_to_the_second() -> None:
    silent = ProviderUnreachable("It fell silent.", code=NO_ANSWER_CODE, status=504)
    second = transcriber("two", Reply(words="Hello."))
    with pytest.raises(ProviderUnreachable):
        written_down([transcriber("one", silent), second])
    assert isinstance(second.speech, ScriptedSpeech)
    assert second.speech.asked == []


def test_where_nobody_can_the_first_ones_sentence_stands() -> None:
    one = transcriber("one", QuotaExhausted("There is no credit.", status=429))
    two = transcriber("two", ProviderBusy("Too busy.", status=429))
    with pytest.raises(QuotaExhausted):
        written_down([one, two])


def test_where_there_is_nobody_at_all_it_is_said() -> None:
    with pytest.raises(ProviderRefused, match="nobody here"):
        written_down([])
