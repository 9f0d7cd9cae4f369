"""When the beginning of a conversation is summed up, and what is left word for word."""

from __future__ import annotations

from dataclasses import replace

from turns import conversation_of, said, told

from audiokit.converse.conversation import KeptTurn, Memory, Speaker
from audiokit.converse.digest import MOST_TEXT_TOKENS, digest_request, worth_condensing

LONG = "a sentence of some length about nothing in particular. " * 6


def pairs(n: int) -> list[KeptTurn]:
    return [turn for number in range(n) for turn in (said(f"{number} {LONG}"), told(f"{number} {LONG}"))]


def test_a_short_conversation_is_left_alone() -> None:
    assert worth_condensing(conversation_of()) == ()
    assert worth_condensing(conversation_of(*pairs(3))) == ()


def test_a_long_one_is_summed_up_but_for_its_last_turns() -> None:
    conversation = conversation_of(*pairs(20))
    turns = worth_condensing(conversation)

    assert turns[0].position == 0
    assert turns[-1].speaker is Speaker.MODEL, "a question stays with its answer"
    left = len(conversation.turns) - len(turns)
    assert 2 <= left <= 10


def test_who_wants_voices_remembered_is_given_no_summary_instead() -> None:
    assert worth_condensing(conversation_of(*pairs(20), memory=Memory.VOICES)) == ()


def test_what_is_summed_up_already_is_not_again() -> None:
    whole = conversation_of(*pairs(20))
    until = worth_condensing(whole)[-1].position
    heading = replace(whole.heading, digest="All about nothing.", digest_until=until)
    assert worth_condensing(replace(whole, heading=heading)) == ()


def test_one_turn_longer_than_all_that_may_go_along_does_no_harm() -> None:
    endless = "word " * MOST_TEXT_TOKENS * 2
    conversation = conversation_of(said(endless), told("Indeed."), said("And?"), told("So."))
    assert len(worth_condensing(conversation)) <= 2


def test_the_request_holds_what_was_said_and_by_whom_and_what_was_summed_up_before() -> None:
    request = digest_request("gpt-6-luna", [said("Hello"), told("Hi there.")], "They had met before.")
    (turn,) = request.turns
    words = getattr(turn, "words", "")
    assert "Person: Hello" in words
    assert "Assistant: Hi there." in words
    assert "They had met before." in words
    assert request.voice is None
