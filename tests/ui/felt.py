"""A recording in which something was felt, made for tests: two voices, of which one turns, and a contrast."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from audiokit.audio.voice.baseline import Difference, Differences
from audiokit.audio.voice.prosody import Prosody
from audiokit.sentiment.kept import KeptRecording, KeptSegment, Options, Progress, Speaker
from audiokit.sentiment.readings import Confidence, Correction, Measured, Readings, VoiceReading, WordsReading
from audiokit.sentiment.tone import Tone
from audiokit.sentiment.whole import Cited, Kind, Moment, Turning, Whole
from audiokit.studio import Studio
from audiokit.words.word_times import Word

__all__ = ["AT", "DURATION_S", "SEGMENTS", "SPEAKERS", "WHOLE", "analysed", "recording_of"]

AT = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
SPEAKERS = (Speaker(number=0, name="Caller"), Speaker(number=1, name="Agent"))
_SAID = (
    ("Nobody could tell me where my order is.", -0.7, Tone.IRRITATED, 0.7),
    ("I am sorry to hear that. Let me look.", 0.3, Tone.WARM, -0.4),
    ("Great. That would be wonderful, really.", 0.7, Tone.IRRITATED, 0.7),
    ("It will be with you tomorrow before noon.", 0.4, Tone.CALM, -0.3),
    ("Oh, that is kind of you. Thank you so much!", 0.8, Tone.EXCITED, 0.8),
)
_EACH_S = 5.0
DURATION_S = _EACH_S * len(_SAID)
_PLEASANT = {Tone.IRRITATED: -0.6, Tone.WARM: 0.5, Tone.CALM: 0.4, Tone.EXCITED: 0.7}


def _heard_as(tone: Tone, arousal: float | None, model: str = "gpt-audio-mini") -> VoiceReading:
    return VoiceReading(
        tone=tone,
        sentiment=_PLEASANT[tone],
        arousal=arousal,
        confidence=Confidence.MEDIUM,
        reason=f"It sounds {tone.label}.",
        model=model,
    )


def _measured(activation: float) -> Measured:
    prosody = Prosody(
        duration_s=5.0,
        speaking_s=4.5,
        voiced_ratio=0.6,
        pitch_hz=212.0,
        pitch_range_semitones=9.0,
        level_dbfs=-22.0,
        level_range_db=14.0,
        n_syllables=18,
        speaking_rate_per_s=4.1,
        articulation_rate_per_s=4.8,
        n_pauses=1,
        mean_pause_s=0.4,
        pause_ratio=0.1,
    )
    nothing = dict.fromkeys(Differences.__dataclass_fields__)
    differences = replace(Differences(**nothing), pitch_semitones=Difference(amount=2.0, z=2.4))
    return Measured(prosody=prosody, brightness_db=None, differences=differences, activation=activation)


def _segment(position: int) -> KeptSegment:
    text, sentiment, tone, arousal = _SAID[position]
    start_s = _EACH_S * position
    said = text.split()
    step_s = 4.5 / len(said)
    words = tuple(
        Word(word, start_s + step_s * n, start_s + step_s * (n + 1), 0.31 if word == "wonderful," else 0.93)
        for n, word in enumerate(said)
    )
    by_words = WordsReading(
        sentiment=sentiment,
        confidence=Confidence.HIGH,
        reason="The words say so.",
        quote=" ".join(said[:3]),
        model="gpt-4o-mini",
    )
    readings = Readings(words=by_words, first=_heard_as(tone, arousal), measured=_measured(2 * arousal))
    return KeptSegment(
        id=f"s{position}",
        position=position,
        start_s=start_s,
        end_s=start_s + 4.6,
        speaker=position % 2,
        text=text,
        words=words,
        readings=readings,
    )


SEGMENTS = tuple(_segment(position) for position in range(len(_SAID)))
WHOLE = Whole(
    turnings=(Turning(at_s=20.0, by="words", size=0.9, speaker=0, sentence="The words turn pleasant."),),
    moments=(
        Moment(
            kind=Kind.CONTRAST,
            start_s=10.0,
            end_s=14.6,
            segment_ids=("s2",),
            sentence="Kind words in an angry voice.",
        ),
    ),
    summary=(Cited(text="An order was lost, and is sent again.", segment_ids=("s0", "s3")),),
)


def recording_of(digest: str, *, correction: Correction | None = None) -> KeptRecording:
    """A whole recording with that sound; the first of its passages is corrected."""
    second = _heard_as(Tone.CALM, -0.2, model="gpt-audio-1.5")
    segments = list(SEGMENTS)
    segments[0] = replace(segments[0], readings=replace(segments[0].readings, correction=correction))
    segments[2] = replace(segments[2], readings=replace(segments[2].readings, second=second))
    return KeptRecording(
        id="r1",
        batch_id="b1",
        person_id="local",
        name="A call.wav",
        state=Progress.DONE,
        options=Options(),
        created_at=AT,
        updated_at=AT,
        original_digest=digest,
        clip_digest=digest,
        clip_media_type="audio/wav",
        duration_s=DURATION_S,
        peaks=(0.2, 0.8) * 50,
        speakers=SPEAKERS,
        segments=tuple(segments),
        whole=WHOLE,
    )


def analysed(studio: Studio, person_id: str, recording_id: str) -> KeptRecording:
    """Leave a recording as a worker would have, had these things been said in it."""
    kept, correcting = studio.sentiment.library.recordings, studio.sentiment.correcting
    own = [replace(segment, id=f"{recording_id}.{segment.id}") for segment in SEGMENTS]
    values = {"state": Progress.DONE.value, "speakers": SPEAKERS, "duration_s": DURATION_S}
    kept.cut(person_id, recording_id, own, **values)
    correcting.segments.keep_words(
        recording_id, {one.id: one.readings.words for one in own if one.readings.words is not None}
    )
    for one in own:
        if one.readings.first is not None:
            correcting.segments.keep_voice(recording_id, one.id, one.readings.first)
    return correcting.workshop.outline(person_id, recording_id)
