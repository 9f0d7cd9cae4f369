"""A conversation of 60 spoken turns on the page: all of it can be played, and drawing it asks for little."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clips import noise
from conversing import ME
from sqlalchemy import Engine, event
from streamlit.testing.v1 import AppTest

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.converse.conversation import Conversation, Options, Speaker, State, Timing
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio

APP = str(Path(__file__).resolve().parents[2] / "app.py")
N_TURNS = 60
RATE_HZ = 24_000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio of this module's own."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AUDIOKIT_DATA_DIR", str(tmp_path_factory.mktemp("long")))
        studio = open_studio(Settings.read())
    studio.person()
    yield studio
    studio.close()


@pytest.fixture(scope="module")
def spoken(studio: Studio) -> Conversation:
    return conversation_of(studio, N_TURNS)


def conversation_of(studio: Studio, n_turns: int) -> Conversation:
    """A conversation of so many turns, each with a clip of its own."""
    heading = studio.converse.start(ME, Options())
    for number in range(n_turns):
        clip = Clip(np.asarray(noise(seconds=0.1 + number / 1000, rms=0.1), np.float32), RATE_HZ)
        digest = studio.clips.keep(ME, to_wav(clip), "audio/wav", "take")
        studio.converse.conversations.add_turn(
            heading.id,
            (Speaker.PERSON, Speaker.MODEL)[number % 2],
            State.ANSWERED,
            words=f"What was said at {number}",
            clip_digest=digest,
            clip_media_type="audio/wav",
            duration_s=clip.duration_s,
            peaks=tuple(np.linspace(0, 1, 400).tolist()),
            timings=(Timing("What", 0.0, 0.05), Timing("was", 0.05, 0.1)) if number % 2 else (),
        )
    return studio.converse.open(ME, heading.id)


@contextmanager
def opened(studio: Studio, conversation_id: str) -> Iterator[AppTest]:
    """The page on a conversation, of this studio, as it stands after it was drawn twice."""
    process = types.ModuleType("_audiokit_process")
    process.__dict__["studio"] = studio
    sys.modules["_audiokit_process"] = process
    try:
        at = AppTest.from_file(APP, default_timeout=30)
        at.query_params["conversation"] = conversation_id
        at.run()
        yield at.run()
    finally:
        del sys.modules["_audiokit_process"]


def players(at: AppTest) -> dict[str, Any]:
    """What every player on the page was given, by its label."""
    protos = [element.proto for element in at.get("bidi_component")]
    given = [json.loads(getattr(proto, proto.WhichOneof("data")))[0] for proto in protos if proto.WhichOneof("data")]
    return {one["label"]: one for one in given if "clip" in one}


def test_every_turn_is_drawn_with_a_player_whose_address_gives_its_own_clip(
    studio: Studio, spoken: Conversation
) -> None:
    studio.converse.compact(ME, spoken.heading.id)  # which takes nothing away from what can be heard

    with opened(studio, spoken.heading.id) as at:
        last = players(at)
        at.button(key="record.all").click().run()
        everything = players(at)
        assert not at.exception

    assert len(last) == 12
    assert len(everything) == N_TURNS
    for number, turn in enumerate(spoken.turns, 1):
        label = f"{'Your turn' if turn.speaker is Speaker.PERSON else 'Reply'} {number}"
        shown = everything[label]["clip"]
        claims = studio.signer.open(shown["url"].rpartition("/")[2])
        assert (claims["digest"], claims["person"]) == (turn.clip_digest, ME)
        data = studio.read_clip_range(ME, str(claims["digest"]), 0, studio.clip_size(ME, str(claims["digest"])))
        assert len(data) == 44 + 2 * round((turn.duration_s or 0) * RATE_HZ)
        assert (shown["duration_s"], len(shown["peaks"])) == (turn.duration_s, 400)
    assert all(one["words"] for one in everything.values())


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that any database is asked meanwhile, without the beginnings and ends of transactions."""
    asked = list[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement != "BEGIN":
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_drawing_it_again_asks_the_database_as_little_as_drawing_a_short_one(
    studio: Studio, spoken: Conversation
) -> None:
    asked = dict[str, list[str]]()
    short = conversation_of(studio, 2)
    for name, conversation in (("short", short), ("long", spoken)):
        with opened(studio, conversation.heading.id) as at:
            if name == "long":
                at.button(key="record.all").click().run()
            with statements() as asked[name]:
                at.run()
    # What a person prefers is remembered for two seconds, and so may be asked in one of them only.
    of_threads = {name: [one for one in each if "FROM preference" not in one] for name, each in asked.items()}
    assert of_threads["long"] == of_threads["short"]
    assert len(asked["long"]) <= 8, asked["long"]


def test_what_the_next_turn_would_mean_is_worked_out_once_for_all_that_show_it(
    studio: Studio, spoken: Conversation
) -> None:
    """The service looks at the clock once for each outlook, and for nothing else while nothing is being answered."""
    looks = list[datetime]()

    def now() -> datetime:
        looks.append(datetime.now(UTC))
        return looks[-1]

    watched = replace(studio, converse=replace(studio.converse, now=now))
    with opened(watched, spoken.heading.id) as at:
        looks.clear()
        at.run()

        assert len(looks) == 1
        studio.converse.rename(ME, spoken.heading.id, "Another")
        at.run()
        assert len(looks) == 2, "and anew for each run: the conversation may have gone on"


def test_compacting_is_seen_in_what_goes_along(studio: Studio) -> None:
    conversation = conversation_of(studio, 2)
    with opened(studio, conversation.heading.id) as at:
        key = f"record.memory.{conversation.heading.id}"
        assert at.segmented_control(key=key).value == "balanced"
        studio.converse.compact(ME, conversation.heading.id)
        at.run()
        assert at.segmented_control(key=key).value == "words"
        at.segmented_control(key=key).set_value("voices").run()
        assert at.segmented_control(key=key).value == "voices"
    assert studio.converse.open(ME, conversation.heading.id).heading.options.memory == "voices"
