"""What an analysis will cost, from how long people speak and from today's prices; before anything is paid for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiokit.audio.changing.split import Part
from audiokit.audio.fit import Fit
from audiokit.catalog.models import Role, Tier
from audiokit.catalog.prices import Usage, audio_in_tokens, cost
from audiokit.errors import NotConfigured
from audiokit.sentiment.hearing import Hearing
from audiokit.sentiment.kept import Options
from audiokit.sentiment.parts import PlannedPart
from audiokit.sentiment.passages import Passage
from audiokit.speech.place import Place, places_for

__all__ = ["LEAST_VOICE_S", "Estimates", "Quote", "Span"]

LEAST_VOICE_S = 1.0
"""A voice is not read from less sound than this."""

_MS = 1_000
_TOKENS_PER_S_OF_TALK = 3.7  # 160 words a minute, of 1.4 tokens
_SEGMENT_S = (9.0, 5.0)  # how long segments of talk are, where they are few and where they are many
_SECOND_OPINIONS = (0.05, 1.0)  # of all segments: where words and voices agree, and where none do
_RULES_TOKENS = 900  # instructions and the schema, with every call
_PASSAGE_TOKENS = 25  # of the tags around one
_A_CALL = 40  # passages at most, about whose words one call asks
_WORDS_OUT_TOKENS = (60, 140)  # for each passage
_VOICE_IN_TOKENS, _VOICE_OUT_TOKENS = 1_100, (70, 200)
_SUM_OUT_TOKENS = (400, 1_500)
_CONTEXT_TOKENS = 90_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The cost as a span in nano-USD, None where a price is not known; 0 to 0 is free.

    ``minutes`` of sound, as far as it is known how long it is. ``plan`` says of each recording in which parts it is
    sent, and who writes it down; those that nobody could look at yet are not in it.
    """

    low_nanousd: int | None
    high_nanousd: int | None
    minutes: float
    plan: tuple[str, ...]
    n_recordings: int


@dataclass(frozen=True, slots=True)
class Span:
    """The least and the most that something is expected to cost; None: a price is not known."""

    low_nanousd: int | None
    high_nanousd: int | None

    def __add__(self, other: Span) -> Span:
        """Return the cost of both."""
        return Span(_sum(self.low_nanousd, other.low_nanousd), _sum(self.high_nanousd, other.high_nanousd))


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates at the models that are asked first."""

    places: tuple[Place, ...]
    hearing: Hearing

    def for_person(self, person_id: str) -> Estimates:
        """Return the same for a person, whose calls may go to models that they have switched to."""
        places = places_for(self.places, person_id)
        return Estimates(places, replace(self.hearing, places=places))

    def hear(self, parts: Sequence[PlannedPart]) -> Span:
        """Return what writing down these parts costs."""
        planned = Fit(form=None, room_s=0.0, parts=tuple(map(_part, parts)), sizes_bytes=(), sentence="")
        try:
            found = self.hearing.cost_nanousd(planned)
        except NotConfigured:
            found = None
        return Span(None, None) if found is None else Span(*found)

    def words(self, passages: Sequence[Passage], tier: Tier) -> Span:
        """Return what one call about the words of these passages costs."""
        return self._words(len(passages), sum(passage.n_tokens for passage in passages), tier)

    def voice(self, duration_s: float, tier: Tier) -> Span:
        """Return what having one voice read costs."""
        return self._spanned(
            Role.JUDGE,
            tier,
            *(_listened(duration_s, out_tokens=tokens) for tokens in _VOICE_OUT_TOKENS),
        )

    def sum_up(self, n_tokens: int, tier: Tier) -> Span:
        """Return what summing up a transcript of so many tokens costs."""
        n_calls = 1 if n_tokens <= _CONTEXT_TOKENS else 1 + math.ceil(n_tokens / _CONTEXT_TOKENS)
        into = n_tokens + n_calls * _RULES_TOKENS
        return self._spanned(Role.WRITE, tier, *(_written(into, n_calls * out) for out in _SUM_OUT_TOKENS))

    def analysis(self, parts: Sequence[PlannedPart], spoken_s: float, options: Options) -> Span:
        """Return what all of it costs for a recording of which only the sound is known."""
        return self.hear(parts) + self._reading(spoken_s, options)

    def _reading(self, spoken_s: float, options: Options) -> Span:
        """Return what is expected where segments are few and agree, and where they are many and do not."""
        low, high = (
            self._read(spoken_s, segment_s, share, options)
            for segment_s, share in zip(_SEGMENT_S, _SECOND_OPINIONS, strict=True)
        )
        return Span(low.low_nanousd, high.high_nanousd)

    def _read(self, spoken_s: float, segment_s: float, share: float, options: Options) -> Span:
        n_segments, n_tokens = math.ceil(spoken_s / segment_s), math.ceil(spoken_s * _TOKENS_PER_S_OF_TALK)
        n_tokens += n_segments * _PASSAGE_TOKENS
        found = self._words(n_segments, n_tokens, options.tier) + self.sum_up(n_tokens, options.tier)
        if options.reads_voice and n_segments:
            a_segment_s = spoken_s / n_segments
            found += _times(self.voice(a_segment_s, options.tier), n_segments * max(1, options.n_runs))
            if options.escalates and options.tier is Tier.MINI:
                found += _times(self.voice(a_segment_s, Tier.FULL), round(share * n_segments))
        return found

    def _words(self, n_passages: int, n_tokens: int, tier: Tier) -> Span:
        into = n_tokens + math.ceil(n_passages / _A_CALL) * _RULES_TOKENS
        return self._spanned(Role.WRITE, tier, *(_written(into, n_passages * out) for out in _WORDS_OUT_TOKENS))

    def _spanned(self, role: Role, tier: Tier, low: Usage, high: Usage) -> Span:
        place = self.places[0]
        try:
            price = place.price_of(place.choose(role, tier))
        except NotConfigured:
            price = None
        return Span(None, None) if price is None else Span(cost(price, low), cost(price, high))


def _part(part: PlannedPart) -> Part:
    return Part(start_frame=round(part.start_s * _MS), end_frame=round(part.end_s * _MS), sample_rate_hz=_MS)


def _listened(duration_s: float, *, out_tokens: int) -> Usage:
    return Usage(
        audio_in_tokens=audio_in_tokens(duration_s),
        text_in_tokens=_VOICE_IN_TOKENS,
        cached_in_tokens=0,
        text_out_tokens=out_tokens,
        audio_out_tokens=0,
    )


def _written(in_tokens: int, out_tokens: int) -> Usage:
    return Usage(
        text_in_tokens=in_tokens,
        text_out_tokens=out_tokens,
        cached_in_tokens=0,
        audio_in_tokens=0,
        audio_out_tokens=0,
    )


def _times(one: Span, n: int) -> Span:
    low, high = one.low_nanousd, one.high_nanousd
    return Span(None if low is None else n * low, None if high is None else n * high)


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
