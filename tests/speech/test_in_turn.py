"""One request put to several models in turn; only after a failure that cost nothing is another one asked."""

from __future__ import annotations

from datetime import date

import pytest
from scripted import ENDPOINT, WAV, ScriptedSpeech

from audiokit.catalog.models import Catalog, Provider, Role, Tier
from audiokit.catalog.roles import Choice, choose
from audiokit.catalog.spares import spares
from audiokit.errors import ProviderBusy, ProviderUnreachable, QuotaExhausted
from audiokit.speech.failures import NO_ANSWER_CODE
from audiokit.speech.in_turn import Answer, answer_in_turn
from audiokit.speech.place import Place
from audiokit.speech.replies import Reply
from audiokit.speech.requests import Caller, Heard, InputFormat, Request, Transcribe

DAY = date(2026, 11, 21)
CATALOG = Catalog.load()
SOUND = Heard(data=WAV, format=InputFormat.WAV, duration_s=0.05)
SILENT = ProviderUnreachable("It fell silent.", code=NO_ANSWER_CODE, status=504)


def place(speech: ScriptedSpeech) -> Place:
    def chosen(role: Role, tier: Tier, asked: str | None = None) -> Choice:
        return choose(CATALOG, role, tier, DAY, Provider.OPENAI, asked=asked)

    def candidates(role: Role, tier: Tier) -> tuple[Choice, ...]:
        first = chosen(role, tier)
        return (first, *spares(CATALOG, first, on=DAY, provider=Provider.OPENAI))

    return Place(
        endpoint=ENDPOINT,
        choose=chosen,
        candidates=candidates,
        offers=lambda _role: (),
        price_of=lambda _choice: None,
        speech_for=lambda _caller: speech,
    )


def written_down(*speeches: ScriptedSpeech) -> Answer:
    def request(model: str) -> Request:
        return Transcribe(model=model, sound=SOUND)

    caller = Caller(person_id="local", page="x")
    return answer_in_turn(tuple(map(place, speeches)), caller, Role.TRANSCRIBE, Tier.FULL, request)


def test_the_first_choice_answers_and_nobody_else_is_asked() -> None:
    speech = ScriptedSpeech(Reply(words="Hello."))
    answer = written_down(speech)
    assert (answer.reply.words, answer.model, answer.notes) == ("Hello.", "gpt-transcribe", ())
    assert len(speech.asked) == 1


def test_where_the_first_is_busy_its_spare_answers_and_it_is_said_why() -> None:
    speech = ScriptedSpeech(ProviderBusy("Too busy.", status=429), Reply(words="Hello."))
    answer = written_down(speech)
    assert answer.model == speech.asked[1].model != "gpt-transcribe"
    assert answer.notes == ("gpt-transcribe did not answer: Too busy.", f"{answer.model} answered instead.")


@pytest.mark.parametrize("error", [QuotaExhausted("No credit.", status=429), ProviderUnreachable("Not there.")])
def test_where_the_endpoint_itself_fails_its_other_models_are_not_tried(error: Exception) -> None:
    first, second = ScriptedSpeech(error), ScriptedSpeech(Reply(words="Hello."))
    assert written_down(first, second).reply.words == "Hello."
    assert len(first.asked) == 1


def test_what_may_have_been_billed_is_not_asked_of_anybody_else() -> None:
    first, second = ScriptedSpeech(SILENT), ScriptedSpeech(Reply(words="Hello."))
    with pytest.raises(ProviderUnreachable, match=r"It fell silent\."):
        written_down(first, second)
    assert second.asked == []


def test_where_nobody_can_the_first_ones_sentence_stands_with_word_of_the_others() -> None:
    busy = ProviderBusy("Too busy.", status=429)
    with pytest.raises(ProviderBusy, match=r"^Too busy\. .+ was tried too, in vain\.$"):
        written_down(ScriptedSpeech(busy, busy))
