"""After deletion no byte of the sound is found, nor a word: looked for in every file and every table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conversing import spoken
from postgres import fresh_database_url
from programmes import ME, opened, until_at_rest
from real import REAL
from searching import files_with, in_base64, tables_with, windows

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.wav import to_wav
from audiokit.converse.conversation import Options, State
from audiokit.people.deleting import NOBODY
from audiokit.people.retention import Kind
from audiokit.studio import Studio
from audiokit.summaries.formats import default_shape

WHALES = b"""# Narwhals

The narwhal dives under the ice of the Arctic in winter. Its tusk is a tooth that grows through the upper lip.
Nobody knows for certain what the tusk is for. Narwhals were hunted for it, and it was sold as the horn of a unicorn.
"""
TYPED = "Tell me about the marmalade factory in Dundee, and about nothing else."
SHORT = replace(default_shape("summary"), minutes=0.1)


def until(look: Callable[[], bool], what: str) -> None:
    give_up_at = time.monotonic() + 120
    while not look():
        assert time.monotonic() < give_up_at, f"waited in vain for {what}"
        time.sleep(0.1)


def speech() -> bytes:
    """Three seconds of real speech where it is at hand; else what passes for it."""
    real = REAL / "speech" / "ggml-org__whisper.cpp" / "samples__jfk.wav"
    if not real.is_file():
        return spoken()
    whole = decode(real.read_bytes())
    return to_wav(Clip(whole.samples[: 3 * whole.sample_rate_hz], whole.sample_rate_hz))


def everything_made(studio: Studio, sound: bytes) -> list[bytes]:
    """Have everything made of a recording that can be; return bytes of what was sent out of the house."""
    converse, gone_out = studio.converse, list[bytes]()
    heading = converse.start(ME, Options())
    turn = converse.keep_take(ME, heading.id, sound)
    converse.type_beside(ME, heading.id, turn.id, TYPED)
    converse.send(ME, heading.id, turn.id)
    until(lambda: all(one.state is State.ANSWERED for one in converse.open(ME, heading.id).turns), "the answer")
    branched = converse.branch(ME, heading.id, turn.id)
    assert converse.open(ME, branched).turns[-1].clip_digest == turn.clip_digest

    prompt = studio.pipeline.run(ME, studio.pipeline.capture(ME, sound).id)
    until(lambda: studio.pipeline.open(ME, prompt.id).running is None, "the prompt")

    parts = studio.summaries
    begun = parts.gathering.begin(ME, SHORT)
    parts.gathering.add_files(ME, begun.id, [("narwhals.md", WHALES)])
    parts.making.write(ME, begun.id, goes_on=True)
    made = until_at_rest(studio, begun)
    first, *others = made.lines
    changed = replace(first.line, text="Narwhals are not unicorns, whatever was said.")
    parts.editing.edit(ME, made.id, [(first.id, changed), *((kept.id, kept.line) for kept in others)])
    parts.making.speak(ME, made.id)
    made = until_at_rest(studio, begun)
    for to in ("mp3", "zip"):
        with studio.exports.file(ME, made.id, to).open() as file:
            gone_out.append(file.read())

    batch = studio.sentiment.gathering.begin(ME, [("an interview.wav", sound)], title="An interview")
    studio.sentiment.making.start(ME, batch.id)
    until(lambda: studio.sentiment.making.look(ME, batch.id)[1] is None, "the analysis")
    return gone_out


def needles_of(studio: Studio, folder: Path, sound: bytes, gone_out: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Return stretches of every sound as it is kept, sent out or decoded; and words."""
    sounds = [*gone_out, to_wav(decode(sound))]
    for stored in studio.privacy.stored(ME):
        data = studio.clips.read(ME, stored.digest)
        sounds += [data, studio.clips.waveform(ME, stored.digest) or b""]
        if stored.media_type.startswith("audio/"):
            sounds.append(to_wav(decode(data)))
    sounds += [path.read_bytes() for path in (folder / "waves").rglob("*.val")]
    stretches = [window for number, data in enumerate(sounds) for window in windows(data, seed=number)]
    words = {TYPED, "tusk is a tooth", "whatever was said"}
    for heading in studio.converse.headings(ME):
        words |= {
            turn.words.partition('"')[0][:40] for turn in studio.converse.open(ME, heading.id).turns if turn.words
        }
    for prompt in studio.pipeline.headings(ME):
        words |= {(studio.pipeline.open(ME, prompt.id).transcript or TYPED)[:40]}
    for programme in studio.summaries.library.headings(ME):
        words |= {kept.line.text[:40] for kept in studio.summaries.library.open(ME, programme.id).lines}
    for found in studio.sentiment.library.batches(ME):
        for one in studio.sentiment.library.batch(ME, found.id).recordings:
            words |= {part.text[:40] for part in studio.sentiment.library.recording(ME, one.id).segments}
    return stretches, [text.encode() for text in words if len(text) >= 12]


