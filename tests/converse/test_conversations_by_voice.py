"""Conversations by voice, over the offline engine and whatever can go wrong in front of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from clips import silence
from conversing import ME, Clock, asked, settled, spoken, wait
from faults import Faults, bad_key, broken, cut, slow

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.measuring.peaks import Waveform
from audiokit.audio.resample import resample
from audiokit.audio.wav import to_wav
from audiokit.converse.conversation import Options, Speaker, State
from audiokit.errors import AudiokitError, NotAllowed, NotConfigured, NotFound
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio


def test_a_take_is_answered_in_words_and_sound(studio: Studio, conversation_id: str) -> None:
    turn = studio.converse.keep_take(ME, conversation_id, spoken())
    studio.converse.send(ME, conversation_id, turn.id)

    said, answered = settled(studio, conversation_id).turns

    assert (said.speaker, answered.speaker) == (Speaker.PERSON, Speaker.MODEL)
    assert answered.words
    assert answered.duration_s
    assert len(answered.peaks) == 400
    assert studio.clips.read(ME, answered.clip_digest or "")[:4] == b"RIFF"
    assert {entry.kind for entry in studio.ledger.of_conversation(conversation_id)} == {"converse", "transcribe"}
    assert studio.converse.costs(ME, conversation_id) == {said.id: 0}


def test_the_quiet_around_what_was_said_is_kept_and_not_paid_for(studio: Studio, conversation_id: str) -> None:
    quiet = np.zeros((3 * 24_000, 1), np.float32)
    data = to_wav(Clip(np.concatenate([quiet, decode(spoken()).samples, quiet]), 24_000))
    turn = studio.converse.keep_take(ME, conversation_id, data)
    studio.converse.send(ME, conversation_id, turn.id)

    said, _ = settled(studio, conversation_id).turns

    assert said.duration_s == pytest.approx(7.8)
    assert said.sent_s == pytest.approx(1.68 + 0.12 + 0.25, abs=0.15)  # what was said, and a little around it
    assert any("trimmed" in change for change in said.changes)
    assert studio.clips.read(ME, said.clip_digest or "") == data
    heard = next(e for e in studio.ledger.of_conversation(conversation_id) if e.kind == "converse")
    assert heard.audio_in_tokens == int((said.sent_s or 0) * 10)


def test_a_waveform_is_kept_beside_the_clips_of_both(studio: Studio, conversation_id: str) -> None:
    turn = studio.converse.keep_take(ME, conversation_id, spoken())
    studio.converse.send(ME, conversation_id, turn.id)

    for kept in settled(studio, conversation_id).turns:
        drawn = Waveform.from_bytes(studio.clips.waveform(ME, kept.clip_digest or "") or b"")
        assert drawn.duration_s == pytest.approx(kept.duration_s or 0)
        assert drawn.points(n=400) == kept.peaks


def test_a_recording_too_long_for_one_turn_is_kept_and_told_how_much_is_taken(
    studio: Studio, conversation_id: str
) -> None:
    narrow = resample(decode(spoken()), 8_000)
    long = to_wav(Clip(np.tile(narrow.samples, (1_110, 1)), 8_000))

    turn = studio.converse.keep_take(ME, conversation_id, long)

    assert turn.state is State.UNUSABLE
    assert "lasts 33 min or more; the limit is 31 min" in (turn.failure or "")
    assert studio.clips.read(ME, turn.clip_digest or "") == long


def test_two_clicks_are_one_call(studio: Studio, faults: Faults, conversation_id: str) -> None:
    turn = studio.converse.keep_words(ME, conversation_id, "What is two plus two?")

    def click(_: int) -> str:
        try:
            return studio.converse.send(ME, conversation_id, turn.id)
        except NotAllowed as error:
            return str(error)

    with ThreadPoolExecutor(8) as fingers:
        told = list(fingers.map(click, range(8)))

    settled(studio, conversation_id)
    assert told.count("This turn has been sent already.") == 7
    assert faults.calls == 1


@pytest.mark.parametrize(
    ("fault", "sentence"), [(bad_key(), "does not accept the key"), (broken(), "fault of its own")]
)
def test_a_failed_call_keeps_the_take_and_it_can_be_sent_again(
    studio: Studio, faults: Faults, conversation_id: str, fault: object, sentence: str
) -> None:
    turn = studio.converse.keep_words(ME, conversation_id, "What is two plus two?")
    faults.next(fault)  # type: ignore[arg-type]  # parametrize knows only objects
    studio.converse.send(ME, conversation_id, turn.id)

    (failed,) = settled(studio, conversation_id).turns
    assert failed.state is State.FAILED
    assert sentence in (failed.failure or "")

    studio.converse.send(ME, conversation_id, turn.id)
    said, answered = settled(studio, conversation_id).turns
    assert (said.state, said.failure) == (State.ANSWERED, None)
    assert "4" in (answered.words or "")
    assert [e.outcome for e in studio.ledger.of_conversation(conversation_id)] == ["refused", "answered"]


def test_what_was_written_down_is_not_paid_for_again(studio: Studio, faults: Faults, conversation_id: str) -> None:
    turn = studio.converse.keep_take(ME, conversation_id, spoken())
    studio.converse.conversations.change_turns({turn.id: {"words": "what is two plus two"}})
    studio.converse.send(ME, conversation_id, turn.id)
    settled(studio, conversation_id)
    assert [entry.kind for entry in studio.ledger.of_conversation(conversation_id)] == ["converse"]
    assert faults.calls == 1


def test_a_cut_stream_keeps_what_had_arrived_and_says_so(studio: Studio, faults: Faults, conversation_id: str) -> None:
    turn = studio.converse.keep_words(ME, conversation_id, "What can you do?")
    faults.next(cut(after_events=40))
    studio.converse.send(ME, conversation_id, turn.id)

    _, answered = settled(studio, conversation_id).turns

    assert answered.clip_digest
    assert "broke off" in " ".join(answered.notes)
    assert answered.audio_id is None, "what was cut is not referred to"
    (entry,) = studio.ledger.of_conversation(conversation_id)
    assert (entry.outcome, entry.cost_nanousd, entry.audio_out_tokens) == (
        "cut",
        None if entry.price_id is None else 0,
        None,
    )


def test_an_earlier_answer_goes_by_its_id_while_it_is_remembered(studio: Studio, conversation_id: str) -> None:
    asked(studio, conversation_id, "What is twelve times seven?")
    asked(studio, conversation_id, "Please repeat that")

    first, second = studio.ledger.of_conversation(conversation_id)
    assert second.audio_in_tokens == first.audio_out_tokens


def test_a_forgotten_answer_is_sent_as_words(studio: Studio, clock: Clock, conversation_id: str) -> None:
    """The provider's hour passes, and ours does not: it refuses the id, and gets the words."""
    asked(studio, conversation_id, "What is twelve times seven?")
    clock.ahead_s = 3700

    *_, answered = asked(studio, conversation_id, "Please repeat that").turns

    assert "84" in (answered.words or "")
    assert "as words" in " ".join(answered.notes)
    kinds = [(e.outcome, e.error) for e in studio.ledger.of_conversation(conversation_id)]
    assert kinds == [("answered", None), ("refused", "AudioForgotten"), ("answered", None)]


