"""A line becomes a clip: looked for before it is paid for, kept before anything else can fail, and paid for once."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple

from audiokit.audio.voice.alignment import word_times
from audiokit.audio.wav import to_wav
from audiokit.catalog.models import Provider, Tier
from audiokit.errors import Damaged, ModelRetired, NotConfigured, NotFound
from audiokit.speech.place import Place, places_for
from audiokit.speech.purser import Way
from audiokit.speech.requests import Caller
from audiokit.store.blobs import Blobs, digest_of
from audiokit.store.clips import Clips
from audiokit.store.columns import utc_now
from audiokit.store.flights import Flights
from audiokit.store.insisting import insist
from audiokit.store.made import Made, MadeClip, TimedText
from audiokit.store.waves import Waves
from audiokit.summaries.delivery import as_spoken, gives_account, request_for
from audiokit.summaries.hearing import Hearing
from audiokit.summaries.levelling import Levels
from audiokit.summaries.saying import said_words, usual_rate
from audiokit.summaries.script import KeptLine, LineState
from audiokit.summaries.shape import Persona, Shape
from audiokit.summaries.sounding import clip_of
from audiokit.summaries.speaking import Ask, asks_for, take
from audiokit.usage.ledger import Entry, Ledger
from audiokit.words.word_times import Word

__all__ = ["CALLS_AT_ONCE", "Narrator", "Spoken", "persona_of"]

CALLS_AT_ONCE = 8
"""How many calls one process has under way at once; providers refuse many more."""

_KIND, _MEDIA_TYPE = "line", "audio/wav"
_DEFAULT = Persona(name="", voice="marin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A line's ``sound`` as WAV, which is the person's own clip. ``key`` is what it was made of.

    ``heard`` is what was said by the reply's own account; None where it gave none. ``cost_nanousd`` is what this call
    cost, 0 where it was there already, None where it is not known; ``saved_nanousd`` is what it had cost then.
    ``model`` and ``voice`` at ``provider`` are those that spoke it, and ``notes`` say why it was not the first choice.
    """

    key: str
    clip_digest: str
    sound: bytes = field(repr=False)
    duration_s: float
    heard: str | None
    timings: tuple[Word, ...]
    cost_nanousd: int | None
    is_cached: bool
    model: str
    voice: str
    provider: Provider
    language: str = "en"
    saved_nanousd: int | None = None
    notes: tuple[str, ...] = ()


class _Found(NamedTuple):
    """A clip, its bytes, and who was to make it; ``notes`` is None where it was there already."""

    clip: MadeClip
    sound: bytes
    ask: Ask
    notes: tuple[str, ...] | None = None


