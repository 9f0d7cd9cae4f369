"""Who wants nothing kept talks all the same: the sound is in memory until it was answered, and on no disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conversing import ME, spoken
from searching import files_with, in_base64, windows

from audiokit.audio.decode import decode
from audiokit.audio.wav import to_wav
from audiokit.converse.conversation import Options, State
from audiokit.converse.sounds import NOT_KEPT
from audiokit.errors import Busy, NotAllowed, NotFound
from audiokit.people.discretion import Discreet
from audiokit.settings import Settings
from audiokit.store import fleeting
from audiokit.studio import Studio, open_studio


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Studio]:
    pytest.importorskip("espeakng_loader")
    monkeypatch.setenv("AUDIOKIT_ENGINE", "offline")
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AUDIOKIT_KEEP_NOTHING", "true")
    studio = open_studio(Settings.read())
    studio.person()
    yield studio
    studio.close()


def until(look: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 120
    while not look():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


@pytest.mark.parametrize("keeps_words", [True, False])
def test_a_talk_leaves_no_sound_and_words_only_where_they_are_wanted(
    studio: Studio, tmp_path: Path, keeps_words: bool
) -> None:
    studio.privacy.choose(ME, Discreet(keeps_words=keeps_words))
    converse, sound = studio.converse, spoken()
    heading = converse.start(ME, Options())
    turn = converse.keep_take(ME, heading.id, sound)
    converse.type_beside(ME, heading.id, turn.id, "What is a narwhal, pray?")
    assert studio.read_clip_range(ME, turn.clip_digest or "", 0, 9_999_999) == sound, "it can be heard meanwhile"
    looked_for = [window for data in (sound, to_wav(decode(sound))) for window in windows(data)]
    looked_for += [text for window in looked_for for text in in_base64(window)]

    reply = converse.send(ME, heading.id, turn.id)
    growing = converse.growing(reply)
    assert growing is not None
    until(lambda: growing.ended and converse.open(ME, heading.id).turn(turn.id).clip_digest is None)

    said, told = converse.open(ME, heading.id).turns
    assert (said.state, told.state) == (State.ANSWERED, State.ANSWERED)
    assert growing.duration_s > 0, "it was heard while it grew"
    assert told.clip_digest is None
    assert told.duration_s == pytest.approx(growing.duration_s, abs=0.2)
    assert NOT_KEPT in said.notes
    assert NOT_KEPT in told.notes
    assert (said.peaks, said.levels) == ((), None)
    assert bool(told.words) is keeps_words
    assert bool(said.typed) is keeps_words
    assert bool(converse.open(ME, heading.id).heading.title) is keeps_words
    with pytest.raises(NotFound, match="in memory only"):
        studio.clips.read(ME, turn.clip_digest or "")
    looked_for += windows(growing.sound(), seed=3)
    studio.database.tidy()
    assert files_with(tmp_path, looked_for) == {}
    assert not any((tmp_path / "blobs").rglob("?" * 64))
    assert studio.privacy.stored(ME) == ()
    if not keeps_words:
        assert files_with(tmp_path, [b"narwhal, pray", (growing.words or "nothing said")[:30].encode()]) == {}


def test_what_cannot_work_so_says_it_and_keeps_nothing(studio: Studio) -> None:
    with pytest.raises(NotAllowed, match="Nothing of your sound is kept"):
        studio.pipeline.capture(ME, spoken())
    with pytest.raises(NotAllowed, match="Nothing of your sound is kept"):
        studio.sentiment.gathering.begin(ME, [("a.wav", spoken())])
    assert studio.pipeline.headings(ME) == ()
    assert studio.privacy.stored(ME) == ()


def test_what_waits_in_memory_has_bounds_and_an_end(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    clips = fleeting.FleetingClips(studio.database, studio.blobs, keeps_nothing=lambda _: True, clock=lambda: now[0])
    digest = clips.keep(ME, b"sound", "audio/wav", "take")
    assert clips.read(ME, digest) == b"sound"
    with pytest.raises(NotFound):
        clips.read("somebody else", digest)
    monkeypatch.setattr(fleeting, "_MOST_BYTES", 8)
    with pytest.raises(Busy):
        clips.keep(ME, b"more sound", "audio/wav", "take")
    now[0] = 3601.0
    assert not clips.owns(ME, digest)
