"""What sounds are like, from the microphone to the tables: known sounds, sums that equal a recount, nobody else's."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from clips import Samples, noise, silence, tone
from conversing import ME, settled
from postgres import fresh_database_url

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.figures import CLIPPED_RATIO, figures_of_clip
from audiokit.audio.wav import from_pcm16, pcm16_of, to_wav
from audiokit.converse.conversation import Options
from audiokit.settings import Settings
from audiokit.store.database import Database, open_database
from audiokit.studio import Studio, open_studio
from audiokit.usage.entries import Entry
from audiokit.usage.ledger import Ledger
from audiokit.usage.reports import Period, Reports, Scope
from audiokit.usage.sound import EDGES, Sound

sys.path.append(str(Path(__file__).parents[2]))  # the generator of the benchmark

from benchmarks._ledger_entries import FIRST, MODELS, PEOPLE, days_of, entries_of

ZONE = ZoneInfo("Asia/Kathmandu")
PERIOD = Period(FIRST - timedelta(days=1), FIRST + timedelta(days=40))


@pytest.fixture
def studio() -> Iterator[Studio]:
    one = open_studio(Settings(AUDIOKIT_ENGINE="offline"))
    one.person()
    yield one
    one.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(None if request.param == "sqlite" else fresh_database_url(), tmp_path)
    yield opened
    opened.close()


def too_loud() -> Samples:
    """Two seconds in four of a sine at 24 samples a period, of which five at the top and five at the bottom are cut."""
    sine = np.clip(tone(1_000, seconds=1, peak=1.2), -1, 32_767 / 32_768)
    return np.concatenate([silence(seconds=0.5), sine, silence(seconds=1), sine, silence(seconds=0.5)])


def syllables(rms: float) -> Samples:
    return np.concatenate([noise(seconds=0.18, rms=rms), silence(seconds=0.12)] * 8)


def said(studio: Studio, samples: Samples) -> dict[str, Entry]:
    """Say it, and return what was written down of it by the kind of call."""
    talk = studio.converse.start(ME, Options(uses_tools=False)).id
    turn = studio.converse.keep_take(ME, talk, to_wav(Clip(samples, 24_000)))
    studio.converse.send(ME, talk, turn.id)
    settled(studio, talk)
    return {entry.kind: entry for entry in studio.ledger.of_conversation(talk)}


def test_a_clipped_and_a_quiet_recording_are_told_as_they_were_and_so_is_what_was_answered(studio: Studio) -> None:
    clipped, quiet = (said(studio, one) for one in (too_loud(), syllables(0.002)))

    for entry in clipped.values():  # who answers and who writes down hear the same
        assert entry.in_sound_ms == 4_000
        assert entry.in_clipped_ratio == pytest.approx(10 / 24 / 2, rel=0.001)
        assert entry.in_loudness_lufs == pytest.approx(-3.2, abs=0.2)  # some blocks hold half of it
    heard, loud = quiet["converse"], figures_of_clip(Clip(syllables(0.1), 24_000))
    assert loud is not None
    assert loud.loudness_lufs is not None
    assert heard.in_loudness_lufs == pytest.approx(loud.loudness_lufs - 33.98, abs=0.2)  # a fiftieth of the level
    assert heard.in_clipped_ratio == 0
    assert heard.in_speech_ms == loud.speech_ms

    reply = studio.converse.open(ME, heard.conversation_id or "").turns[-1]
    answered = figures_of_clip(from_pcm16(pcm16_of(studio.clips.read(ME, reply.clip_digest or "")), 24_000))
    assert answered is not None
    assert (heard.out_sound_ms, heard.out_loudness_lufs) == (answered.sound_ms, answered.loudness_lufs)
    assert quiet["transcribe"].out_sound_ms is None


def recounted(entries: list[Entry]) -> dict[tuple[str, str, str], tuple[int, ...]]:
    """Count what was measured, clipped, said again, and how long it lasted, by page, model and direction."""
    found = defaultdict[tuple[str, str, str], list[int]](lambda: [0] * 5)
    for one in entries:
        if one.outcome not in ("answered", "cut"):
            continue
        for side, ms, speech_ms, ratio in (
            ("in", one.in_sound_ms, one.in_speech_ms, one.in_clipped_ratio),
            ("out", one.out_sound_ms, one.out_speech_ms, one.out_clipped_ratio),
        ):
            if ms is not None:
                adds = (1, (ratio or 0) >= CLIPPED_RATIO, 0, ms, speech_ms or 0)
                sums = found[one.page, one.model_asked, side]
                sums[:] = [count + more for count, more in zip(sums, adds, strict=True)]
        if one.again_for is not None:
            found[one.page, one.again_for, "out"][2] += 1
    return {key: tuple(sums) for key, sums in found.items()}


def counts(sounds: tuple[Sound, ...]) -> dict[tuple[str, str, str], tuple[int, ...]]:
    return {
        (one.page, one.model, one.direction): (one.n_sounds, one.n_clipped, one.n_again, one.sound_ms, one.speech_ms)
        for one in sounds
    }


def test_the_sums_are_those_of_a_recount_for_everybody_and_for_one_person_or_model(database: Database) -> None:
    ledger, reports = Ledger(database, ZONE), Reports(database, ZONE)
    entries = [entry for day in days_of(700, 40) for entry in entries_of(day)]
    for entry in entries:
        ledger.write(entry)
    whose = Counter(entry.person_id for entry in entries if entry.again_for).most_common(1)[0][0]
    of_one = [entry for entry in entries if entry.person_id == whose]

    assert counts(reports.sound(Scope(), PERIOD)) == recounted(entries)
    assert counts(reports.sound(Scope(person_id=whose), PERIOD)) == recounted(of_one)
    model = MODELS[0]
    for scope, among in ((Scope(model=model), entries), (Scope(person_id=whose, model=model), of_one)):
        told = {key: sums for key, sums in recounted(among).items() if key[1] == model}
        assert counts(reports.sound(scope, PERIOD)) == told


def test_half_of_the_sounds_are_below_what_is_said_within_a_bucket_of_it(database: Database) -> None:
    ledger, reports = Ledger(database, ZONE), Reports(database, ZONE)
    entries = [entry for day in days_of(500, 10) for entry in entries_of(day)]
    for entry in entries:
        ledger.write(entry)
    steps = {name: edges[1] - edges[0] for name, edges in EDGES.items()}

    for one in reports.sound(Scope(), PERIOD):
        of_it = [
            e for e in entries if (e.page, e.model_asked) == (one.page, one.model) and e.outcome in ("answered", "cut")
        ]
        for name, told in (("loudness_lufs", one.loudness_p50_lufs), ("snr_db", one.snr_p50_db)):
            values = sorted(value for e in of_it if (value := getattr(e, f"{one.direction}_{name}")) is not None)
            if not values:
                assert told is None
                continue
            assert told is not None
            exact = values[max(0, -(-len(values) // 2) - 1)]
            assert abs(told - exact) <= steps[name] or exact < EDGES[name][0] or exact > EDGES[name][-1]


def test_what_nobody_measured_is_told_of_nowhere(database: Database) -> None:
    (entries,) = [entries_of(day) for day in days_of(3, 1)]
    unmeasured = Entry(
        id="x", at=entries[0].at, person_id=PEOPLE[0], page="live", endpoint="openai", kind="live",
        model_asked=MODELS[0], input_ms=900, output_ms=900, total_ms=1, outcome="answered",
    )  # fmt: skip
    Ledger(database, ZONE).write(unmeasured)

    for scope in (Scope(), Scope(person_id=PEOPLE[0])):
        assert Reports(database, ZONE).sound(scope, PERIOD) == ()
