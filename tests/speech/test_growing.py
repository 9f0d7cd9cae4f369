from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.errors import ReplyUnusable
from audiokit.speech.growing import BYTES_PER_S, Growing

PIECES = [bytes([i % 256]) * 960 for i in range(200)]


async def heard(growing: Growing, start: int = 0) -> bytes:
    return b"".join([piece async for piece in growing.follow_sound(start)])


async def read(growing: Growing, start: int = 0) -> str:
    return "".join([piece async for piece in growing.follow_words(start)])


def speak(growing: Growing) -> None:
    for i, piece in enumerate(PIECES):
        growing.add_sound(piece)
        growing.add_words(f"{i} ")
    growing.end()


def test_listeners_on_several_loops_hear_everything_while_a_thread_speaks() -> None:
    growing = Growing()

    async def listen() -> tuple[bytes, bytes, str]:
        sound, rest, words = await asyncio.gather(heard(growing), heard(growing, 960), read(growing))
        return sound, rest, words

    with ThreadPoolExecutor(4) as threads:
        listening = [threads.submit(asyncio.run, listen()) for _ in range(3)]
        threads.submit(speak, growing).result()
        everything = b"".join(PIECES)
        for each in listening:
            assert each.result(60) == (everything, everything[960:], growing.words)


def test_a_listener_sleeps_until_there_is_something_to_hear() -> None:
    growing = Growing()
    looks = 0

    async def listen() -> None:
        nonlocal looks
        look = growing._sound_from

        def counted(start: int) -> tuple[bytes, bool]:
            nonlocal looks
            looks += 1
            return look(start)

        growing._sound_from = counted  # type: ignore[method-assign]  # counts how often the listener wakes
        listening = asyncio.create_task(heard(growing))
        for _ in range(50):
            await asyncio.sleep(0)
        assert looks == 1
        growing.add_sound(b"12")
        growing.end()
        assert await listening == b"12"

    asyncio.run(listen())
    assert looks <= 4


def test_a_listener_who_leaves_is_forgotten() -> None:
    growing = Growing()

    async def leave() -> None:
        listening = asyncio.create_task(heard(growing))
        await asyncio.sleep(0)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening

    asyncio.run(leave())
    assert not growing._listeners


def test_a_listener_whose_loop_has_closed_does_not_disturb_the_speaker() -> None:
    growing = Growing()
    loop = asyncio.new_event_loop()
    growing._listeners.add((loop, asyncio.Event()))
    loop.close()

    growing.add_sound(b"1234")

    assert growing.sound() == b"1234"
    assert not growing._listeners


def test_who_comes_late_hears_it_from_the_start() -> None:
    growing = Growing()
    speak(growing)

    assert asyncio.run(heard(growing)) == b"".join(PIECES)


@given(st.lists(st.binary(max_size=7)))
def test_only_whole_frames_are_handed_out_however_the_sound_is_cut(pieces: list[bytes]) -> None:
    growing = Growing()
    for piece in pieces:
        growing.add_sound(piece)
    growing.end()

    everything = b"".join(pieces)
    whole = everything[: len(everything) // 2 * 2]
    assert asyncio.run(heard(growing)) == growing.sound() == whole
    assert growing.n_bytes == len(whole)
    assert growing.duration_s == len(whole) / BYTES_PER_S


def test_the_first_sound_is_dated_once_and_empty_pieces_do_not_count() -> None:
    instants = iter([5.0, 9.0])
    growing = Growing(clock=lambda: next(instants))
    growing.add_sound(b"")
    assert growing.first_sound_at is None

    growing.add_sound(b"12")
    growing.add_sound(b"34")

    assert growing.first_sound_at == 5.0


def test_a_reply_that_never_ends_is_ended_with_a_sentence_and_what_fits_is_kept() -> None:
    growing = Growing(max_duration_s=1)

    with pytest.raises(ReplyUnusable, match="longest that can be played"):
        growing.add_sound(b"x" * (BYTES_PER_S + 10))

    assert growing.ended
    assert growing.duration_s == 1
    assert "Ask for a shorter one" in (growing.failure or "")


def test_words_without_end_are_ended_too() -> None:
    growing = Growing()
    with pytest.raises(ReplyUnusable, match="more words"):
        growing.add_words("x" * 300_000)
    assert growing.ended


def test_a_speaker_learns_that_the_reply_was_stopped() -> None:
    growing = Growing()
    sentences: list[str] = []

    def keep_speaking() -> None:
        try:
            while True:
                growing.add_sound(b"12")
        except ReplyUnusable as error:
            sentences.append(str(error))

    worker = threading.Thread(target=keep_speaking)
    worker.start()
    growing.fail("You stopped it.")
    worker.join(60)
    assert sentences == ["You stopped it."]


def test_the_first_end_counts() -> None:
    growing = Growing()
    growing.end()
    growing.fail("Too late.")
    assert growing.ended
    assert growing.failure is None


def test_a_failure_ends_what_is_followed_and_keeps_what_was_said() -> None:
    growing = Growing()
    growing.add_words("So far")
    growing.fail("The engine stopped.")

    assert asyncio.run(read(growing)) == "So far"
    assert growing.failure == "The engine stopped."
