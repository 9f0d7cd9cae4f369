"""No answer crosses a hard limit, however long it would be: it gets no more room than was held for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from postgres import fresh_database_url
from scripted import ASK, ENDPOINT, PCM16, WAV, on_wire
from sqlalchemy import func, select

from audiokit.catalog.models import Catalog, Price
from audiokit.catalog.prices import audio_out_tokens, cost, price_on
from audiokit.errors import BudgetExceeded
from audiokit.offline.engine import Engine
from audiokit.offline.server import create_app
from audiokit.offline.transport import InProcessTransport
from audiokit.people.persons import LOCAL, Persons
from audiokit.speech.capping import capped, filling, least
from audiokit.speech.estimate import Longest, estimate, of_conversation, with_tokens
from audiokit.speech.held import Held, spender_of
from audiokit.speech.metered import Metered
from audiokit.speech.replies import Ending, Event, Reply, SoundPiece, Speech
from audiokit.speech.requests import Caller, Converse, ModelTurn, PersonTurn, Request, Speak, Tool, Transcribe
from audiokit.speech.varied import Varied
from audiokit.speech.wire import EmptyReply
from audiokit.store.database import Database, open_database
from audiokit.store.tables import entry, notice
from audiokit.usage.budgets import Budgets, Every, ScopeKind, Standing
from audiokit.usage.ledger import Ledger

CALLER = Caller(person_id=LOCAL.id, page="record_and_converse", conversation_id="c")
CATALOG, TODAY = Catalog.load(), date(2026, 11, 21)
TOOL = Tool(name="f", description="Does.", parameters={"type": "object"})
LONGEST = Longest(text_tokens=40, audio_tokens=100)  # of all answers so far


def price_of(request: Request) -> Price:
    known = CATALOG.find(request.model)
    assert known is not None
    price = price_on(known, TODAY, ENDPOINT.provider)
    assert price is not None
    return price


EXPECTED = estimate(ASK, price_of(ASK), LONGEST) or 0
WORST = filling(ASK, price_of(ASK)) or 0
SHORT = with_tokens(ASK, price_of(ASK), 100) or 0


@dataclass
class Rambling:
    """A model that talks as long as it may, in sound alone; in a stream it gives no reason to finish, as recorded."""

    says: bool = True
    asked: list[Converse] = field(default_factory=list)
    together: Barrier | None = None

    def reply(self, request: Request) -> Reply:
        assert isinstance(request, Converse)
        self.asked.append(request)
        if self.together is not None:
            self.together.wait(30)
        n_tokens = request.max_completion_tokens
        usage = replace(of_conversation(request, text_out=0, audio_out=n_tokens), cached_in_tokens=0)
        reply = Reply(words="On", ending=Ending.LENGTH, sound=WAV, model=request.model, usage=usage)
        if not self.says:
            raise EmptyReply(replace(reply, words="", sound=None))
        return reply

    def stream(self, request: Converse) -> Iterator[Event]:
        yield SoundPiece(PCM16)
        yield replace(self.reply(request), ending=Ending.WHOLE)


class Desk:
    """A held layer over a model that rambles, with a budget that may be hard."""

    def __init__(
        self,
        database: Database,
        inner: Speech,
        expects: Callable[[Request], int | None] = lambda request: estimate(request, price_of(request), LONGEST),
    ) -> None:
        self.database = database
        self.budgets = Budgets(database, ZoneInfo("UTC"))
        metered = Metered(
            inner=inner,
            ledger=Ledger(database),
            price_of=lambda _name, _day: price_of(ASK),  # the offline engine's own is nothing
            endpoint=ENDPOINT,
            caller=CALLER,
        )
        self.held = Held(
            metered=metered,
            budgets=self.budgets,
            estimate=expects,
            price_of=price_of,
        )

    def limit(self, nanousd: int, *, is_hard: bool = True) -> None:
        self.budgets.put(ScopeKind.INSTALLATION, "", Every.MONTH, nanousd, is_hard=is_hard)

    @property
    def standing(self) -> Standing:
        (one,) = self.budgets.standing(LOCAL.id)
        return one

    def ledger_sum(self) -> int:
        with self.database.read() as connection:
            return int(connection.execute(select(func.sum(entry.c.cost_nanousd))).scalar_one() or 0)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from opened(None, tmp_path)


def opened(url: str | None, folder: Path) -> Iterator[Database]:
    database = open_database(url, folder)
    Persons(database).local()
    yield database
    database.close()


SPOKEN_TO = st.lists(
    st.one_of(
        st.builds(lambda words: PersonTurn(words=words), st.text(max_size=40)),
        st.builds(lambda s: ModelTurn(words="Well.", audio_id="a", duration_s=s), st.floats(0, 60)),
    ),
    max_size=4,
).map(tuple)


@given(
    model=st.sampled_from(["gpt-audio-1.5", "gpt-audio-mini"]),
    turns=SPOKEN_TO,
    is_aloud=st.booleans(),
    more=st.integers(0, 300_000_000),
    in_sound=st.floats(0, 1),
)
def test_whatever_an_answer_is_made_of_it_costs_no_more_than_what_its_room_was_reckoned_from(
    model: str, turns: tuple[PersonTurn | ModelTurn, ...], is_aloud: bool, more: int, in_sound: float
) -> None:
    request = replace(ASK, model=model, turns=turns, voice="marin" if is_aloud else None)
    price = price_of(request)
    amount = (least(request, price) or 0) + more
    room = capped(request, price, amount).max_completion_tokens
    n_audio = round(room * in_sound) if is_aloud else 0
    costs = cost(price, of_conversation(request, text_out=room - n_audio, audio_out=n_audio))
    assert costs is not None
    assert costs <= amount
    assert 1 <= room <= request.max_completion_tokens


def test_what_is_read_aloud_or_written_down_cannot_be_capped_and_an_earlier_answer_counts_as_long_as_it_was() -> None:
    sound = ASK.turns[0].sound  # type: ignore[union-attr]  # a person's turn
    assert sound is not None
    for request in (Speak(model="tts-1", text="Hi", voice="alloy"), Transcribe(model="whisper-1", sound=sound)):
        assert filling(request, price_of(request)) is None
    known = replace(ASK, turns=(ModelTurn(words="Yes.", audio_id="a", duration_s=1.3),))
    assert of_conversation(known, text_out=0, audio_out=0).audio_in_tokens == audio_out_tokens(1.3)


def test_just_beside_a_hard_limit_an_answer_is_cut_there_and_says_so(database: Database) -> None:
    model = Rambling()
    desk = Desk(database, model)
    desk.limit(EXPECTED + 1_000)

    reply = desk.held.reply(ASK)

    assert (reply.ending, model.asked[0].max_completion_tokens) == (
        Ending.LENGTH,
        480,
    )  # 20 s, more than the longest so far
    assert reply.why_cut is not None
    assert reply.why_cut.startswith(
        "The answer was cut short: the budget of everybody here for this month left no room"
    )
    assert "raise it under Usage & Cost" in reply.why_cut
    assert EXPECTED - 64_000 < desk.ledger_sum() == desk.standing.spent_nanousd <= EXPECTED
    assert desk.standing.held_nanousd == 0


def test_a_stream_that_gives_no_reason_to_finish_is_known_to_be_cut_by_its_count(database: Database) -> None:
    desk = Desk(database, Rambling())
    desk.limit(EXPECTED)
    last = list(desk.held.stream(ASK))[-1]
    assert isinstance(last, Reply)
    assert last.ending is Ending.LENGTH
    assert last.why_cut
    assert 0 < desk.ledger_sum() <= EXPECTED


def test_what_is_worth_nothing_unless_it_is_whole_is_held_whole_and_never_cut(database: Database) -> None:
    model = Rambling()
    desk = Desk(database, model)
    asks = (replace(ASK, only_whole=True), replace(ASK, voice=None, forced_tool=TOOL))
    for ask in asks:
        worst = filling(ask, price_of(ask)) or 0
        desk.limit(desk.ledger_sum() + worst - 1)
        with pytest.raises(BudgetExceeded):
            desk.held.reply(ask)
        desk.limit(desk.ledger_sum() + worst)
        assert desk.held.reply(ask).why_cut is None
        assert model.asked[-1] == ask
    assert desk.ledger_sum() == desk.standing.spent_nanousd


def test_an_answer_of_which_nothing_came_for_want_of_room_is_not_asked_for_again(database: Database) -> None:
    model = Rambling(says=False)
    desk = Desk(database, model)
    desk.limit(10 * EXPECTED)
    with pytest.raises(BudgetExceeded, match="left no room for a longer one"):
        Varied(desk.held).reply(ASK)
    assert len(model.asked) == 1
    assert 0 < desk.ledger_sum() <= EXPECTED


def test_nothing_is_capped_where_no_limit_is_hard_or_there_is_plenty_and_what_is_held_fires_no_notice(
    database: Database,
) -> None:
    model = Rambling()
    desk = Desk(database, model)
    desk.limit(EXPECTED, is_hard=False)
    reply = desk.held.reply(ASK)
    assert (model.asked[-1], reply.why_cut) == (ASK, None)

    desk.limit(desk.ledger_sum() + 16 * WORST)
    stream = desk.held.stream(ASK)
    next(stream)
    assert desk.standing.held_nanousd == WORST
    assert [reply.why_cut for reply in stream if isinstance(reply, Reply)] == [None]
    assert model.asked[-1] == ASK

    desk.limit(desk.ledger_sum() + EXPECTED + 1)
    with database.read() as connection:
        noted = connection.execute(select(func.count()).select_from(notice)).scalar_one()
    assert (
        desk.budgets.hold(spender_of(CALLER, ASK.model), EXPECTED, most_nanousd=WORST) is not None
    )  # all that is left
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(notice)).scalar_one() == noted


def test_the_offline_engine_behind_the_wire_keeps_to_the_room_it_is_given(database: Database) -> None:
    with Engine() as engine:
        if not engine.capabilities().can_speak:
            pytest.skip(" ".join(engine.capabilities().why_not))
        wire = on_wire(InProcessTransport(create_app(engine)))
        desk = Desk(database, wire, expects=lambda _: SHORT)
        question = replace(ASK, turns=(PersonTurn(words="What can you do?"),))
        for number in (1, 2):
            desk.limit(number * SHORT)
            reply = desk.held.reply(question) if number == 1 else list(desk.held.stream(question))[-1]
            assert isinstance(reply, Reply)
            assert (reply.ending, reply.why_cut is None) == (Ending.LENGTH, False)
            assert 0 < desk.ledger_sum() <= number * SHORT
        wire.close()


@pytest.mark.parametrize("url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
@pytest.mark.parametrize(("n_affordable", "n_pass"), [(10.5, 10), (400, 50)])
def test_fifty_long_answers_side_by_side_never_cross_the_limit_and_none_is_refused_that_would_fit(
    url: str, n_affordable: float, n_pass: int, tmp_path: Path
) -> None:
    for database in opened(None if url == "sqlite" else fresh_database_url(), tmp_path):
        desk = Desk(database, Rambling(together=Barrier(n_pass)))
        limit = round(n_affordable * EXPECTED)
        desk.limit(limit)

        def ask(_: int, desk: Desk = desk) -> bool:
            try:
                desk.held.reply(ASK)
            except BudgetExceeded:
                return False
            return True

        with ThreadPoolExecutor(50) as callers:
            passed = list(callers.map(ask, range(50)))

        assert sum(passed) == n_pass
        assert desk.ledger_sum() == desk.standing.spent_nanousd <= limit
        assert desk.standing.held_nanousd == 0
