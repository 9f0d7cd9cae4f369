"""The parts of a live session, each by itself: the microphone, what was heard and spoken, what is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from talking import sound

from audiokit.converse.live import PRESETS, LiveOptions
from audiokit.converse.live.inbox import Inbox
from audiokit.converse.live.logs import Logs
from audiokit.converse.live.losses import Losses
from audiokit.converse.live.microphone import MAX_WAITING_MS, Microphone, Tape
from audiokit.converse.live.playback import Playback
from audiokit.converse.live.seam import BYTES_PER_MS, Played
from audiokit.converse.live.spending import Budget, Spending
from audiokit.converse.live.turns import Speaking
from audiokit.errors import InputError
from audiokit.speech.realtime import TurnTaking

PIECES = st.lists(st.integers(1, 200), min_size=1, max_size=80)


@given(PIECES)
def test_the_latest_five_seconds_wait_and_what_was_dropped_is_counted(lengths_ms: list[int]) -> None:
    microphone, whole = Microphone(), sound(sum(lengths_ms) * 3)
    dropped = list[bytes]()
    microphone.on_dropped = dropped.append
    start = 0
    for ms in lengths_ms:
        piece = whole[start : start + 3 * ms * BYTES_PER_MS]
        start += len(piece)
        microphone.put(piece)
    taken = asyncio.run(microphone.take())

    assert whole[:start].endswith(taken)
    assert len(taken) <= MAX_WAITING_MS * BYTES_PER_MS
    assert microphone.n_dropped_ms == (start - len(taken)) // BYTES_PER_MS
    assert b"".join(dropped) + taken == whole[:start]
    assert microphone.waiting_ms == 0


@given(st.lists(st.integers(1, 200), min_size=1, max_size=60), st.booleans())
def test_whatever_the_inbox_drops_of_speech_is_told_before_what_is_left_and_silence_is_not(
    lengths_ms: list[int], is_speech: bool
) -> None:
    async def take() -> list[bytes | Mapping[str, Any]]:
        inbox = Inbox(5)
        for n, ms in enumerate(lengths_ms):
            inbox.put_sound(sound(ms, seed=n) if is_speech else bytes(ms * BYTES_PER_MS))
        inbox.end()
        return [taken async for taken in aiter_until_none(inbox)]

    taken, lost_ms = asyncio.run(take()), sum(lengths_ms[:-5])
    told = [one for one in taken if not isinstance(one, bytes)]

    assert [len(one) // BYTES_PER_MS for one in taken if isinstance(one, bytes)] == lengths_ms[-5:]
    assert told == ([{"type": "dropped", "ms": lost_ms}] if is_speech and lost_ms else [])
    assert not told or taken[0] is told[0]


async def aiter_until_none(inbox: Inbox) -> AsyncIterator[bytes | Mapping[str, Any]]:
    while (one := await inbox.take()) is not None:
        yield one


def test_what_got_lost_is_told_once_sound_gets_through_again_and_not_again_and_again() -> None:
    now, told = [100.0], list[str]()
    losses = Losses(lambda message: told.append(message["sentence"]), lambda: now[0])
    for lost_ms, at in ((300, 100.0), (300, 101.0), (5_000, 103.0), (1_900, 112.0), (0, 130.0)):
        now[0] = at
        losses.add(lost_ms)
        losses.got_through()

    assert [sentence.partition(" of what")[0] for sentence in told] == ["About half a second", "About 7 seconds"]


def test_sound_in_which_nobody_can_have_spoken_is_no_loss() -> None:
    told = list[Any]()
    losses = Losses(told.append, lambda: 0.0)
    for quiet in (
        bytes(2_000 * BYTES_PER_MS),
        b"",
        sound(2_000)[:1],
        (np.frombuffer(sound(900), "<i2") // 16).tobytes(),
    ):
        losses.add_sound(quiet)
    losses.got_through()
    assert told == []
    losses.add_sound(sound(900))
    losses.got_through()
    assert len(told) == 1


@given(PIECES, st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_tape_gives_back_any_part_of_what_was_sent(lengths_ms: list[int], start_ms: int, end_ms: int) -> None:
    tape, whole, at = Tape(), sound(sum(lengths_ms)), 0
    for ms in lengths_ms:
        tape.add(whole[at : at + ms * BYTES_PER_MS], float(at))
        at += ms * BYTES_PER_MS

    assert tape.cut(start_ms, end_ms) == whole[start_ms * BYTES_PER_MS : end_ms * BYTES_PER_MS]
    assert tape.ms == sum(lengths_ms)


def test_a_tape_forgets_what_nobody_will_ask_for_and_never_holds_more_than_it_may() -> None:
    tape = Tape(longest_ms=1_000)
    for n in range(30):
        tape.add(sound(100, seed=n), n / 10)

    assert len(tape.cut(0, 3_000)) <= 1_100 * BYTES_PER_MS
    assert (tape.sent_at(2_950), tape.sent_at(0)) == (2.9, None)
    tape.forget_before(2_900)
    assert tape.cut(0, 3_000) == sound(100, seed=29)


def test_between_two_reports_sound_is_taken_to_be_played_as_fast_as_sound_is() -> None:
    playback = Playback()
    playback.sent("a", 2_000 * BYTES_PER_MS, now=10.0)
    playback.sent("b", 1_000 * BYTES_PER_MS, now=10.0)

    assert playback.queued_ms(11.0) == pytest.approx(2_000)
    playback.reported("a", 400, now=11.0)  # it began late
    assert playback.queued_ms(11.0) == pytest.approx(2_600)
    assert playback.heard_now(12.0) == {"a": 1_400, "b": 0}
    assert playback.heard_now(13.0) == {"a": 2_000, "b": 400}
    assert playback.queued_ms(20.0) == 0


@pytest.mark.parametrize(
    ("played", "now", "heard"),
    [
        (Played("b", 300), 11.0, {"a": 2_000, "b": 300}),
        (Played("a", 700), 11.0, {"a": 700, "b": 0}),
        (Played("a", 9_000), 11.0, {"a": 2_000, "b": 0}),
        (Played(None, 0), 10.1, {"a": 0, "b": 0}),  # nothing had begun to play
        (Played(None, 0), 13.1, {"a": 2_000, "b": 1_000}),  # everything had been played
    ],
)
def test_what_was_heard_is_what_the_browser_says_when_it_is_silenced(
    played: Played, now: float, heard: dict[str, int]
) -> None:
    playback = Playback()
    playback.sent("a", 2_000 * BYTES_PER_MS, now=10.0)
    playback.sent("b", 1_000 * BYTES_PER_MS, now=10.0)

    assert playback.silenced(played, now) == heard
    assert playback.queued_ms(now) == 0


@given(st.integers(0, 3_000), st.integers(0, 3_000))
def test_a_turn_of_several_answers_is_cut_where_it_was_heard(first_ms: int, second_ms: int) -> None:
    speaking, one, two = Speaking(), sound(1_000, seed=1), sound(2_000, seed=2)
    speaking.add_words("a", "Let me look.")
    speaking.add_sound("a", one)
    speaking.add_words("b", "It is four.")
    speaking.add_sound("b", two)
    cuts = speaking.cut({"a": first_ms, "b": second_ms})
    spoken = speaking.spoken()

    assert cuts.keys() == {
        name for name, ms, all_ms in (("a", first_ms, 1_000), ("b", second_ms, 2_000)) if ms < all_ms
    }
    assert spoken.is_cut is bool(cuts)
    assert (one + two).startswith(spoken.pcm16)
    assert len(spoken.pcm16) == BYTES_PER_MS * (first_ms if first_ms < 1_000 else 1_000 + min(second_ms, 2_000))
    if not cuts:
        assert spoken.words == "Let me look. It is four."


def test_an_answer_without_end_is_kept_for_ten_minutes() -> None:
    speaking, minute = Speaking(), bytes(60_000 * BYTES_PER_MS)
    for _ in range(11):
        speaking.add_sound("a", minute)

    assert speaking.is_full
    assert speaking.ms_of("a") == 600_000


def test_of_many_sessions_the_latest_logs_are_kept_and_of_a_conversation_the_latest_session() -> None:
    logs = Logs(most=3)
    first = logs.begin("ann", "a")
    for conversation in ("b", "c", "a", "d"):
        logs.begin("ann", conversation)

    assert logs.of("ann", "a") not in {None, first}
    assert [logs.of("ann", name) is not None for name in "abcd"] == [True, False, True, True]
    assert logs.of("bob", "a") is None


def test_a_budget_is_judged_by_what_is_known_and_a_rate_only_once_it_means_something() -> None:
    now = [0.0]
    spending = Spending(budget_nanousd=1_000, clock=lambda: now[0], began_at=0.0)
    states = []
    for cost in (700, 100, None, 200):
        spending.add(cost)
        states.append(spending.state)

    assert states == [Budget.WITHIN, Budget.NEARLY, Budget.NEARLY, Budget.SPENT]
    assert spending.total_nanousd is None
    known = Spending(budget_nanousd=None, clock=lambda: now[0], began_at=0.0)
    known.add(500)
    first = known.per_minute_nanousd
    assert first is None
    now[0] = 30.0
    later = (known.per_minute_nanousd, known.state)
    assert later == (1_000, Budget.WITHIN)


@given(
    st.builds(
        LiveOptions,
        preset=st.sampled_from(list(PRESETS)),
        turn_taking=st.none() | st.sampled_from(TurnTaking),
        uses_tools=st.none() | st.booleans(),
        instructions=st.none() | st.text(max_size=50),
        language=st.none() | st.sampled_from(["en", "de"]),
        speed=st.floats(0.25, 1.5),
        budget_nanousd=st.none() | st.integers(0, 10**12),
    )
)
def test_options_survive_being_written_into_an_address(options: LiveOptions) -> None:
    assert LiveOptions.read(options.written()) == options


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"preset": "nobody"}', '{"x": 1}', '{"speed": 9}', '{"speed": "1"}'])
def test_options_that_nobody_wrote_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(InputError):
        LiveOptions.read(text)


def test_the_presets_are_what_was_asked_for() -> None:
    assert list(PRESETS) == ["assistant", "support", "practice", "coach", "translation"]
    assert [preset.uses_tools for preset in PRESETS.values()] == [True, True, False, False, False]
    for preset in PRESETS.values():
        assert ("{language}" in preset.instructions) is (preset.languages > 0)
