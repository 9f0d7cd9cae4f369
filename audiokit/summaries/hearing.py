"""Whether a line was said as written: by what is there already, and where that is not enough, by recognising it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from audiokit.catalog.models import Provider, Role, Tier
from audiokit.errors import NotConfigured, ProviderError
from audiokit.speech.in_turn import answer_in_turn
from audiokit.speech.place import Place, places_for
from audiokit.speech.requests import Caller, Heard, InputFormat, Transcribe
from audiokit.summaries.sounding import clip_of
from audiokit.summaries.verify import Ears, Verdict, judge
from audiokit.words.word_times import Word

__all__ = ["Hearing"]


@dataclass(frozen=True, slots=True)
class Hearing:
    """Judges lines, and recognises those that need it by whoever transcribes best."""

    places: tuple[Place, ...]

    def verdict(
        self,
        caller: Caller,
        text: str,
        sound: bytes,
        *,
        heard: str | None,
        words_per_minute: float | None,
        timings: Sequence[Word] = (),
        language: str = "en",
    ) -> Verdict:
        """Judge a line; ``sound`` is its WAV, the rest as :func:`audiokit.summaries.verify.judge` takes it.

        Where it cannot be recognised, what is known without it stands.
        """
        clip, ears = clip_of(sound), self._ears()
        judged = partial(
            judge, text, heard, clip, words_per_minute=words_per_minute, timings=timings, language=language, ears=ears
        )
        first = judged()
        if not first.wants_hearing:
            return first
        recording = Heard(data=sound, format=InputFormat.WAV, duration_s=clip.duration_s)
        try:
            answer = answer_in_turn(
                places_for(self.places, caller.person_id),
                caller,
                Role.TRANSCRIBE,
                Tier.FULL,
                lambda model: Transcribe(model=model, sound=recording),
            )
        except ProviderError:
            return first
        return judged(recognised=answer.reply.words)

    def _ears(self) -> Ears:
        """Return how far a recogniser can be trusted here."""
        try:
            self.places[0].choose(Role.TRANSCRIBE, Tier.FULL)
        except NotConfigured:
            return Ears.NONE
        return Ears.ROUGH if self.places[0].endpoint.provider is Provider.OFFLINE else Ears.GOOD
