"""What each stage between a voice and a prompt does: clean, transcribe, refine. What is kept of it, others decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from audiokit.audio.decode import decode
from audiokit.audio.door import Admitted, Door
from audiokit.audio.fit import Bounds
from audiokit.audio.intake import Order
from audiokit.audio.measuring.peaks import PeaksMeter, Waveform
from audiokit.audio.prepare import Preparation
from audiokit.audio.writing.formats import SoundFormat
from audiokit.catalog.models import Role, Tier
from audiokit.catalog.prices import Price
from audiokit.catalog.roles import Choice
from audiokit.converse.prompting.prompts import KeptPrompt, KeptStage, Stage, fingerprint
from audiokit.converse.prompting.styles import instructions_for, material, style_of
from audiokit.converse.rooms import Rooms
from audiokit.converse.take import heard_of, refuse_unsendable
from audiokit.errors import ProviderRefused, ReplyUnusable
from audiokit.speech.in_turn import Answer, answer_in_turn
from audiokit.speech.place import Place, places_for
from audiokit.speech.replies import Ending
from audiokit.speech.requests import Caller, Converse, Heard, InputFormat, PersonTurn, Request, Transcribe
from audiokit.store.clips import Clips

__all__ = ["PAGE", "POINTS", "Made", "Stages", "short"]

PAGE = "record_and_converse"
POINTS = 400
"""How many points of its waveform a stage keeps, for a player to draw."""

_MEDIA_TYPES = {InputFormat.WAV: "audio/wav", InputFormat.MP3: "audio/mpeg"}
_FORMATS = {media_type: format_ for format_, media_type in _MEDIA_TYPES.items()}
_MAX_TOKENS = 8_192  # of a finished prompt, and of what a model thinks before it writes
_TIERS = {Role.TRANSCRIBE: Tier.FULL, Role.WRITE: Tier.MINI}  # to write a prompt from a transcript, mini will do
_DECLINED = "{model} declined to write this. Change the transcript, or choose another style."
_NO_WORDS = "{model} heard no words in this. Listen to the cleaned sound; then record again, or type the words here."
_AT_THE_LIMIT = "It reached the length limit and stops there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of a stage: what is known of how, and by name what is to be kept."""

    kept: KeptStage
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Does the work of a stage, and raises an error of ours if it cannot.

    ``places`` are the endpoints, the preferred one first.
    """

    clips: Clips
    door: Door
    rooms: Rooms
    places: tuple[Place, ...]

    def make(self, prompt: KeptPrompt, stage: Stage) -> Made:
        """Do one stage.

        Raises:
            AudiokitError: it cannot be done; the sentence says why.
        """
        match stage:
            case Stage.RECORD | Stage.CLEAN:
                return self._clean(prompt)
            case Stage.TRANSCRIBE:
                return self._transcribe(prompt)
            case Stage.REFINE:
                return self._refine(prompt)

    def look(self, data: bytes, *, whose: str = "") -> Admitted:
        """Return all that is known of a recording, and what will be made of it.

        Raises:
            InputError: it is not sound, or too much of it.
        """
        return self.door.look(data, self._order(), whose=whose)

    def price_of(self, role: Role, person_id: str) -> Price | None:
        """Return the price of the model that is asked first for a person."""
        place = self.places[0].for_person(person_id)
        return place.price_of(place.choose(role, _TIERS[role]))

    def _chosen(self, role: Role) -> Choice:
        return self.places[0].choose(role, _TIERS[role])

    def _order(self) -> Order:
        """Return what has to become of a recording: what is heard of it then is what the transcriber hears."""
        limits = self._chosen(Role.TRANSCRIBE).model.limits
        bounds = Bounds(
            formats=(SoundFormat.WAV, SoundFormat.MP3),
            max_bytes=limits.max_audio_bytes,
            max_duration_s=limits.max_audio_s,
        )
        return Order(wanted=Preparation(denoises=True), bounds=bounds)

    def _clean(self, prompt: KeptPrompt) -> Made:
        original = self.clips.read(prompt.person_id, prompt.clip_digest or "")
        admitted = self.door.admit(original, self._order(), whose=prompt.person_id)
        refuse_unsendable(admitted.received, room=self.rooms.of(prompt.person_id))
        heard = heard_of(admitted)
        media_type, waveform = _MEDIA_TYPES[heard.format], _drawn(heard.data)
        digest = self.clips.keep(prompt.person_id, heard.data, media_type, "cleaned")
        self.clips.draw(prompt.person_id, digest, waveform.to_bytes())
        kept = KeptStage(
            notes=admitted.received.changes.sentences,
            made=fingerprint(digest),
            duration_s=heard.duration_s,
            peaks=waveform.points(n=POINTS),
            media_type=media_type,
            figures=heard.figures,
        )
        return Made(kept=kept, outputs={"cleaned_digest": digest})

    def _transcribe(self, prompt: KeptPrompt) -> Made:
        recorded, cleaned = prompt.at(Stage.RECORD), prompt.at(Stage.CLEAN)
        is_measured = recorded.duration_s is not None and cleaned.duration_s is not None
        sound = Heard(
            data=self.clips.read(prompt.person_id, prompt.cleaned_digest or ""),
            format=_FORMATS[cleaned.media_type or ""],
            duration_s=cleaned.duration_s or 0.0,
            silence_s=max(0.0, (recorded.duration_s or 0.0) - (cleaned.duration_s or 0.0)) if is_measured else None,
            figures=cleaned.figures,
        )
        answer = self._answered(prompt, Role.TRANSCRIBE, lambda name: Transcribe(model=name, sound=sound))
        words = answer.reply.words
        if not words:
            raise ReplyUnusable(_NO_WORDS.format(model=answer.model))
        kept = KeptStage(model=answer.model, notes=answer.notes, made=fingerprint(words))
        return Made(kept=kept, outputs={"transcript": words} | ({} if prompt.title else {"title": short(words)}))

    def _refine(self, prompt: KeptPrompt) -> Made:
        turns = (PersonTurn(words=material(prompt.transcript or "")),)
        told = instructions_for(style_of(prompt.style))

        def request(name: str) -> Converse:
            return Converse(model=name, turns=turns, instructions=told, max_completion_tokens=_MAX_TOKENS)

        answer = self._answered(prompt, Role.WRITE, request)
        if answer.reply.ending is Ending.REFUSED:
            raise ProviderRefused(_DECLINED.format(model=answer.model))
        words = answer.reply.words.strip()
        is_cut = answer.reply.ending is Ending.LENGTH
        notes = answer.notes + ((answer.reply.why_cut or _AT_THE_LIMIT,) if is_cut else ())
        kept = KeptStage(model=answer.model, notes=notes, made=fingerprint(words))
        return Made(kept=kept, outputs={"refined": words})

    def _answered(self, prompt: KeptPrompt, role: Role, request: Callable[[str], Request]) -> Answer:
        caller = Caller(person_id=prompt.person_id, page=PAGE, turn_id=prompt.id)
        return answer_in_turn(places_for(self.places, prompt.person_id), caller, role, _TIERS[role], request)


def _drawn(sound: bytes) -> Waveform:
    """Return the waveform of sound that we wrote ourselves."""
    clip = decode(sound)
    meter = PeaksMeter(clip.sample_rate_hz)
    meter.add(clip.samples)
    return meter.result()


def short(words: str, length: int = 48) -> str:
    """Return a title: whole words, at most ``length`` characters, the first letter large."""
    line = " ".join(words.split())
    line = line if len(line) <= length else f"{line[:length].rsplit(' ', 1)[0]}…"
    return line[:1].upper() + line[1:]
