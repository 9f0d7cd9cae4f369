"""Voices read by models that listen: a segment cut out of the prepared recording, asked about, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from audiokit.catalog.models import Role, Tier
from audiokit.errors import NotConfigured
from audiokit.sentiment.asked import Asked
from audiokit.sentiment.escalating import needs_second
from audiokit.sentiment.kept import KeptRecording, KeptSegment, Options
from audiokit.sentiment.passages import Passage
from audiokit.sentiment.preparing import Preparing
from audiokit.sentiment.quote import LEAST_VOICE_S, Estimates
from audiokit.sentiment.reading_voice import read_voice
from audiokit.sentiment.readings import VoiceReading
from audiokit.sentiment.segments import Segments
from audiokit.sentiment.signals import passages_of
from audiokit.sentiment.till import Till, caller_for
from audiokit.speech.place import Place
from audiokit.speech.purser import Way
from audiokit.store.insisting import insist

__all__ = ["Voices"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """``is_allowed`` False: nobody here has voices read, whatever is asked for."""

    segments: Segments
    preparing: Preparing
    estimates: Estimates
    till: Till
    places: tuple[Place, ...]
    is_allowed: bool = True

    def are_read(self, recording: KeptRecording) -> bool:
        """Whether anything is to be inferred from the voices of a recording."""
        return self.allowed(recording.options).reads_voice

    def allowed(self, options: Options) -> Options:
        """Return what is asked for, as far as it is allowed here."""
        return options if self.is_allowed else replace(options, reads_voice=False)

    def unread(self, recording: KeptRecording, segments: Sequence[KeptSegment]) -> list[str]:
        """Return the ids of the segments whose voices are still to be read: those with enough sound."""
        if not self.are_read(recording):
            return []
        long_enough = (segment for segment in segments if segment.duration_s >= LEAST_VOICE_S)
        return [segment.id for segment in long_enough if _n_runs(segment) < _wanted_runs(recording)]

    def doubtful(self, recording: KeptRecording, segments: Sequence[KeptSegment]) -> list[str]:
        """Return the ids of the segments for which a second opinion is worth its price, and missing."""
        if not (self.are_read(recording) and self._has_another(recording)):
            return []
        first_only = (segment for segment in segments if segment.readings.first and not segment.readings.second)
        return [segment.id for segment in first_only if needs_second(segment.readings)]

    def can_be_paid(self, recording: KeptRecording, doubtful: Sequence[str]) -> bool:
        """Whether the budgets reach for second opinions on all of these, and for the summary after them."""
        place = self.places[0].for_person(recording.person_id)
        if not doubtful or place.purser.is_unlimited:
            return True
        estimates = self.estimates.for_person(recording.person_id)
        asked = [segment for segment in recording.segments if segment.id in set(doubtful)]
        voices = [estimates.voice(segment.duration_s, Tier.FULL).high_nanousd or 0 for segment in asked]
        n_tokens = sum(passage.n_tokens for passage in passages_of(recording))
        after = estimates.sum_up(n_tokens, recording.options.tier).high_nanousd or 0
        model = place.choose(Role.JUDGE, Tier.FULL).model_name
        return place.purser.reaches(caller_for(recording), model, sum(voices) + after)

    def read(self, recording: KeptRecording, segment_id: str) -> str:
        """Read one voice as often as that is asked for, each run kept at once; return how it sounds."""
        with self.till.only_one(recording, f"voice/{segment_id}"):
            segment = self.segments.one(recording.id, segment_id)
            while _n_runs(segment) < _wanted_runs(recording):
                reading = self._listened(recording, segment, self._affordable(recording, segment))
                is_first = segment.readings.first is None
                keep = self.segments.keep_voice if is_first else self.segments.keep_again
                insist(partial(keep, recording.id, segment_id, reading))
                segment = self.segments.one(recording.id, segment_id)
        return segment.readings.tone.value

    def read_again(self, recording: KeptRecording, segment_id: str) -> str:
        """Have the full model read one voice, unless it has; return how it sounds."""
        with self.till.only_one(recording, f"second/{segment_id}"):
            segment = self.segments.one(recording.id, segment_id)
            if segment.readings.second is None:
                reading = self._listened(recording, segment, Tier.FULL)
                insist(partial(self.segments.keep_voice, recording.id, segment_id, reading, is_second=True))
        return self.segments.one(recording.id, segment_id).readings.tone.value

    def _listened(self, recording: KeptRecording, segment: KeptSegment, tier: Tier) -> VoiceReading:
        sound = self.preparing.stretch(recording, segment.start_s, segment.end_s)
        passage = Passage(
            id=segment.id,
            text=segment.text,
            start_s=segment.start_s,
            title=recording.name,
            language=recording.language,
        )
        estimates = self.estimates.for_person(recording.person_id)
        with self.till.paying(recording, estimates.voice(sound.duration_s, tier), segment.id) as caller:
            asked = Asked(places=self.places, caller=caller, tier=recording.options.tier)
            return read_voice(asked, sound, passage, segment.readings.measured, tier, recording.options.steering)

    def _affordable(self, recording: KeptRecording, segment: KeptSegment) -> Tier:
        """Return the tier that is wished, or the mini one where the budgets reach for no more."""
        place, wished = self.places[0].for_person(recording.person_id), recording.options.tier
        estimates = self.estimates.for_person(recording.person_id)
        if wished is Tier.MINI or place.purser.is_unlimited:
            return wished

        def way(tier: Tier) -> Way[Tier]:
            model = place.choose(Role.JUDGE, tier).model_name
            return Way(offer=tier, model=model, estimate=lambda: estimates.voice(segment.duration_s, tier).high_nanousd)

        return place.purser.choose(caller_for(recording), [way(wished), way(Tier.MINI)])[0]

    def _has_another(self, recording: KeptRecording) -> bool:
        """Whether there is a better model to ask than the first: the same one again would be no second opinion."""
        if not recording.options.escalates or recording.options.tier is Tier.FULL:
            return False
        try:
            place = self.places[0].for_person(recording.person_id)
            first, full = (place.choose(Role.JUDGE, tier).model_name for tier in (Tier.MINI, Tier.FULL))
        except NotConfigured:
            return False
        return first != full


def _n_runs(segment: KeptSegment) -> int:
    return 0 if segment.readings.first is None else 1 + len(segment.readings.again)


def _wanted_runs(recording: KeptRecording) -> int:
    return max(1, recording.options.n_runs)
