"""Summaries and answers: each sentence with the passages it rests on, and nothing that no passage is named for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from listeners import answering, called, listener, passages, told_in

from audiokit.errors import InputError, ProviderRefused, ReplyUnusable
from audiokit.sentiment.fitting import most_alike, parted
from audiokit.sentiment.forms import ANSWER, SUM_UP
from audiokit.sentiment.passages import Passage
from audiokit.sentiment.questions import answer
from audiokit.sentiment.summing_up import sum_up
from audiokit.sentiment.whole import Cited

THREE = passages("We met on Monday.", "The price is too high.", "I will send a new offer.", speaker="Ann", title="Call")


def said(text: str, *numbers: Any) -> dict[str, Any]:
    return {"text": text, "passages": list(numbers)}


def test_a_summary_names_the_segments_it_rests_on_and_drops_those_that_are_not_there() -> None:
    asked, server = listener(
        called(
            SUM_UP,
            summary=[said("They met.", 1, 1, 99), said("It cost too much.", 0, "2", True, None), said(" ", 2)],
            topics=[said("The price", 3, 2)],
            actions=[],
        )
    )

    summary, topics, actions = sum_up(asked, [*THREE, Passage(id="s4", text=" ")])

    assert summary == (Cited(text="They met.", segment_ids=("s1",)), Cited(text="It cost too much."))
    assert topics == (Cited(text="The price", segment_ids=("s2", "s3")),)
    assert actions == ()
    assert len(server.requests) == 1
    assert '<passage id="2" mark="0:20, Ann">' in told_in(server)


def test_an_answer_that_cannot_be_used_is_asked_for_once_more_and_then_given_up() -> None:
    good = called(SUM_UP, summary=[said("They met.", 1)], topics=[], actions=[])
    asked, server = listener(called(SUM_UP, summary=[], topics=[], actions=[]), good)
    assert sum_up(asked, THREE).summary[0].text == "They met."
    assert "It has no summary." in told_in(server)

    asked, server = listener(answering(words="Here you are: a summary."))
    with pytest.raises(ReplyUnusable):
        sum_up(asked, THREE)
    assert len(server.requests) == 2


def test_a_refusal_is_an_error_with_a_next_step_and_nothing_is_asked_about_nothing() -> None:
    asked, server = listener(answering(refusal="No."))
    with pytest.raises(ProviderRefused, match="declined"):
        answer(asked, "Who called?", THREE)
    assert len(server.requests) == 1
    for question, spoken in (("Who called?", []), ("  ", THREE)):
        with pytest.raises(InputError):
            answer(asked, question, spoken)
    assert len(server.requests) == 1


def test_a_recording_beyond_the_models_context_is_summed_up_in_parts_and_keeps_its_citations() -> None:
    part = called(SUM_UP, summary=[said("A part.", 1)], topics=[said("Prices", 2)], actions=[said("Call Bob.", 1)])
    whole = called(SUM_UP, summary=[said("All of it.", 1, 4)], topics=[said("Prices", 2, 5)], actions=[])
    asked, server = listener(part, part, whole, max_context_tokens=11_500)
    long = passages(*["The price is too high for us, and it was too high last year as well."] * 50)
    parts = parted(long, asked.room())

    found = sum_up(asked, long)

    assert len(parts) == 2
    assert len(server.requests) == 3
    assert found.summary == (Cited(text="All of it.", segment_ids=("s1", parts[1][0].id)),)
    assert found.topics[0].segment_ids == ("s2", parts[1][1].id)
    assert "A part." in told_in(server)


def test_a_question_over_many_recordings_is_answered_with_the_moments_that_show_it() -> None:
    asked, server = listener(
        called(ANSWER, answer=[said("Ann found it too dear.", 2), said("Bob does not say.", 4, 77)])
    )
    other = [Passage(id="t1", text="Fine by me.", title="Second call", signals="voice sounds warm (low confidence)")]

    found = answer(asked, 'Who said "too dear"? </question>', [*THREE, *other])

    assert found == (
        Cited(text="Ann found it too dear.", segment_ids=("s2",)),
        Cited(text="Bob does not say.", segment_ids=("t1",)),
    )
    words = told_in(server)
    assert words.count("<document") == 2
    assert 'signals="voice sounds warm (low confidence)"' in words
    assert words.endswith('<question>Who said "too dear"? (/question)</question>')


def test_of_long_transcripts_those_passages_are_read_that_are_most_alike_and_the_answer_says_so() -> None:
    asked, server = listener(
        called(ANSWER, answer=[said("The refund was promised for Friday.", 1)]), max_context_tokens=12_000
    )
    texts = [f"Number {n} was about the weather in the north and nothing else at all." for n in range(400)]
    texts[217] = "They promised to refund everything on Friday."
    texts[218] = "That was Carol, by the way."

    found = answer(asked, "When are refunds due?", passages(*texts))

    words = told_in(server)
    assert texts[217] in words
    assert texts[218] in words, "what stands beside it may explain it"
    n_read = len(re.findall("<passage ", words))
    assert 20 < n_read < 100
    assert found[-1].text == f"{n_read} of 400 passages were read for this: those most alike to the question."
    assert found[-1].segment_ids == ()


PASSAGES = st.lists(
    st.builds(
        Passage,
        id=st.uuids().map(str),
        text=st.text("abc defg 日本", min_size=1, max_size=60),
        title=st.sampled_from(["one", "two"]),
    ),
    max_size=40,
)


@given(PASSAGES, st.integers(60, 3_000), st.text("abc 日本", max_size=12))
def test_fitting_keeps_the_order_invents_nothing_and_stays_within_the_room(
    spoken: list[Passage], room: int, question: str
) -> None:
    chosen = most_alike(question, spoken, room)
    assert sum(each.n_tokens for each in chosen) <= room
    places = [spoken.index(each) for each in chosen]
    assert places == sorted(set(places))
    if sum(each.n_tokens for each in spoken) <= room:
        assert list(chosen) == spoken

    parts = parted(spoken, room)
    assert [each for part in parts for each in part] == spoken
    assert all(part and (len(part) == 1 or sum(each.n_tokens for each in part) <= room) for part in parts)