def test_an_answer_from_yesterday_is_sent_as_words_at_once(
    studio: Studio, faults: Faults, conversation_id: str
) -> None:
    asked(studio, conversation_id, "What is twelve times seven?")
    tomorrow = replace(studio.converse, now=lambda: datetime.now(UTC) + timedelta(days=1))
    turn = tomorrow.keep_words(ME, conversation_id, "Please repeat that")
    before = faults.calls
    tomorrow.send(ME, conversation_id, turn.id)

    *_, answered = settled(studio, conversation_id).turns

    assert "84" in (answered.words or "")
    assert faults.calls == before + 1


def test_what_was_being_answered_when_the_app_stopped_can_be_sent_again(studio: Studio, conversation_id: str) -> None:
    turn = studio.converse.keep_words(ME, conversation_id, "What is two plus two?")
    assert studio.converse.conversations.claim(conversation_id, turn.id)  # and then the process was gone

    later = replace(studio.converse, now=lambda: datetime.now(UTC) + timedelta(minutes=5))
    (said,) = later.open(ME, conversation_id).turns

    assert said.state is State.FAILED
    assert "may have been billed" in (said.failure or "")
    later.send(ME, conversation_id, said.id)
    assert len(settled(studio, conversation_id).turns) == 2


def test_what_is_being_answered_cannot_be_removed(studio: Studio, faults: Faults, conversation_id: str) -> None:
    turn = studio.converse.keep_words(ME, conversation_id, "What is two plus two?")
    faults.next(slow(0.5))
    studio.converse.send(ME, conversation_id, turn.id)

    with pytest.raises(NotAllowed, match="being answered"):
        studio.converse.remove(ME, conversation_id)
    with pytest.raises(NotAllowed, match="has been sent"):
        studio.converse.discard(ME, conversation_id, turn.id)

    settled(studio, conversation_id)
    studio.converse.remove(ME, conversation_id)


