"""Deleting: what goes and what stays, for whom; by hand and by rule; in the middle of work, and after a power cut."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conversing import ME, spoken

from audiokit.converse.conversation import KeptTurn, Options, Speaker, State
from audiokit.errors import InputError, NotAllowed, NotFound
from audiokit.people.deleting import Deleting
from audiokit.people.retention import AUDIT_DAYS, Kind
from audiokit.settings import Settings
from audiokit.store.columns import utc_now
from audiokit.store.made import MadeClip
from audiokit.store.tables import person
from audiokit.studio import Studio, open_studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.script import Line

OTHER = "bo"


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Studio]:
    monkeypatch.setenv("AUDIOKIT_ENGINE", "offline")
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    studio = open_studio(Settings.read())
    studio.person()
    with studio.database.write() as connection:
        connection.execute(person.insert(), {"id": OTHER, "name": "Bo", "created_at": utc_now(), "role": "member"})
    yield studio
    studio.close()


def a_take(studio: Studio, whose: str = ME) -> KeptTurn:
    return studio.converse.keep_take(whose, studio.converse.start(whose, Options()).id, spoken())


def later(studio: Studio, days: int = 40) -> Deleting:
    deleting = studio.privacy.deleting
    later = replace(deleting.holdings, now=lambda: datetime.now(UTC) + timedelta(days=days))
    return replace(deleting, holdings=later)


def as_it_is(studio: Studio, turn: KeptTurn, whose: str = ME) -> KeptTurn:
    return studio.converse.open(whose, turn.conversation_id).turn(turn.id)


def test_a_deleted_take_leaves_its_turn_and_says_why_and_the_receipt_has_its_digest(studio: Studio) -> None:
    turn = a_take(studio)
    (stored,) = studio.privacy.stored(ME)
    assert (stored.digest, stored.kept_until, stored.media_type) == (turn.clip_digest, None, "audio/wav")
    size = studio.blobs.size(stored.digest)

    receipt = studio.privacy.delete(ME, stored.ids).receipt

    assert receipt is not None
    told = json.loads(receipt.to_json())
    assert told["items"][0]["sha256"] == [stored.digest]
    assert (told["size_bytes"], told["reason"]) == (size, "as you asked")
    assert not studio.blobs.exists(stored.digest)
    left = as_it_is(studio, turn)
    assert left.clip_digest is None
    assert left.peaks == ()
    assert left.notes[-1].endswith(", as you asked.")
    assert left.state is State.UNUSABLE
    with pytest.raises(NotFound):
        studio.privacy.delete(ME, stored.ids)


def test_the_same_sound_of_somebody_else_stays_and_nobody_deletes_it_for_them(studio: Studio) -> None:
    mine, theirs = a_take(studio), a_take(studio, OTHER)
    assert mine.clip_digest == theirs.clip_digest
    (stored,) = studio.privacy.stored(ME)
    with pytest.raises(NotFound):
        studio.privacy.delete(OTHER, stored.ids)
    studio.privacy.delete(ME, stored.ids)
    assert as_it_is(studio, theirs, OTHER).clip_digest == theirs.clip_digest
    assert studio.clips.read(OTHER, theirs.clip_digest or "") == spoken()


def test_what_is_being_answered_stays_until_the_next_time(studio: Studio) -> None:
    turn = a_take(studio)
    studio.privacy.keep_for(ME, Kind.RECORDINGS, 30)
    reply = studio.converse.conversations.claim(turn.conversation_id, turn.id)
    assert reply is not None

    assert later(studio).sweep() == 0
    assert studio.clips.owns(ME, turn.clip_digest or "")
    done = studio.privacy.delete(ME, [one.id for one in studio.privacy.deleting.holdings.kept(ME)])
    assert (done.receipt, done.n_left) == (None, 1)

    studio.converse.conversations.give_up(turn.conversation_id, (reply,), "It broke.")
    assert later(studio).sweep() == 1


def test_a_persons_own_rule_only_makes_it_shorter(studio: Studio) -> None:
    retention = studio.privacy.retention
    studio.privacy.keep_for(ME, Kind.REPLIES, 30)
    studio.privacy.keep_own_for(OTHER, Kind.REPLIES, 90)
    assert retention.of(OTHER)[Kind.REPLIES].days == 30
    studio.privacy.keep_own_for(OTHER, Kind.REPLIES, 7)
    assert retention.of(OTHER)[Kind.REPLIES].sentence == "after 7 days, by your own rule"
    assert retention.of(ME)[Kind.REPLIES].days == 30
    assert retention.of(ME)[Kind.AUDIT].days == AUDIT_DAYS
    with pytest.raises(NotAllowed, match="how long things are kept"):
        studio.privacy.keep_for(OTHER, Kind.REPLIES, None)
    with pytest.raises(InputError):
        studio.privacy.keep_own_for(OTHER, Kind.AUDIT, 1)
    with pytest.raises(InputError):
        studio.privacy.keep_for(ME, Kind.REPLIES, 0)


def test_several_sweeps_at_once_delete_each_thing_once(studio: Studio) -> None:
    for _ in range(3):
        a_take(studio)
    studio.privacy.keep_for(ME, Kind.RECORDINGS, 30)
    with ThreadPoolExecutor(4) as pool:
        gone = list(pool.map(lambda _: later(studio).sweep(), range(4)))
    assert sum(gone) == 3
    assert sum(len(one.items) for one in studio.privacy.receipts(ME)) == 3


@pytest.mark.parametrize("step", ["begun", "bytes gone"])
def test_a_deletion_that_a_power_cut_stopped_is_finished_at_the_next_look(studio: Studio, step: str) -> None:
    turns = [a_take(studio), studio.converse.keep_take(ME, a_take(studio).conversation_id, spoken() + b"\0\0")]
    studio.privacy.keep_for(ME, Kind.RECORDINGS, 30)
    command = [sys.executable, str(Path(__file__).parent / "dying_sweep.py"), step]
    died = subprocess.run(command, env=os.environ, check=False, timeout=120)  # noqa: S603 - our own script
    assert died.returncode == -signal.SIGKILL

    assert studio.privacy.receipts(ME) == (), "there is no receipt for what may still be here"
    assert len(studio.privacy.deleting.receipts.unfinished()) == 1
    studio.privacy.deleting.resume()

    (receipt,) = studio.privacy.receipts(ME)
    assert len(receipt.items) == 3
    assert studio.privacy.stored(ME) == ()
    assert not any(studio.blobs.exists(turn.clip_digest or "") for turn in turns)
    assert receipt.size_bytes == 2 * len(spoken()) + 2


def test_a_line_that_somebody_else_has_too_stays_for_them_and_for_the_cache(studio: Studio) -> None:
    parts, shape = studio.summaries, default_shape("summary")
    digest = studio.blobs.put(spoken())
    narrator = parts.making.workshop.narrator
    narrator.made.keep(MadeClip(key="k", digest=digest, duration_s=1.0, n_words=3, voice="marin", model="m"))
    narrator.waves.put("k", spoken())
    programmes = {}
    for whose in (ME, OTHER):
        programmes[whose] = parts.library.of_lines(whose, "Narwhals", [Line(text="Narwhals dive.")], shape)
        (line,) = programmes[whose].lines
        studio.clips.keep(whose, spoken(), "audio/wav", "line")
        spoke = replace(line, key="k", clip_digest=digest, duration_s=1.0)
        parts.library.scripts.keep_sound(programmes[whose].id, spoke)

    studio.privacy.delete(ME, [f"programme/{programmes[ME].id}"])
    assert studio.clips.read(OTHER, digest) == spoken()
    assert narrator.made.find("k") is not None
    assert not studio.clips.owns(ME, digest)

    studio.privacy.delete(OTHER, [f"programme/{programmes[OTHER].id}"])
    assert narrator.made.find("k") is None
    assert narrator.waves.get("k") is None
    assert not studio.blobs.exists(digest)


def test_everything_of_one_person_goes_and_nothing_of_another(studio: Studio) -> None:
    mine, theirs = a_take(studio), a_take(studio, OTHER)
    studio.converse.keep_words(ME, mine.conversation_id, "Something that was typed.")
    studio.pipeline.capture(ME, spoken())
    studio.sentiment.gathering.begin(ME, [("a.wav", spoken())])
    studio.summaries.library.of_lines(ME, "Mine", [Line(text="A line.")], default_shape("summary"))
    studio.privacy.keep_own_for(ME, Kind.RECORDINGS, 7)

    done = studio.privacy.delete_everything(ME)

    assert done.receipt is not None
    assert done.n_left == 0
    assert studio.privacy.deleting.holdings.kept(ME) == ()
    assert studio.converse.headings(ME) == ()
    assert studio.pipeline.headings(ME) == ()
    assert studio.sentiment.library.batches(ME) == ()
    assert studio.summaries.library.headings(ME) == ()
    assert studio.privacy.retention.of(ME)[Kind.RECORDINGS].days == 7, "what protects a person stays"
    assert as_it_is(studio, theirs, OTHER).clip_digest == theirs.clip_digest


def test_words_go_out_of_a_turn_and_out_of_what_was_made_of_them(studio: Studio) -> None:
    conversations = studio.converse.conversations
    heading = conversations.start(ME, Options())
    conversations.add_turn(heading.id, Speaker.PERSON, State.ANSWERED, words="Where is the narwhal?")
    conversations.change(ME, heading.id, title="Where is the narwhal?", digest="Narwhals.", digest_until=0)
    studio.privacy.keep_own_for(ME, Kind.TRANSCRIPTS, 3)
    later(studio, 4).sweep()
    left = studio.converse.open(ME, heading.id)
    assert (left.heading.title, left.heading.digest, left.turns[0].words) == ("", None, None)
    assert left.turns[0].notes[-1].startswith("The words were deleted on ")
    assert studio.converse.find(ME, "narwhal") == ()


def test_sound_of_a_trial_that_nothing_uses_is_found_too(studio: Studio) -> None:
    studio.clips.keep(ME, spoken(), "audio/wav", "trial")
    studio.privacy.keep_for(ME, Kind.REPLIES, 30)
    assert studio.privacy.stored(ME) == (), "a clip is kept a moment before the turn that has it"
    (stored,) = later(studio, 2).holdings.stored(ME)
    assert stored.rule.kind is Kind.REPLIES
    assert later(studio).sweep() == 1
    assert not studio.clips.owns(ME, stored.digest)
