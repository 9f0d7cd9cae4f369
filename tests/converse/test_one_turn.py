"""One turn, looked at without the rest of its conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conversing import ME

from audiokit.converse.conversation import CallMade, KeptTurn, State
from audiokit.converse.service import ConverseService
from audiokit.errors import NotFound
from audiokit.studio import Studio

A_CALL = CallMade(name="calculate", arguments="{}", output="4", failed=False, total_ms=1)


@pytest.fixture
def converse(studio: Studio) -> ConverseService:
    return replace(studio.converse, interrupted_after_s=3_600.0)


@pytest.fixture
def reply(converse: ConverseService, conversation_id: str) -> KeptTurn:
    """A reply that is being given, by nobody here."""
    turn = converse.keep_words(ME, conversation_id, "What is two and two?")
    reply_id = converse.conversations.claim(conversation_id, turn.id)
    assert reply_id is not None
    return converse.conversations.turn(ME, conversation_id, reply_id)


def test_it_is_as_it_stands_in_its_conversation_and_nobody_elses(
    converse: ConverseService, conversation_id: str, reply: KeptTurn
) -> None:
    conversation = converse.open(ME, conversation_id)
    assert reply == conversation.turn(reply.id)
    assert converse.heading(ME, conversation_id) == conversation.heading
    with pytest.raises(NotFound):
        converse.conversations.turn("somebody else", conversation_id, reply.id)
    with pytest.raises(NotFound):
        converse.heading("somebody else", conversation_id)


def test_words_are_kept_in_ones_own_conversation_only(converse: ConverseService, conversation_id: str) -> None:
    with pytest.raises(NotFound):
        converse.keep_words("somebody else", conversation_id, "Let me in.")
    assert converse.open(ME, conversation_id).turns == ()


def test_a_reply_has_moved_on_once_it_has_called_something_more_or_is_there(
    converse: ConverseService, conversation_id: str, reply: KeptTurn
) -> None:
    assert not converse.has_moved_on(ME, conversation_id, reply.id, n_calls=len(reply.calls))

    converse.conversations.change_turns({reply.id: {"calls": (A_CALL,)}})
    assert converse.has_moved_on(ME, conversation_id, reply.id, n_calls=len(reply.calls))

    again = converse.conversations.turn(ME, conversation_id, reply.id)
    assert not converse.has_moved_on(ME, conversation_id, again.id, n_calls=len(again.calls))
    converse.conversations.change_turns({reply.id: {"state": State.ANSWERED, "words": "Four."}})
    assert converse.has_moved_on(ME, conversation_id, again.id, n_calls=len(again.calls))


def test_a_reply_has_moved_on_once_it_is_lost_or_gone(
    converse: ConverseService, conversation_id: str, reply: KeptTurn
) -> None:
    assert replace(converse, interrupted_after_s=0.0).has_moved_on(
        ME, conversation_id, reply.id, n_calls=len(reply.calls)
    )

    converse.conversations.give_up(conversation_id, (reply.id,), "Nobody answers.")
    assert converse.has_moved_on(ME, conversation_id, reply.id, n_calls=len(reply.calls))
