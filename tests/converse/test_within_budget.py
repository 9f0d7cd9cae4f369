"""A turn is answered as well as the budgets reach: by the model that was wished, by the mini one, in words, or not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from conversing import ME, asked
from scripted import PCM16, Server, event_stream, spoken_chunks

from audiokit.catalog.models import Tier
from audiokit.converse.answering_at import lesser
from audiokit.converse.conversation import AnswerWith, Options, State
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio
from audiokit.usage.budget import Every, ScopeKind

# The answer that is feared before there was one is a minute: 1,200 tokens of sound, at 64 USD a million for the full
# model and 20 for the mini one, and 800 of words.
FOR_FULL, FOR_MINI, FOR_WORDS = 100_000_000, 40_000_000, 15_000_000


@pytest.fixture
def server() -> Server:
    return Server(event_stream(spoken_chunks(PCM16)))


@pytest.fixture
def studio(server: httpx2.BaseTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-made-up")
    studio = open_studio(Settings.read(), transport=server)
    studio.person()
    yield studio
    studio.close()


@pytest.fixture
def answered(studio: Studio) -> Callable[[int], tuple[State, str, tuple[str, ...]]]:
    def ask(limit_nanousd: int) -> tuple[State, str, tuple[str, ...]]:
        studio.usage.budgets.put(ScopeKind.PERSON, ME, Every.MONTH, limit_nanousd)
        conversation = studio.converse.start(ME, Options(voice="marin", tier=Tier.FULL, uses_tools=False))
        *_, reply = asked(studio, conversation.id, "What is it?").turns
        return reply.state, reply.failure or "", reply.notes

    return ask


def test_what_a_budget_reaches_for_is_asked_as_wished(answered: Callable[[int], object], server: Server) -> None:
    assert answered(FOR_FULL) == (State.ANSWERED, "", ())
    assert server.body["model"] == "gpt-audio-1.5"


def test_the_mini_model_stands_in_and_the_person_is_told_why(
    answered: Callable[[int], tuple[State, str, tuple[str, ...]]], server: Server
) -> None:
    state, _, notes = answered(FOR_MINI)
    assert state is State.ANSWERED
    assert "mini" in server.body["model"]
    assert server.body["modalities"] == ["text", "audio"]
    assert notes[0].startswith(f"{server.body['model']} answered: your budget for this month does not reach for more.")


def test_words_are_the_last_way_before_a_refusal(
    answered: Callable[[int], tuple[State, str, tuple[str, ...]]], server: Server
) -> None:
    state, _, notes = answered(FOR_WORDS)
    assert state is State.ANSWERED
    assert "audio" not in server.body
    assert "answered in words: your budget" in notes[0]


def test_a_refusal_sends_nothing_says_why_and_is_in_the_ledger(
    answered: Callable[[int], tuple[State, str, tuple[str, ...]]], server: Server, studio: Studio
) -> None:
    state, failure, _ = answered(1)
    assert state is State.FAILED
    assert failure.startswith("Your budget for this month, <$0.0001, does not reach for this.")
    assert server.requests == []
    (entry,) = studio.ledger.recent(ME, 5)
    assert (entry.outcome, entry.error, entry.cost_nanousd) == ("refused", "BudgetExceeded", 0)


class Rambling(httpx2.BaseTransport):
    """A model that speaks, in a stream, for as long as it may."""

    def __init__(self) -> None:
        self.rooms: list[int] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        room = json.loads(request.content)["max_completion_tokens"]
        self.rooms.append(room)
        counts = {
            "prompt_tokens": 20,
            "completion_tokens": room,
            "prompt_tokens_details": {"audio_tokens": 0, "text_tokens": 20},
            "completion_tokens_details": {"audio_tokens": room - 10, "text_tokens": 10},
        }
        usage = {"model": "gpt-audio-1.5", "choices": [], "usage": counts}
        *spoken, last = spoken_chunks(PCM16)
        return event_stream([*spoken, usage, last])


@pytest.mark.parametrize("server", [Rambling()])
def test_an_answer_that_goes_on_and_on_beside_the_limit_is_cut_there_and_the_person_is_told(
    answered: Callable[[int], tuple[State, str, tuple[str, ...]]], server: Rambling, studio: Studio
) -> None:
    state, _, notes = answered(FOR_FULL)

    assert state is State.ANSWERED
    (note,) = notes
    assert note.startswith("The answer was cut short: your budget for this month left no room for a longer one.")
    (entry,) = studio.ledger.recent(ME, 5)
    assert FOR_FULL // 2 < (entry.cost_nanousd or 0) <= FOR_FULL
    (cut,) = (turn for turn in studio.converse.open(ME, entry.conversation_id or "").turns if turn.notes)
    assert cut.audio_id is None, "it is not whole, and is never sent back as if it were"

    state, _, notes = answered(10**12)
    assert (state, notes, server.rooms[1]) == (State.ANSWERED, (), 4_096)


def test_what_is_lesser_never_costs_more_than_what_was_wished() -> None:
    assert lesser(Options(tier=Tier.MINI, answer_with=AnswerWith.WORDS)) == (
        Options(tier=Tier.MINI, answer_with=AnswerWith.WORDS),
    )
    insisted = Options(tier=Tier.FULL, model="gpt-audio", answer_with=AnswerWith.WORDS)
    assert [(one.tier, one.model) for one in lesser(insisted)] == [(Tier.FULL, "gpt-audio"), (Tier.MINI, None)]
