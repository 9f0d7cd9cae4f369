"""What goes along of what was said before, and in which form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from turns import HERE, NOW, a_turn, conversation_of, said, told

from audiokit.catalog.prices import audio_in_tokens, audio_out_tokens
from audiokit.converse.conversation import Conversation, KeptTurn, Memory, State
from audiokit.converse.history import Carried, Way, as_turns, carried, tokens
from audiokit.speech.requests import Heard, InputFormat, ModelTurn, PersonTurn

SOUND = Heard(data=b"RIFF", format=InputFormat.WAV, duration_s=10)


def ways(conversation: Conversation, **asked: object) -> list[Way]:
    return [one.way for one in goes(conversation, **asked)]


def goes(conversation: Conversation, **asked: object) -> tuple[Carried, ...]:
    known: dict[str, object] = {"endpoint": HERE, "now": NOW}
    return carried(conversation, **{**known, **asked})  # type: ignore[arg-type]


def test_an_answer_goes_by_its_id_and_what_was_said_in_words() -> None:
    conversation = conversation_of(said("How are you?"), told("Fine.", seconds=3))

    assert ways(conversation) == [Way.WORDS, Way.ID]
    assert as_turns(goes(conversation), lambda _: SOUND) == (
        PersonTurn(words="How are you?"),
        ModelTurn(words="Fine.", audio_id="audio_1", duration_s=3),
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"now": NOW + timedelta(hours=1, minutes=-1)},  # it would expire on the way
        {"endpoint": "https://elsewhere.example/v1"},
        {"by_id": False},
        {"listens": False},
    ],
)
def test_where_the_id_is_worth_nothing_the_answer_goes_in_words(asked: dict[str, object]) -> None:
    assert ways(conversation_of(said("How are you?"), told("Fine.")), **asked) == [Way.WORDS, Way.WORDS]


def test_who_wants_voices_remembered_has_their_recordings_sent_again() -> None:
    conversation = conversation_of(said("How are you?"), told("Fine.", audio_id=None), memory=Memory.VOICES)

    assert ways(conversation) == [Way.CLIP, Way.WORDS]
    assert ways(conversation, listens=False) == [Way.WORDS, Way.WORDS]
    assert as_turns(goes(conversation), lambda _: SOUND)[0] == PersonTurn(sound=SOUND)


def test_who_wants_words_remembered_sends_no_sound() -> None:
    assert ways(conversation_of(said("Hello"), told("Hi."), memory=Memory.WORDS)) == [Way.WORDS, Way.WORDS]


def test_what_was_compacted_goes_in_words_and_what_came_after_does_not() -> None:
    conversation = conversation_of(said("One"), told("1.", in_words=True), said("Two"), told("2."))
    assert ways(conversation) == [Way.WORDS, Way.WORDS, Way.WORDS, Way.ID]


def test_a_recording_that_was_never_written_down_goes_as_it_is_or_not_at_all() -> None:
    conversation = conversation_of(said(None), told("Fine."))
    assert ways(conversation) == [Way.CLIP, Way.ID]
    assert ways(conversation, listens=False) == [Way.NOTHING, Way.WORDS]


def test_what_was_typed_beside_a_recording_goes_along_either_way() -> None:
    conversation = conversation_of(said("A long poem.", typed="Who wrote this?"), told("Keats."))
    (asked, _) = as_turns(goes(conversation), lambda _: SOUND)
    assert asked == PersonTurn(words="A long poem.\n\nWho wrote this?")

    voices = conversation_of(said("A long poem.", typed="Who wrote this?"), told("Keats."), memory=Memory.VOICES)
    (asked, _) = as_turns(goes(voices), lambda _: SOUND)
    assert asked == PersonTurn(words="Who wrote this?", sound=SOUND)


def test_what_a_summary_stands_for_does_not_go_itself() -> None:
    conversation = conversation_of(said("One"), told("1."), said("Two"), told("2."), digest="Counting.", digest_until=1)
    assert ways(conversation) == [Way.DIGEST, Way.DIGEST, Way.WORDS, Way.ID]
    assert len(as_turns(goes(conversation), lambda _: SOUND)) == 2


def test_turns_without_an_answer_stay_here() -> None:
    conversation = conversation_of(said("One"), told("1."), a_turn(words="Two", state=State.FAILED))
    assert len(goes(conversation)) == 2


def test_sound_is_counted_as_it_is_billed() -> None:
    conversation = conversation_of(
        said("Hi", seconds=7.05, sent_s=5.05), told("Fine.", seconds=3), memory=Memory.VOICES
    )
    recording, answer = goes(conversation)
    assert recording.audio_tokens == audio_in_tokens(5.05)
    assert answer.audio_tokens == audio_out_tokens(3), "an answer that is passed back counts at its output rate"
    assert tokens((recording, answer))[0] == 50 + 60


def test_where_there_is_no_room_old_sound_goes_first_and_then_old_turns() -> None:
    conversation = conversation_of(*(turn for n in range(3) for turn in (said(f"Question {n}"), told(f"Answer {n}"))))
    whole = sum(tokens(goes(conversation)))

    assert ways(conversation, room_tokens=whole) == [Way.WORDS, Way.ID] * 3
    assert ways(conversation, room_tokens=whole - 1) == [Way.WORDS, Way.WORDS] + [Way.WORDS, Way.ID] * 2
    in_words = sum(tokens(goes(conversation, listens=False)))
    assert ways(conversation, room_tokens=in_words) == [Way.WORDS] * 6
    assert ways(conversation, room_tokens=in_words - 1) == [Way.NOTHING] + [Way.WORDS] * 5
    assert ways(conversation, room_tokens=0) == [Way.NOTHING] * 6


turn_lists = st.lists(
    st.one_of(
        st.builds(said, st.sampled_from([None, "", "short", "word " * 400]), seconds=st.floats(0, 600)),
        st.builds(told, st.sampled_from(["", "short", "word " * 400]), seconds=st.floats(0, 600)),
    ),
    max_size=8,
)


@given(turns=turn_lists, room=st.integers(0, 20_000), memory=st.sampled_from(list(Memory)), listens=st.booleans())
def test_what_goes_along_always_fits_and_keeps_its_order(
    turns: list[KeptTurn], room: int, memory: Memory, listens: bool
) -> None:
    conversation = conversation_of(*turns, memory=memory)
    found = goes(conversation, room_tokens=room, listens=listens)

    assert sum(tokens(found)) <= room
    assert [one.turn.position for one in found] == list(range(len(turns)))
    assert listens or all(one.way not in {Way.ID, Way.CLIP} for one in found)
