"""Recordings written down: who does it, in which parts, what it costs, and what was heard in each part."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from audiokit.audio.changing.split import Part
from audiokit.audio.fit import Bounds, Fit, Given, fit
from audiokit.audio.measuring.activity import Activity
from audiokit.audio.writing.formats import SoundFormat
from audiokit.catalog.models import Provider, Role, Tier
from audiokit.catalog.prices import AUDIO_IN_TOKENS_PER_S, Usage, audio_in_tokens, cost
from audiokit.errors import ProviderRefused
from audiokit.sentiment.heard import HeardPart
from audiokit.sentiment.samples import MOST_SAMPLES_S
from audiokit.sentiment.timing import timed
from audiokit.sentiment.transcribers import Transcribers
from audiokit.speech.in_turn import Answer, answer_in_turn
from audiokit.speech.place import Place, places_for
from audiokit.speech.requests import Caller, Heard, InputFormat, KnownVoice, Telling, Transcribe

__all__ = ["Hearing"]

# A part is written down within the time that one call may take (two minutes, unless set otherwise), and within the
# 2,000 tokens that gpt-4o-transcribe may write: six and a half a second were recorded for quick speech. The offline
# engine takes 0.4 of the sound's own length on an idle core.
_MOST_S, _MOST_S_IF_OFFLINE_HELPS, _MOST_S_OFFLINE = 300.0, 150.0, 40.0
_MOST_BYTES = 10_000_000  # 300 s of WAV at 16 kHz, more than which no transcriber hears; a slow line sends it in time
_OVERLAP_S = 3.0  # where there was no pause to cut in
_OVERLAP_WITH_SPEAKERS_S = 15.0  # everywhere: who speaks on both sides of a cut is the same
_LEAST_SPEECH_S = 0.3  # in a part that is sent
_UNSUPPORTED = frozenset({400, 415, 422})
# Written for a second of sound, at least and at most: 35 and 39 with speakers, 6.5 without (recorded traffic, 2026).
_TOKENS_PER_S = {Telling.SPEAKERS: (20, 45), Telling.TIMES: (2, 7), Telling.WORDS: (2, 7)}


@dataclass(frozen=True, slots=True)
class Hearing:
    """Writes recordings down at ``places``, the first before the others.

    Where nobody there tells speakers apart, or none of those who do answers, words come without speakers.
    """

    places: tuple[Place, ...]
    tier: Tier = Tier.FULL
    wants_speakers: bool = True

    @property
    def tells_speakers(self) -> bool:
        """Whether the model that is asked first tells speakers apart.

        Raises:
            NotConfigured, ModelRetired: nobody can write anything down.
        """
        return self._transcribers.first().telling is Telling.SPEAKERS

    @property
    def sentence(self) -> str:
        """Who writes it down, for a person who looks at the plan.

        Raises:
            NotConfigured, ModelRetired: nobody can.
        """
        name = self._transcribers.first().choice.model_name
        if self.tells_speakers:
            return f"{name} writes it down and tells speakers apart."
        return f"{name} writes it down. It does not tell speakers apart, so one speaker is assumed."

    def bounds(self) -> Bounds:
        """Return what every model takes that may be asked.

        Raises:
            NotConfigured, ModelRetired: nobody can write anything down.
        """
        models = [transcriber.choice.model for transcriber in self._transcribers.all()]
        limits = [model.limits for model in models]
        accepted = [format_ for format_ in InputFormat if all(format_ in model.accepted_formats for model in models)]
        return Bounds(
            formats=tuple(SoundFormat(format_.value) for format_ in accepted),
            max_bytes=_least([_MOST_BYTES, *(limit.max_audio_bytes for limit in limits)]),
            max_duration_s=_least([self._most_s(), *(limit.max_audio_s for limit in limits)]),
            max_tokens=_least(model.max_context_tokens for model in models),
            tokens_per_s=AUDIO_IN_TOKENS_PER_S,
        )

    def plan(self, given: Given, activity: Activity) -> Fit:
        """Return the parts in which a prepared recording is sent; ``activity`` is that of what will be sent.

        Parts are cut in pauses. One that begins in speech begins 3 s before the cut; where speakers are told apart,
        each begins 15 s before it, so that those who speak there are known to be the same
        (:mod:`audiokit.sentiment.joining`). A part in which nobody speaks is left out: models hear words in silence.

        Raises:
            NotConfigured, ModelRetired: nobody can write anything down.
            InputError: no room for any of it.
        """
        overlap_s = _OVERLAP_WITH_SPEAKERS_S if self.tells_speakers else _OVERLAP_S
        planned = fit(given, activity, self.bounds(), overlap_s=overlap_s)
        if planned.form is None:
            return planned
        parts = planned.parts
        if not self.tells_speakers:
            parts = tuple(part if part.starts_in_speech else _without_overlap(part) for part in parts)
        spoken = tuple(part for part in parts if _has_speech(part, activity)) or parts[:1]
        n_silent = len(parts) - len(spoken)
        return replace(
            planned,
            parts=spoken,
            sizes_bytes=tuple(planned.form.size_bytes(part.duration_s) for part in spoken),
            sentence=f"{planned.sentence}, {n_silent} without speech are not sent" if n_silent else planned.sentence,
        )

    def cost_nanousd(self, planned: Fit) -> tuple[int, int] | None:
        """Return the least and the most that it will cost at the model that is asked first; None where not known.

        Raises:
            NotConfigured, ModelRetired: nobody can write anything down.
        """
        first = self._transcribers.first()
        if (price := first.place.price_of(first.choice)) is None:
            return None
        rates, with_it_s = _TOKENS_PER_S[first.telling], MOST_SAMPLES_S if self.tells_speakers else 0.0
        least = [cost(price, _usage(part.duration_s, rates[0])) for part in planned.parts]
        most = [cost(price, _usage(part.duration_s, rates[1], with_it_s=with_it_s)) for part in planned.parts]
        if None in least or None in most:
            return None
        return sum(filter(None, least)), sum(filter(None, most))

    def hear(
        self,
        caller: Caller,
        sound: Heard,
        *,
        at_s: float = 0.0,
        language: str | None = None,
        voices: Mapping[int, Heard] = MappingProxyType({}),
    ) -> HeardPart:
        """Write down one part, which begins at ``at_s`` of the recording: its times are the recording's.

        ``language`` is ISO 639-1, None lets the model find out. ``voices`` are of speakers with these numbers, to be
        recognised (:mod:`audiokit.sentiment.samples`).

        Raises:
            ProviderError: nobody answered; or somebody did and fell silent, which may have been billed.
            NotConfigured, ModelRetired: nobody can write anything down.
        """
        names = {f"speaker_{number}": number for number in voices}
        known = tuple(KnownVoice(name=name, sound=voices[number]) for name, number in names.items())
        answer = self._answered(caller, Transcribe(model="", sound=sound, language=language, known_voices=known))
        words = timed(answer.reply, sound, at_s=at_s, known=names)
        speakers = {word.speaker for word in words} - {None}
        return HeardPart(
            words=words,
            language=answer.reply.language or language,
            model=answer.model,
            tells_speakers=bool(speakers),
            start_s=round(at_s, 3),
            end_s=round(at_s + sound.duration_s, 3),
            recognised=tuple(number for number in voices if number in speakers),
            notes=answer.notes,
        )

    def _answered(self, caller: Caller, wanted: Transcribe) -> Answer:
        """Ask for all that the models can tell; a server that knows no times, and refuses, is asked for words alone."""
        places, asked = places_for(self.places, caller.person_id), set[Telling]()
        who = Transcribers(places, self.tier, self.wants_speakers)
        tellings = {transcriber.choice.model_name: transcriber.telling for transcriber in who.all()}

        def request(name: str, telling: Telling | None = None) -> Transcribe:
            asked.add(told := telling or tellings[name])
            known = wanted.known_voices if told is Telling.SPEAKERS else ()
            return replace(wanted, model=name, telling=told, known_voices=known)

        try:
            return answer_in_turn(who.places, caller, Role.TRANSCRIBE, self.tier, request)
        except ProviderRefused as error:
            if error.detail.get("status") not in _UNSUPPORTED or Telling.WORDS in asked:
                raise
        return answer_in_turn(who.places, caller, Role.TRANSCRIBE, self.tier, lambda name: request(name, Telling.WORDS))

    @property
    def _transcribers(self) -> Transcribers:
        return Transcribers(self.places, self.tier, self.wants_speakers)

    def _most_s(self) -> float:
        providers = [place.endpoint.provider for place in self.places]
        if providers[0] is Provider.OFFLINE:
            return _MOST_S_OFFLINE
        return _MOST_S_IF_OFFLINE_HELPS if Provider.OFFLINE in providers else _MOST_S


def _least(limits: Iterable[float | None]) -> int | None:
    known = [limit for limit in limits if limit is not None]
    return int(min(known)) if known else None


def _without_overlap(part: Part) -> Part:
    return replace(part, start_frame=part.start_frame + part.n_overlap_frames, n_overlap_frames=0)


def _has_speech(part: Part, activity: Activity) -> bool:
    windows = slice(int(part.start_s / activity.window_s), int(part.end_s / activity.window_s))
    return float(activity.is_speech[windows].sum()) * activity.window_s >= _LEAST_SPEECH_S


def _usage(duration_s: float, tokens_per_s: int, *, with_it_s: float = 0.0) -> Usage:
    """Return what such a part comes to, and what is sent with it: whisper-1 bills whole seconds, begun ones too."""
    return Usage(
        text_in_tokens=0,
        audio_in_tokens=audio_in_tokens(duration_s + with_it_s),
        text_out_tokens=math.ceil(duration_s * tokens_per_s),
        input_seconds=Decimal(math.ceil(duration_s)),
    )