class _Wanted(NamedTuple):
    """A line, as it is to be spoken, and who may speak it. ``not_digest`` names the clip that it shall not be.

    ``again_for`` is the model that said it, and not as it is written.
    """

    text: str
    persona: Persona
    shape: Shape
    tier: Tier
    asks: tuple[Ask, ...]
    again: bool
    not_digest: str | None
    again_for: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrator:
    """Speaks lines. Safe to share between threads; ``calls`` lets so many be under way at a provider at once."""

    places: tuple[Place, ...]
    clips: Clips
    blobs: Blobs
    made: Made
    waves: Waves
    flights: Flights
    ledger: Ledger
    calls: threading.Semaphore = field(default_factory=lambda: threading.BoundedSemaphore(CALLS_AT_ONCE))
    levels: Levels = field(default_factory=Levels)
    now: Callable[[], datetime] = utc_now
    clock: Callable[[], float] = time.monotonic

    def speak(
        self, caller: Caller, programme_id: str, line: KeptLine, shape: Shape, *, tier: Tier, again: bool = False
    ) -> Spoken:
        """Return the sound of a line: found, or made and paid for.

        ``again`` says that ``line.clip_digest`` is not as it should be: it is made anew, and takes the old one's place.
        If it has been made anew already, as before a crash, that is found; so hand in the line with its wrong clip.

        Raises:
            ProviderError: nobody could speak it; what came of no use was billed and is in the ledger.
            NotConfigured: nobody here speaks.
            StoreError: it cannot be kept.
        """
        with self.speaking(caller, programme_id, line, shape, tier=tier, again=again) as spoken:
            return spoken

    @contextmanager
    def speaking(
        self, caller: Caller, programme_id: str, line: KeptLine, shape: Shape, *, tier: Tier, again: bool = False
    ) -> Iterator[Spoken]:
        """Do the same as :meth:`speak`, with the row that has the clip written inside: then nobody forgets it."""
        began, persona = self.clock(), persona_of(line, shape)
        asks = asks_for(places_for(self.places, caller.person_id), line.line.text, persona, shape, tier)
        wrong = line.clip_digest if again else None
        wanted = _Wanted(line.line.text, persona, shape, tier, asks, again, wrong, self._said_wrong_by(line))
        found = self._found(wanted) or self._in_flight(caller, self._affordable(caller, wanted))
        if found.notes is None:
            self._write_hit(caller, programme_id, line, found, round((self.clock() - began) * 1000))
        self.levels.of(found.clip.digest, partial(clip_of, found.sound))  # now, while others are being spoken
        with self.clips.keeping(caller.person_id, found.sound, _MEDIA_TYPE, _KIND) as digest:
            yield _spoken(found, digest, shape.language)

    def sample(self, caller: Caller, line: KeptLine, shape: Shape) -> bytes:
        """Return the sound of a line that is nobody's, as WAV: found, or made and paid for; errors as in :meth:`speak`.

        It is kept with what was made, and is no clip of the person's.
        """
        persona, tier = persona_of(line, shape), shape.tier
        asks = asks_for(places_for(self.places, caller.person_id), line.line.text, persona, shape, tier)
        wanted = _Wanted(line.line.text, persona, shape, tier, asks, again=False, not_digest=None)
        return (self._found(wanted) or self._in_flight(caller, wanted)).sound

    def trouble_with(self, caller: Caller, line: KeptLine, spoken: Spoken) -> str | None:
        """Return in a sentence how a line was not said as written; None where it was, as far as can be told.

        What cannot be told from the reply's own words and the sound is recognised, which may cost a call.
        """
        verdict = Hearing(self.places).verdict(
            caller,
            as_spoken(line.line.text),
            spoken.sound,
            heard=spoken.heard,
            words_per_minute=self._rate(spoken),
            timings=spoken.timings,
            language=spoken.language,
        )
        return verdict.trouble

    def discard(self, line: KeptLine) -> None:
        """Forget what a line's sound was made of, so that the same is made anew; whoever has the clip keeps it."""
        if line.key is not None and (made := self.made.find(line.key)) and made.digest == line.clip_digest:
            self.made.forget(line.key)
            self.waves.drop(line.key)

    def _said_wrong_by(self, line: KeptLine) -> str | None:
        """Return the model that has said a line not as it is written; None where it was right, or nobody knows."""
        made = self.made.find(line.key) if line.state is LineState.WRONG and line.key is not None else None
        return made.model if made is not None and made.digest == line.clip_digest else None

    def _rate(self, spoken: Spoken) -> float | None:
        """Return the words a minute of a voice: as measured here, else as is known of the offline voices."""
        if measured := self.made.rates().get((spoken.voice, spoken.model)):
            return measured
        return usual_rate(spoken.voice, spoken.provider) if spoken.provider is Provider.OFFLINE else None

    def _affordable(self, caller: Caller, wanted: _Wanted) -> _Wanted:
        """Return what is wanted, by the mini model where the budgets reach for no more, and why."""
        if wanted.tier is Tier.MINI or self.places[0].purser.is_unlimited:
            return wanted
        ways = [_way(caller, wanted)]
        with suppress(NotConfigured, ModelRetired):
            asks = asks_for(
                places_for(self.places, caller.person_id), wanted.text, wanted.persona, wanted.shape, Tier.MINI
            )
            ways.append(_way(caller, wanted._replace(tier=Tier.MINI, asks=asks)))
        chosen, note = self.places[0].purser.choose(caller, ways)
        return chosen._replace(note=note)

    def _in_flight(self, caller: Caller, wanted: _Wanted) -> _Found:
        """Pay, unless another one who wanted the same has just paid."""
        with self.flights.only_one(wanted.asks[0].key):
            return self._found(wanted) or self._paid(caller, wanted)

    def _found(self, wanted: _Wanted) -> _Found | None:
        """Return what was made of this line before, by who is asked first or by another that was paid for it."""
        if wanted.again and wanted.not_digest is None:
            return None
        for number, ask in enumerate(wanted.asks):
            clip = self.made.find(ask.key)
            if clip is None or clip.digest == wanted.not_digest or (number > 0 and clip.cost_nanousd == 0):
                continue
            if (sound := self._sound(ask.key, clip.digest)) is not None:
                return _Found(self._timed(clip, wanted.text, sound), sound, ask)
        return None

    def _paid(self, caller: Caller, wanted: _Wanted) -> _Found:
        """Have it made. It is durable before anything else is done with it, however long the store lets us wait."""
        caller = replace(caller, again_for=wanted.again_for)
        taken = take(caller, wanted.asks, wanted.text, wanted.persona, wanted.shape, wanted.tier, calls=self.calls)
        sound = to_wav(taken.clip)
        clip = MadeClip(
            key=taken.ask.key,
            digest=insist(lambda: self.blobs.put(sound)),
            media_type=_MEDIA_TYPE,
            duration_s=taken.clip.duration_s,
            n_words=max(1, round(said_words(wanted.text))),
            heard=taken.heard,
            voice=taken.ask.voice,
            model=taken.ask.choice.model_name,
            cost_nanousd=taken.cost_nanousd,
            created_at=self.now(),
        )
        insist(lambda: self.made.replace(clip))
        self.waves.put(clip.key, sound)
        notes = (*taken.notes, wanted.note) if wanted.note else taken.notes
        return _Found(self._timed(clip, wanted.text, sound), sound, taken.ask, notes)

    def _sound(self, key: str, digest: str) -> bytes | None:
        """Return the bytes of a clip, from the cache or else from where they last; None if they are gone."""
        sound = self.waves.get(key)
        if sound is not None and digest_of(sound) == digest:
            return sound
        try:
            sound = self.blobs.get(digest)
        except (NotFound, Damaged):
            return None
        self.waves.put(key, sound)
        return sound

    def _timed(self, clip: MadeClip, text: str, sound: bytes) -> MadeClip:
        """Return the clip with the times of its words, which are found once."""
        if clip.timings:
            return clip
        words = word_times(as_spoken(text), clip_of(sound))
        timings: tuple[TimedText, ...] = tuple(
            (word.text, round(word.start_s, 3), round(word.end_s, 3)) for word in words
        )
        self.made.time(clip.key, timings)
        return replace(clip, timings=timings)

    def _write_hit(self, caller: Caller, programme_id: str, line: KeptLine, found: _Found, total_ms: int) -> None:
        """Count a use of what was there as money saved: once for each line that has it, however often that is said."""
        use = f"{caller.person_id}/{programme_id}/{line.id}/{found.clip.key}/{found.clip.digest}"
        self.ledger.write(
            Entry(
                id=hashlib.sha256(use.encode()).hexdigest()[:32],
                at=self.now(),
                person_id=caller.person_id,
                page=caller.page,
                conversation_id=caller.conversation_id or programme_id,
                turn_id=caller.turn_id or line.id,
                endpoint=found.ask.place.endpoint.provider.value,
                kind="converse" if gives_account(found.ask.choice) else "speak",
                model_asked=found.ask.choice.model_name,
                model_used=found.clip.model,
                output_ms=round(found.clip.duration_s * 1000),
                cost_nanousd=0,
                total_ms=total_ms,
                outcome="answered",
                cached=True,
                saved_nanousd=found.clip.cost_nanousd,
            )
        )


