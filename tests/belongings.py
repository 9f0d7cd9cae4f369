"""What one person has here, made for tests: a word of theirs stands in all of it, to be looked for elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from clips import tone

from audiokit.audio.clip import Clip
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.wav import to_wav
from audiokit.converse.conversation import Options
from audiokit.people.tokens import Scope as TokenScope
from audiokit.studio import Studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.kept import Placed, Recording
from audiokit.summaries.programmes import fingerprint_of
from audiokit.summaries.script import Line
from audiokit.usage.ledger import Entry

__all__ = ["Belongings", "belongings"]


@dataclass(frozen=True)
class Belongings:
    """The ids of one person's things; by the names under which services take them."""

    person_id: str
    conversation_id: str
    turn_id: str
    digest: str
    prompt_id: str
    programme_id: str
    line_id: str
    batch_id: str
    recording_id: str
    feed: str
    token_id: str


def belongings(studio: Studio, person_id: str, word: str) -> Belongings:
    """Give a person a conversation, a prompt, a programme with its sound, a recording, a feed, a token and a call."""
    wav = to_wav(Clip(tone(300, seconds=1.0), 24_000))
    conversation = studio.converse.start(person_id, Options())
    studio.converse.rename(person_id, conversation.id, word)
    turn = studio.converse.keep_words(person_id, conversation.id, word)
    digest = studio.clips.keep(person_id, wav, "audio/wav", "take")
    prompt = studio.pipeline.capture(person_id, wav)
    studio.pipeline.rename(person_id, prompt.id, word)
    programme_id, line_id = _programme(studio, person_id, word)
    batch = studio.sentiment.gathering.begin(person_id, [(f"{word}.wav", wav)], title=word)
    token, _ = studio.people.tokens.issue(person_id, word, [TokenScope.READ])
    studio.ledger.write(_call(person_id, word))
    return Belongings(
        person_id=person_id,
        conversation_id=conversation.id,
        turn_id=turn.id,
        digest=digest,
        prompt_id=prompt.id,
        programme_id=programme_id,
        line_id=line_id,
        batch_id=batch.id,
        recording_id=batch.recordings[0].id,
        feed=studio.feeds.keys.renew(person_id),
        token_id=token.id,
    )


def _programme(studio: Studio, person_id: str, word: str) -> tuple[str, str]:
    library = studio.summaries.library
    begun = library.of_lines(person_id, word, [Line(text=f"It is {word}.")], default_shape("announcement"))
    master = encode(Clip(tone(300, seconds=2.0), 24_000), SoundFormat.FLAC)
    digest = studio.clips.keep(person_id, master, "audio/flac", "programme")
    mark = Placed(line_id=begun.lines[0].id, start_s=0.0, end_s=2.0)
    of = fingerprint_of(begun.lines)
    kept = Recording(clip_digest=digest, media_type="audio/flac", duration_s=2.0, peaks=(), marks=(mark,), of=of)
    library.programmes.keep_recording(person_id, begun.id, kept)
    return begun.id, begun.lines[0].id


def _call(person_id: str, word: str) -> Entry:
    return Entry(
        id=f"call-of-{person_id}",
        at=datetime.now(UTC),
        person_id=person_id,
        page="record_and_converse",
        endpoint="openai",
        kind="converse",
        model_asked=word,
        cost_nanousd=1_234_567_891,
        total_ms=900,
        outcome="answered",
    )
