"""The steps of an analysis: each once, within the cap, cheap first; what a person says stays. Models are scripted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest
from analyses import ME, SAID, Desk, a_recording, analysed, open_desk

from audiokit.audio.decode import decode
from audiokit.catalog.models import Tier
from audiokit.errors import BudgetExceeded, InputError, KeyRefused, NotFound
from audiokit.sentiment.kept import KeptRecording, Options, Progress
from audiokit.sentiment.opinions import SecondOpinions
from audiokit.sentiment.readings import Correction
from audiokit.sentiment.service import NOT_READ
from audiokit.sentiment.tone import Tone
from audiokit.settings import Settings
from audiokit.studio import open_studio
from audiokit.usage.budgets import Every, ScopeKind

FILES = [("talk.wav", a_recording())]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def begun(desk: Desk, options: Options | None = None, *, cap_nanousd: int | None = None) -> KeptRecording:
    batch = desk.service.gathering.begin(ME, FILES, options)
    desk.service.making.batches.change(ME, batch.id, cap_nanousd=cap_nanousd)
    return look(desk, batch.recordings[0].id)


def look(desk: Desk, recording_id: str) -> KeptRecording:
    return desk.service.library.recording(ME, recording_id)


def test_a_recording_is_kept_and_looked_at_before_anything_is_sent(desk: Desk) -> None:
    recording = begun(desk)
    assert desk.clips.read(ME, recording.original_digest) == FILES[0][1]
    assert recording.state is Progress.WAITING
    assert recording.duration_s == pytest.approx(16.0)
    assert "whisper-1 writes it down" in (recording.plan or "")
    assert max(recording.peaks) == 1
    sound = decode(desk.clips.read(ME, recording.clip_digest or ""))
    assert (sound.sample_rate_hz, sound.n_channels) == (24_000, 1)
    assert sound.duration_s == pytest.approx(16.0)
    assert not desk.models.asked


def test_words_come_first_then_all_voices_then_second_opinions_where_they_are_worth_it(desk: Desk) -> None:
    recording = begun(desk)
    analysed(desk, recording.id)
    done = look(desk, recording.id)

    assert [segment.text for segment in done.segments] == list(SAID)
    assert [segment.start_s for segment in done.segments] == pytest.approx([0.1, 4.1, 8.1, 12.1])
    by_words = [segment.readings.words for segment in done.segments]
    assert [reading and reading.sentiment for reading in by_words] == [0.9, 0, -0.9, 0]
    assert all(segment.readings.first and segment.readings.measured for segment in done.segments)
    assert (done.language, len(done.speakers), done.speakers[0].is_assumed) == ("en", 1, True)
    assert done.whole is not None
    assert [cited.segment_ids for cited in done.whole.summary] == [(done.segments[0].id,)]
    assert (done.whole.n_escalated, done.whole.n_changed) == (desk.models.asked["judge_voice gpt-audio-1.5"], 0)
    assert done.whole.n_escalated > 0
    assert done.whole.saved_nanousd is not None
    found = desk.service.library.second_opinions(ME, done.batch_id)
    assert (found.n_voices, found.n_asked) == (len(done.segments), done.whole.n_escalated)
    assert (found.n_changed, found.saved_nanousd) == (0, done.whole.saved_nanousd)
    assert desk.service.library.second_opinions("somebody else", done.batch_id) == SecondOpinions()
    heading = desk.service.library.batch(ME, done.batch_id).recordings[0]
    assert heading.n_contrasts == 1, "what is loved, and said in anger"
    assert {tone for _, _, tone in heading.strip} == {"angry"}
    sounds = desk.ledger.recent(ME, 100)
    assert [one.in_sound_ms for one in sounds if one.in_sound_ms] == [round(1000 * (done.duration_s or 0))]


def test_nothing_is_paid_twice_when_steps_are_run_again(desk: Desk, tmp_path: Path) -> None:
    recording = begun(desk, Options(n_runs=2))
    analysed(desk, recording.id)
    before, asked = look(desk, recording.id), desk.models.asked.total()
    with open_desk(tmp_path, models=desk.models) as later:  # as after a crash
        analysed(later, recording.id)
        again = look(later, recording.id)
    assert desk.models.asked.total() == asked
    assert again.segments == before.segments
    assert again.whole == before.whole
    assert [len(segment.readings.again) for segment in again.segments] == [1] * 4


def test_what_was_done_before_a_failure_is_found_when_it_is_tried_again(desk: Desk) -> None:
    recording = begun(desk)
    desk.models.refusing["judge_voice"] = 401
    with pytest.raises(KeyRefused):
        analysed(desk, recording.id)
    stopped, transcribed, read = look(desk, recording.id), *map(desk.models.n_asked, ("transcriptions", "judge_words"))
    assert all(segment.readings.words for segment in stopped.segments), "a page can show these meanwhile"
    refused = desk.models.n_asked("judge_voice")
    with pytest.raises(KeyRefused):
        desk.workshop.listen(ME, recording.id, stopped.segments[-1].id)
    assert desk.models.n_asked("judge_voice") == refused, "the other voices would only meet the same"

    desk.models.refusing.clear()
    analysed(desk, recording.id)

    assert look(desk, recording.id).state is Progress.DONE
    assert (desk.models.n_asked("transcriptions"), desk.models.n_asked("judge_words")) == (transcribed, read)


def test_money_stays_within_the_quote_and_below_the_cap(desk: Desk) -> None:
    recording = begun(desk)
    quoted = desk.service.making.quote(ME, recording.batch_id)
    assert quoted.low_nanousd is not None
    assert quoted.high_nanousd is not None
    assert 0 < quoted.low_nanousd < quoted.high_nanousd
    assert quoted.minutes == pytest.approx(16 / 60)
    assert quoted.plan[0].startswith("talk.wav: 16.0 s")

    cap = 3_000_000
    desk.service.making.batches.change(ME, recording.batch_id, cap_nanousd=cap)
    with pytest.raises(BudgetExceeded, match="for this batch is reached"):
        analysed(desk, recording.id)
    batch = desk.service.library.batch(ME, recording.batch_id)
    entries = desk.ledger.of_conversation(recording.id)
    assert 0 < batch.money.spent_nanousd == sum(entry.cost_nanousd or 0 for entry in entries) <= cap
    assert batch.recordings[0].spent_nanousd == batch.money.spent_nanousd

    desk.service.making.batches.change(ME, recording.batch_id, cap_nanousd=None)
    analysed(desk, recording.id)
    assert look(desk, recording.id).state is Progress.DONE


def test_where_voices_must_not_be_read_nobody_listens_and_nothing_is_inferred(tmp_path: Path) -> None:
    with open_desk(tmp_path, reads_voice=False) as desk:
        recording = begun(desk, Options(reads_voice=True))
        analysed(desk, recording.id)
        done = look(desk, recording.id)
        assert not desk.service.reads_voice
        assert not done.options.reads_voice
        assert desk.models.n_asked("judge_voice") == 0
        readings = [segment.readings for segment in done.segments]
        assert all(reading.voice is None and reading.words is not None for reading in readings), "words are no voice"
        assert all(reading.measured and reading.measured.activation is None for reading in readings)


def test_the_full_model_needs_no_second_opinion(desk: Desk) -> None:
    recording = begun(desk, Options(tier=Tier.FULL))
    analysed(desk, recording.id)
    assert desk.models.asked["judge_voice gpt-audio-1.5"] == desk.models.n_asked("judge_voice") == 4


def test_second_opinions_are_the_first_that_a_budget_leaves_out(desk: Desk) -> None:
    recording = begun(desk)
    at, workshop = (ME, recording.id), desk.workshop
    workshop.begin(*at)
    for position in chain.from_iterable(workshop.prepare(*at)):
        workshop.hear(*at, position)
    workshop.cut(*at)
    for group in workshop.to_read(*at):
        workshop.read(*at, group)
    for segment_id in workshop.to_listen(*at):
        workshop.listen(*at, segment_id)
    assert workshop.to_ask_again(*at)
    spent = sum(entry.cost_nanousd or 0 for entry in desk.ledger.of_conversation(recording.id))

    desk.budgets.put(ScopeKind.PERSON, ME, Every.DAY, spent + 6_000_000)

    assert workshop.to_ask_again(*at) == []
    workshop.sum_up(*at)
    done = look(desk, recording.id)
    assert done.whole is not None
    assert done.whole.summary
    assert "No second opinions were asked for: the budget does not reach for them." in done.notes


def test_what_a_person_says_of_a_passage_is_kept_whatever_models_say(desk: Desk) -> None:
    recording, correcting = begun(desk), desk.service.correcting
    analysed(desk, recording.id)
    first, *_, last = look(desk, recording.id).segments
    correction = Correction(tone=Tone.WARM, note="She laughs.", at=datetime(2026, 11, 21, tzinfo=UTC))

    corrected = correcting.correct(ME, recording.id, first.id, correction)
    correcting.rewrite(ME, recording.id, first.id, "I really love this so much.")
    named = correcting.name_speaker(ME, recording.id, 1, "Ada")
    analysed(desk, recording.id)

    kept = look(desk, recording.id)
    segment = kept.segment(first.id)
    assert corrected.segment(first.id).readings.tone is segment.readings.tone is Tone.WARM
    assert (segment.text, segment.heard) == ("I really love this so much.", SAID[0])
    assert [word.text for word in segment.words] == segment.text.split()
    assert segment.start_s <= segment.words[0].start_s <= segment.words[-1].end_s <= segment.end_s
    assert segment.readings.words == first.readings.words, "its quote still stands there"
    assert (named.speakers[0].name, kept.speakers[0].name) == ("Ada", "Ada")
    assert desk.service.library.batch(ME, kept.batch_id).recordings[0].strip[0][2] == "warm"

    correcting.rewrite(ME, recording.id, last.id, "Something else.")
    assert look(desk, recording.id).segment(last.id).readings.words is None, "it was of other words"
    asked = desk.models.asked.copy()
    analysed(desk, recording.id)
    assert look(desk, recording.id).segment(last.id).readings.words is not None
    assert {name.split()[0]: n for name, n in (desk.models.asked - asked).items()} == {"judge_words": 1}
    correcting.rewrite(ME, recording.id, last.id, SAID[-1])
    assert look(desk, recording.id).segment(last.id).heard is None
    with pytest.raises(InputError, match="says nothing"):
        correcting.correct(ME, recording.id, first.id, replace(correction, tone=None, note=" "))
    assert correcting.correct(ME, recording.id, first.id, None).segment(first.id).readings.tone is Tone.ANGRY


def test_questions_are_answered_with_the_moments_of_each_recording(desk: Desk) -> None:
    recording = begun(desk)
    with pytest.raises(InputError, match="written down yet"):
        desk.service.asking.ask(ME, "What was loved?")
    analysed(desk, recording.id)
    first = look(desk, recording.id).segments[0]
    (answer,) = desk.service.asking.ask(ME, "What was loved?")
    assert (answer.recording_id, answer.moments) == (recording.id, ((recording.id, first.id),))
    assert answer.cited.text


def test_nobody_else_finds_it_and_nothing_is_left_when_it_is_removed(desk: Desk) -> None:
    recording, library = begun(desk), desk.service.library
    analysed(desk, recording.id)
    clip = look(desk, recording.id).clip_digest or ""
    assert [heading.id for heading in library.batches(ME, "terrible")] == [recording.batch_id]
    assert library.batches(ME, "no such words") == ()
    for refused in (library.recording, library.remove_recording):
        with pytest.raises(NotFound):
            refused("somebody else", recording.id)
    for gone in (library.batch, library.remove):
        with pytest.raises(NotFound):
            gone("somebody else", recording.batch_id)
    assert library.batches("somebody else") == ()

    assert library.remove_recording(ME, recording.id).recordings == ()
    library.remove(ME, recording.batch_id)

    assert not desk.blobs.exists(clip)
    assert not desk.blobs.exists(recording.original_digest)
    assert desk.ledger.of_conversation(recording.id), "what was spent stays known"


def test_a_file_that_another_batch_has_too_outlives_the_first(desk: Desk) -> None:
    recording, other = begun(desk), begun(desk)
    desk.service.library.remove(ME, recording.batch_id)
    assert desk.clips.read(ME, other.original_digest)
    assert desk.clips.read(ME, other.clip_digest or "")


def test_a_broken_file_says_so_and_stops_no_other(desk: Desk) -> None:
    files = [("notes.txt", b"nothing to hear"), *FILES, ("silence.wav", a_recording()[:44] + bytes(96_000))]
    batch = desk.service.gathering.begin(ME, files, title=" Two broken ")
    text, talk, quiet = batch.recordings
    assert batch.title == "Two broken"
    assert [one.state for one in (text, talk, quiet)] == [Progress.FAILED, Progress.WAITING, Progress.FAILED]
    assert "not sound that audiokit can read" in (text.trouble or "")
    assert "Nothing was heard" in (quiet.trouble or "")
    with pytest.raises(InputError, match="no recording yet"):
        desk.service.gathering.begin(ME, [])
    assert not desk.models.asked


def test_the_installation_can_switch_off_all_reading_of_voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOKIT_ENGINE", "offline")
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AUDIOKIT_READS_VOICE", "false")
    studio = open_studio(Settings.read())
    assert not studio.sentiment.reads_voice
    assert "Article 5(1)(f)" in NOT_READ
    studio.close()
