"""Calls held against budgets: what passes is settled by its entry, what does not is written down as refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from scripted import ASK, ENDPOINT, PCM16, WAV, ScriptedSpeech

from audiokit.catalog.models import Catalog, Price
from audiokit.catalog.prices import Usage, price_on
from audiokit.errors import BudgetExceeded, KeyRefused, ProviderUnreachable
from audiokit.people.persons import LOCAL, Persons
from audiokit.speech.estimate import Longest, estimate, writing_down
from audiokit.speech.failures import NO_ANSWER_CODE
from audiokit.speech.held import Held
from audiokit.speech.metered import Metered
from audiokit.speech.purser import UNLIMITED, Purser, Way
from audiokit.speech.replies import Event, Reply, SoundPiece
from audiokit.speech.requests import (
    Caller,
    Converse,
    Heard,
    InputFormat,
    ModelTurn,
    PersonTurn,
    Request,
    Speak,
    Telling,
    Tool,
    Transcribe,
)
from audiokit.store.database import Database, open_database
from audiokit.usage.budgets import Budgets, Every, ScopeKind, Standing
from audiokit.usage.experience import Experience
from audiokit.usage.ledger import Entry, Ledger

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
USED = Usage(text_in_tokens=10, audio_in_tokens=0, cached_in_tokens=0, text_out_tokens=10, audio_out_tokens=100)
SPOKEN = Reply(words="Hi", sound=WAV, sound_duration_s=0.05, model="gpt-audio-1.5", usage=USED)
COST = 10 * 2_500 + 10 * 10_000 + 100 * 64_000
CALLER = Caller(person_id=LOCAL.id, page="record_and_converse", conversation_id="c")
CATALOG = Catalog.load()


def price_of(model: str, day: date = date(2026, 11, 21)) -> Price | None:
    known = CATALOG.find(model)
    return price_on(known, day, ENDPOINT.provider) if known else None


@dataclass
class Desk:
    """A held layer over scripted speech, with a budget of so many calls."""

    database: Database

    def __post_init__(self) -> None:
        self.budgets = Budgets(self.database, ZoneInfo("UTC"), now=lambda: NOON)
        self.ledger = Ledger(self.database)

    def reaching_for(self, n_calls: float, *script: Reply | list[Event | Exception] | Exception) -> Held:
        self.budgets.put(ScopeKind.PERSON, LOCAL.id, Every.DAY, round(n_calls * COST))
        metered = Metered(
            inner=ScriptedSpeech(*script),
            ledger=self.ledger,
            price_of=price_of,
            endpoint=ENDPOINT,
            caller=CALLER,
            now=lambda: NOON,
        )
        return Held(metered=metered, budgets=self.budgets, estimate=lambda _: COST)

    @property
    def standing(self) -> Standing:
        (one,) = self.budgets.standing(LOCAL.id)
        return one

    @property
    def money(self) -> tuple[int, int, int]:
        return self.standing.spent_nanousd, self.standing.presumed_nanousd, self.standing.held_nanousd

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.ledger.of_conversation("c")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = open_database(None, tmp_path)
    Persons(database).local()
    yield Desk(database)
    database.close()


def test_a_call_is_settled_by_its_entry_and_the_next_is_refused_and_written_down(desk: Desk) -> None:
    speech = desk.reaching_for(1.5, SPOKEN)

    assert speech.reply(ASK) is SPOKEN
    with pytest.raises(BudgetExceeded, match="Your budget for today"):
        speech.reply(ASK)

    assert desk.money == (COST, 0, 0)
    answered, refused = sorted(desk.entries, key=lambda entry: entry.outcome)
    assert (answered.outcome, answered.cost_nanousd) == ("answered", COST)
    assert (refused.outcome, refused.error, refused.cost_nanousd) == ("refused", "BudgetExceeded", 0)


@pytest.mark.parametrize(
    ("failure", "money"),
    [(KeyRefused("No.", status=401), (0, 0, 0)), (ProviderUnreachable("Silence.", code=NO_ANSWER_CODE), (0, COST, 0))],
    ids=["cost nothing", "may be billed"],
)
def test_a_failure_gives_back_what_it_held_unless_it_may_be_billed(
    desk: Desk, failure: Exception, money: tuple[int, int, int]
) -> None:
    with pytest.raises(type(failure)):
        desk.reaching_for(1, failure).reply(ASK)
    assert desk.money == money


def test_a_stream_holds_until_it_ends_also_where_the_listener_leaves(desk: Desk) -> None:
    speech = desk.reaching_for(1, [SoundPiece(PCM16), SPOKEN], [SoundPiece(PCM16), SPOKEN])
    whole = speech.stream(ASK)
    next(whole)
    assert desk.money == (0, 0, COST)
    with pytest.raises(BudgetExceeded):
        next(speech.stream(ASK))
    assert list(whole)[-1] is SPOKEN
    assert desk.money == (COST, 0, 0)

    left = desk.reaching_for(2, [SoundPiece(PCM16), SPOKEN]).stream(ASK)
    next(left)
    left.close()  # type: ignore[attr-defined]  # a generator, which knows how
    assert desk.money == (COST, COST, 0)


def test_a_bug_in_the_layer_below_gives_back_what_was_held(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError):
        desk.reaching_for(1, ZeroDivisionError()).reply(ASK)
    assert desk.money == (0, 0, 0)


def test_the_first_way_that_is_reached_for_is_taken_and_says_why(desk: Desk) -> None:
    desk.reaching_for(1)
    purser = Purser(desk.budgets)

    def way(name: str, n_calls: float) -> Way[str]:
        return Way(offer=name, model=name, estimate=lambda: round(n_calls * COST), sentence=f"{name} answered")

    full, mini, words = way("full", 5), way("mini", 2), way("words", 0.5)
    assert purser.choose(CALLER, [words, full]) == ("words", None)
    offer, note = purser.choose(CALLER, [full, mini, words])
    assert offer == "words"
    assert note is not None
    assert note.startswith("words answered: your budget for today does not reach for more. It begins anew on Sunday")
    assert purser.choose(CALLER, [full, mini]) == ("full", None)  # to be refused, with the reason, by its call
    assert UNLIMITED.choose(CALLER, [full]) == ("full", None)
    assert not purser.reaches(CALLER, "full", 5 * COST)


HEARD = Heard(data=WAV, format=InputFormat.WAV, duration_s=30.0)
TOOL = Tool(name="f", description="Does.", parameters={"type": "object"})


@pytest.mark.parametrize(
    ("request_", "at_least", "at_most"),
    [
        # gpt-audio-1.5: 2.50 and 10 USD per million tokens of text, 32 and 64 of sound; 30 s are 300 tokens
        (replace(ASK, turns=(PersonTurn(sound=HEARD),), voice=None), 300 * 32_000, 300 * 32_000 + 900 * 10_000),
        (replace(ASK, turns=(PersonTurn(words="Hi"),), voice="alloy"), 1_440 * 64_000, 1_440 * 64_000 + 4_000_000),
        (replace(ASK, voice="alloy", max_completion_tokens=100), 100 * 64_000, 100 * 64_000 + 200_000),
        (
            replace(ASK, turns=(ModelTurn(words="one " * 25, audio_id="a"),), voice=None),
            200 * 32_000,
            200 * 32_000 + 9_000_000,
        ),
        (replace(ASK, forced_tool=TOOL, max_completion_tokens=9_999), 9_999 * 10_000, 9_999 * 10_000 + 500_000),
        (Transcribe(model="whisper-1", sound=HEARD), 3_000_000, 3_000_000),  # 0.006 USD a minute
        (Speak(model="tts-1", text="x" * 100, voice="alloy"), 1_500_000, 1_500_000),  # 15 USD per million characters
    ],
)
def test_what_goes_in_is_counted_and_what_comes_out_is_bounded(request_: Request, at_least: int, at_most: int) -> None:
    found = estimate(request_, price_of(request_.model))
    assert found is not None
    assert at_least <= found <= at_most


def test_an_estimate_goes_by_the_longest_answers_and_says_nothing_without_a_price(desk: Desk) -> None:
    aloud = replace(ASK, voice="alloy", turns=(PersonTurn(words="Hi"),))
    for longest, n_tokens in ((Longest(text_tokens=50, audio_tokens=900), 950), (Longest(50, 200), 480)):
        expected = estimate(aloud, price_of(aloud.model), longest)
        assert expected is not None
        assert n_tokens * 64_000 <= expected <= n_tokens * 64_000 + 200_000
    assert estimate(aloud, None) is None
    told = writing_down(60, price_of("gpt-4o-transcribe-diarize"), tokens_per_s=45)
    assert told == estimate(
        Transcribe(model="gpt-4o-transcribe-diarize", sound=replace(HEARD, duration_s=60.0), telling=Telling.SPEAKERS),
        price_of("gpt-4o-transcribe-diarize"),
    )

    seconds = [0.0]
    experience = Experience(desk.database, clock=lambda: seconds[0])
    speech = desk.reaching_for(100, *[SPOKEN] * 5)
    assert experience.longest("converse", CALLER.page, ASK.model) is None
    for _ in range(5):
        speech.reply(ASK)
    seconds[0] += 600
    assert experience.longest("converse", CALLER.page, ASK.model) == (10, 100)


def test_no_budgets_mean_no_look_at_the_estimate(desk: Desk) -> None:
    def never(_: Request) -> int:
        raise AssertionError("nobody asked for it")

    speech = replace(desk.reaching_for(0, SPOKEN), estimate=never)
    (budget,) = desk.budgets.all()
    desk.budgets.remove(budget.id)
    assert speech.reply(ASK) is SPOKEN
    assert isinstance(ASK, Converse)