def persona_of(line: KeptLine, shape: Shape) -> Persona:
    """Return who speaks a line; where there are fewer personas than speakers, they take turns."""
    return shape.personas[line.line.speaker % len(shape.personas)] if shape.personas else _DEFAULT


def _spoken(found: _Found, digest: str, language: str) -> Spoken:
    clip, is_cached = found.clip, found.notes is None
    return Spoken(
        key=clip.key,
        clip_digest=digest,
        sound=found.sound,
        duration_s=clip.duration_s,
        heard=clip.heard,
        timings=tuple(Word(text, start_s, end_s) for text, start_s, end_s in clip.timings),
        cost_nanousd=0 if is_cached else clip.cost_nanousd,
        is_cached=is_cached,
        model=clip.model,
        voice=clip.voice,
        provider=found.ask.place.endpoint.provider,
        language=language,
        saved_nanousd=clip.cost_nanousd if is_cached else None,
        notes=found.notes or (),
    )


def _way(caller: Caller, wanted: _Wanted) -> Way[_Wanted]:
    first = wanted.asks[0]
    place, choice = first.place, first.choice
    request = request_for(wanted.text, wanted.persona, wanted.shape, choice, place.endpoint.provider)
    return Way(
        offer=wanted,
        model=choice.model_name,
        estimate=lambda: place.estimate(caller, request),
        sentence=f"{choice.model_name} spoke this line",
    )
