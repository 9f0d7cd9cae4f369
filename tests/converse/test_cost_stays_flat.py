"""What each further turn of a long conversation costs at OpenAI's prices; nothing is sent there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conversing import ME
from turns import said

from audiokit.converse.conversation import Memory, Options, Speaker, State
from audiokit.converse.digest import worth_condensing
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio

QUESTION = "And how did people keep their food fresh in the winter, when there was nothing like a refrigerator?"
ANSWER = (
    "Mostly by drying, salting and smoking, and in cellars that stayed just above freezing. Roots and apples were "
    "laid in sand or straw, and were looked through every week, so that one bad apple did not spoil the others."
)
SUMMARY = "The person asks how food was kept before there were refrigerators. " * 12
N_TURNS = 60


@pytest.fixture
def priced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path / "priced"))
    studio = open_studio(Settings.read())
    studio.person()
    yield studio
    studio.close()


def nothing(_studio: Studio, _conversation_id: str) -> None:
    """Leave a conversation as it is."""


def compact(studio: Studio, conversation_id: str) -> None:
    studio.converse.compact(ME, conversation_id)


def quotes(studio: Studio, memory: Memory, at_20: Callable[[Studio, str], None], *, sums_up: bool) -> dict[int, int]:
    """What the next spoken question costs after 10, 20 … 60 turns, in nano-dollars."""
    service, found = studio.converse, dict[int, int]()
    conversation_id = service.start(ME, Options(memory=memory)).id
    answered = {"audio_id": "audio_1", "audio_expires_at": datetime.now(UTC) + timedelta(hours=1)}
    for n_turns in range(2, N_TURNS + 1, 2):
        add = service.conversations.add_turn
        add(conversation_id, Speaker.PERSON, State.ANSWERED, words=QUESTION, clip_digest=None, duration_s=5.2)
        where = {"endpoint": studio.endpoint.base_url, "duration_s": 13.0}
        add(conversation_id, Speaker.MODEL, State.ANSWERED, words=ANSWER, **where, **answered)
        turns = worth_condensing(service.open(ME, conversation_id)) if sums_up else ()
        if turns:
            service.conversations.change(ME, conversation_id, digest=SUMMARY, digest_until=turns[-1].position)
        if n_turns == 20:
            at_20(studio, conversation_id)
        if n_turns % 10 == 0:
            new = replace(said(None, seconds=5.2), conversation_id=conversation_id, state=State.RECORDED)
            found[n_turns] = service.outlook(service.open(ME, conversation_id), new).quote.total_nanousd or 0
    return found


@pytest.mark.parametrize(
    ("memory", "at_20"),
    [(Memory.BALANCED, compact), (Memory.VOICES, compact), (Memory.WORDS, nothing)],
    ids=["compacted", "compacted-voices", "words"],
)
def test_from_the_20th_turn_to_the_60th_each_costs_about_the_same(
    priced: Studio, memory: Memory, at_20: Callable[[Studio, str], None]
) -> None:
    found = quotes(priced, memory, at_20, sums_up=True)
    later = [found[n_turns] for n_turns in (20, 30, 40, 50, 60)]
    assert 0 < max(later) <= 1.15 * min(later)


def test_left_alone_each_turn_costs_more_than_the_one_before(priced: Studio) -> None:
    found = quotes(priced, Memory.BALANCED, nothing, sums_up=False)
    assert list(found.values()) == sorted(found.values())
    assert found[60] > 4 * found[10]