def test_one_persons_conversation_is_not_anothers(studio: Studio, conversation_id: str) -> None:
    turn = studio.converse.keep_take(ME, conversation_id, spoken())
    for attempt in (
        lambda: studio.converse.open("someone", conversation_id),
        lambda: studio.converse.send("someone", conversation_id, turn.id),
        lambda: studio.converse.discard("someone", conversation_id, turn.id),
        lambda: studio.converse.remove("someone", conversation_id),
        lambda: studio.converse.keep_words("someone", conversation_id, "hello"),
        lambda: studio.clips.read("someone", turn.clip_digest or ""),
        lambda: studio.clip_size("someone", turn.clip_digest or ""),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_a_silent_take_is_kept_and_cannot_be_sent(studio: Studio, faults: Faults, conversation_id: str) -> None:
    quiet = to_wav(Clip(silence(seconds=2), 24_000))
    turn = studio.converse.keep_take(ME, conversation_id, quiet)

    assert turn.state is State.UNUSABLE
    assert studio.clips.read(ME, turn.clip_digest or "") == quiet
    with pytest.raises(AudiokitError):
        studio.converse.send(ME, conversation_id, turn.id)
    assert faults.calls == 0


def test_a_voice_that_is_not_offered_is_replaced_before_it_is_refused(studio: Studio) -> None:
    conversation_id = studio.converse.start(ME, Options(voice="nobody")).id
    *_, answered = asked(studio, conversation_id, "What is two plus two?").turns
    assert answered.clip_digest


def test_a_reply_that_another_process_gave_up_is_kept_all_the_same(
    studio: Studio, faults: Faults, conversation_id: str
) -> None:
    turn = studio.converse.keep_words(ME, conversation_id, "What is two plus two?")
    faults.next(slow(0.5))
    reply_id = studio.converse.send(ME, conversation_id, turn.id)
    studio.converse.conversations.give_up(conversation_id, (reply_id,), "another process lost patience")

    found = wait(
        lambda: studio.converse.open(ME, conversation_id),
        lambda c: len(c.turns) == 2 and all(t.state is State.ANSWERED for t in c.turns),
    )
    assert "4" in (found.turns[1].words or "")


def test_a_role_that_does_not_exist_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AUDIOKIT_MODELS", '{"convers": "x"}')
    with pytest.raises(NotConfigured, match=r"AUDIOKIT_MODELS.*convers"):
        open_studio(Settings.read())


def test_the_same_recording_in_two_turns_goes_with_the_last(studio: Studio, conversation_id: str) -> None:
    first, second = (studio.converse.keep_take(ME, conversation_id, spoken()) for _ in range(2))
    digest = first.clip_digest or ""

    studio.converse.discard(ME, conversation_id, first.id)
    assert studio.blobs.exists(digest)
    studio.converse.discard(ME, conversation_id, second.id)
    assert not studio.blobs.exists(digest)


def test_the_price_of_the_next_turn_grows_with_what_was_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, studio: Studio, conversation_id: str
) -> None:
    """At OpenAI's prices; nothing is sent."""
    begun = asked(studio, conversation_id, "What can you do?")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path / "other"))
    priced = open_studio(Settings.read())

    alone = priced.converse.outlook(replace(begun, turns=())).quote
    with_history = priced.converse.outlook(begun).quote
    priced.close()

    assert alone.total_nanousd
    assert alone.history_nanousd == 0
    assert with_history.history_nanousd
    assert (alone.reply_nanousd or 0) > 12 * 20 * 64_000, "twelve seconds at 20 tokens and $64 a million, and the words"