pytestmark = pytest.mark.timeout(400)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> str | None:
    return fresh_database_url() if request.param == "postgresql" else None


@pytest.fixture
def studio(address: str | None, tmp_path: Path) -> Iterator[Studio]:
    pytest.importorskip("espeakng_loader")
    with opened(
        tmp_path, {"AUDIOKIT_ENGINE": "offline"} | ({"AUDIOKIT_DATABASE_URL": address} if address else {})
    ) as studio:
        yield studio


def test_no_byte_of_the_sound_and_no_word_is_left_after_deletion(
    studio: Studio, address: str | None, tmp_path: Path
) -> None:
    sound = speech()
    gone_out = everything_made(studio, sound)
    stretches, words = needles_of(studio, tmp_path, sound, gone_out)
    plain = [*stretches, *words]

    def traces() -> dict[str, list[bytes]]:
        looked_for = [*plain, *(text for window in plain for text in in_base64(window))]
        return files_with(tmp_path, looked_for) | (tables_with(address, looked_for) if address else {})

    before = {hit for hits in traces().values() for hit in hits}
    assert len(before.intersection(stretches)) > 0.6 * len(stretches), "what is looked for can be found"
    assert before >= set(words)

    # By rule: both voices and all words, forty days later.
    deleting = studio.privacy.deleting
    then = replace(deleting.holdings, now=lambda: datetime.now(UTC) + timedelta(days=40))
    later = replace(deleting, holdings=then)
    for kind in (Kind.RECORDINGS, Kind.REPLIES, Kind.TRANSCRIPTS):
        studio.privacy.keep_for(ME, kind, 30)
    assert later.sweep() > 0
    turns = [turn for one in studio.converse.headings(ME) for turn in studio.converse.open(ME, one.id).turns]
    assert turns
    assert all(turn.clip_digest is None and not turn.said for turn in turns)
    assert all("after 30 days, by the rule here" in turn.notes[-1] for turn in turns)
    assert later.sweep() == 0, "each thing goes once"

    # By hand: the programme.
    ids = [one.id for one in studio.privacy.deleting.holdings.kept(ME)]
    assert [one.partition("/")[0] for one in ids] == ["programme"]
    done = studio.privacy.delete(ME, ids)
    assert done.receipt is not None

    assert traces() == {}, "bytes of sound, or words, are still stored"
    assert studio.privacy.stored(ME) == ()
    receipts = studio.privacy.receipts(ME)
    assert {one.reason for one in receipts} == {"as you asked", "after 30 days, by the rule here"}
    assert all(one.size_bytes > 0 for one in receipts if one.items[0].kind is not Kind.TRANSCRIPTS)
    assert {entry.actor_id for entry in studio.privacy.log(ME) if entry.action == "deleted"} == {ME, NOBODY}
    kept = [entry for turn in turns for entry in studio.ledger.of_conversation(turn.conversation_id)]
    assert kept, "what it cost stays known"
