"""How long a programme will be and what it will cost, from its sources, its script and its shape."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from audiokit.catalog.models import Role, Tier
from audiokit.catalog.prices import Price
from audiokit.speech.estimate import writing_down
from audiokit.speech.place import Place, places_for
from audiokit.store.made import Made
from audiokit.summaries.delivery import gives_account
from audiokit.summaries.formats import format_called
from audiokit.summaries.kept import KeptProgramme
from audiokit.summaries.length import Pace, pace_of
from audiokit.summaries.programmes import Programmes
from audiokit.summaries.quote import Quote, Writing, in_total, of_line, of_request, of_writing
from audiokit.summaries.saying import usual_rate
from audiokit.summaries.shape import Shape
from audiokit.summaries.sources import Source, Taking
from audiokit.summaries.writer import sections_for

__all__ = ["DEFAULT_MINUTES", "Planner", "apart"]

DEFAULT_MINUTES = 5.0
"""Where something is to be summarised in a format that has no length of its own."""

_MOST_OF_IT = 0.8  # of the words of the sources: a summary that is longer would be padding (see Outline)
_LETTERS_PER_WORD = 6.0  # with the space
_WORDS_PER_LINE = 20


@dataclass(frozen=True, slots=True)
class Planner:
    """Knows the voices' measured rates, today's prices and what earlier programmes cost in the end."""

    places: tuple[Place, ...]
    made: Made
    programmes: Programmes

    def for_person(self, person_id: str) -> Planner:
        """Return the same for a person, whose calls may go to models that they have switched to."""
        return replace(self, places=places_for(self.places, person_id))

    def pace(self, shape: Shape) -> Pace:
        """Return how fast the voices of a shape speak: as measured here, else as is usual."""
        place = self.places[0]
        model = place.choose(Role.SPEAK, shape.tier).model_name
        measured = self.made.rates()
        voices = [persona.voice for persona in shape.personas]
        rates = [measured.get((voice, model)) or usual_rate(voice, place.endpoint.provider) for voice in voices]
        shares = format_called(shape.format).shares_of(len(rates)) if rates else ()
        return pace_of(rates or [usual_rate("", place.endpoint.provider)], shares)

    def words(self, shape: Shape) -> int:
        """Return how many plain words what is summarised may have."""
        minutes, pace = shape.minutes or DEFAULT_MINUTES, self.pace(shape)
        return pace.words_in(minutes, n_chapters=sections_for(pace.words_in(minutes)))

    def quote(self, programme: KeptProgramme) -> Quote:
        """Return what is still to be paid: for the script if there is none yet, and for the lines without sound."""
        planner = self.for_person(programme.person_id)
        quoted = Planner._of_script if programme.lines else Planner._of_sources
        return quoted(planner, programme)

    def _of_sources(self, programme: KeptProgramme) -> Quote:
        summarised, in_full = apart(programme)
        n_read = sum(source.n_words for source in in_full)
        material = sum(source.n_words for source in summarised)
        n_written = min(self.words(programme.shape), round(_MOST_OF_IT * material)) if summarised else 0
        writing = Writing(
            material_words=material, n_sections=sections_for(n_written) if summarised else 0, n_words=n_written
        )
        pace, n_words = self.pace(programme.shape), n_written + n_read
        minutes = pace.minutes_of(n_words, n_chapters=max(1, writing.n_sections + len(in_full)))
        n_lines = max(1, math.ceil(n_words / _WORDS_PER_LINE))
        text = "x" * round(_LETTERS_PER_WORD * n_words / n_lines)
        a_line = self.line_cost(programme.shape, text, 60 * n_words / pace.words_per_minute / n_lines)
        speaking = None if a_line is None else a_line * n_lines
        parts = [self.writing_cost(programme.shape, writing), speaking if n_words else 0]
        return in_total(parts, minutes=minutes, n_words=n_words, experience=self._experience())

    def _of_script(self, programme: KeptProgramme) -> Quote:
        pace = self.pace(programme.shape)
        lines, durations = [kept.line for kept in programme.lines], [kept.duration_s for kept in programme.lines]
        minutes = pace.seconds_of(lines, durations) / 60
        shape, to_speak = programme.shape, [kept for kept in programme.lines if kept.is_to_speak]
        parts = [
            self.line_cost(shape, kept.line.text, pace.seconds_of([kept.line]), is_starred=kept.takes_better)
            for kept in to_speak
        ]
        n_words = sum(line.n_words for line in lines)
        return in_total(parts, minutes=minutes, n_words=n_words, experience=self._experience())

    def line_cost(self, shape: Shape, text: str, duration_s: float, *, is_starred: bool = False) -> int | None:
        """Return what a line is expected to cost in nano-USD; one with a star is spoken by the better model.

        A model that gives no account of what it says has it written down by another one, to be compared.
        """
        place, tier = self.places[0], Tier.FULL if is_starred else shape.tier
        choice = place.choose(Role.SPEAK, tier)
        spoken = of_line(text, duration_s, place.price_of(choice))
        if gives_account(choice):
            return spoken
        written = writing_down(duration_s, self._price(Role.TRANSCRIBE, tier))
        return None if spoken is None or written is None else spoken + written

    def writing_cost(self, shape: Shape, writing: Writing) -> int | None:
        """Return what the script is expected to cost in nano-USD."""
        return of_writing(writing, self._price(Role.WRITE, shape.tier))

    def request_cost(self, shape: Shape, text: str, n_words: int) -> int | None:
        """Return what one call of the text model may cost, in nano-USD."""
        return of_request(text, n_words, self._price(Role.WRITE, shape.tier))

    def _price(self, role: Role, tier: Tier) -> Price | None:
        place = self.places[0]
        return place.price_of(place.choose(role, tier))

    def _experience(self) -> list[float]:
        return [spent / quoted for spent, quoted in self.programmes.experience() if quoted]


def apart(programme: KeptProgramme) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """Return the sources that are summarised, and those that are read in full."""
    reads_all = format_called(programme.shape.format).reads_in_full
    in_full = tuple(source for source in programme.taken if reads_all or source.taking is Taking.FULL)
    return tuple(source for source in programme.taken if source not in in_full), in_full
