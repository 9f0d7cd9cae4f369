"""What a prompt will cost before it is made: writing down what was said, and refining it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from audiokit.catalog.prices import Price, Usage, audio_in_tokens, cost, text_tokens
from audiokit.converse.prompting.prompts import KeptPrompt, Stage
from audiokit.converse.prompting.styles import instructions_for, material, style_of

__all__ = ["PromptQuote", "prompt_quote"]

_WORDS_PER_SECOND = 2.5  # of a person who dictates
_TRANSCRIPT_TOKENS_PER_S = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptQuote:
    """The parts of a price in nano-dollars; 0 for what is done already, None where a price is not known."""

    transcribe_nanousd: int | None
    refine_nanousd: int | None

    @property
    def total_nanousd(self) -> int | None:
        """The sum, or None if any part is unknown."""
        if self.transcribe_nanousd is None or self.refine_nanousd is None:
            return None
        return self.transcribe_nanousd + self.refine_nanousd


def prompt_quote(
    prompt: KeptPrompt,
    stages: tuple[Stage, ...],
    *,
    transcribe_price: Callable[[], Price | None],
    refine_price: Callable[[], Price | None],
) -> PromptQuote:
    """Price ``stages`` of a prompt, by the length of what is sent and the words that are there or to be expected."""
    seconds = _sent_s(prompt)
    words = (
        (prompt.transcript or "") if Stage.TRANSCRIBE not in stages else "word " * round(seconds * _WORDS_PER_SECOND)
    )
    return PromptQuote(
        transcribe_nanousd=_written_down(transcribe_price(), seconds) if Stage.TRANSCRIBE in stages else 0,
        refine_nanousd=_refined(refine_price(), words, prompt.style) if Stage.REFINE in stages else 0,
    )


def _sent_s(prompt: KeptPrompt) -> float:
    """Return the seconds that will be sent: of the cleaned sound, or what the look at the recording foresaw."""
    recorded, cleaned = prompt.at(Stage.RECORD), prompt.at(Stage.CLEAN)
    return cleaned.duration_s or recorded.sent_s or recorded.duration_s or 0.0


def _written_down(price: Price | None, seconds: float) -> int | None:
    """Price a transcription; models billed by token count as many as they hear."""
    by_second = Usage(input_seconds=Decimal(str(round(seconds, 3))))
    by_token = Usage(
        audio_in_tokens=audio_in_tokens(seconds),
        text_in_tokens=0,
        cached_in_tokens=0,
        text_out_tokens=round(_TRANSCRIPT_TOKENS_PER_S * seconds),
    )
    return next((c for usage in (by_second, by_token) if (c := _cost(price, usage)) is not None), None)


def _refined(price: Price | None, words: str, style_key: str) -> int | None:
    style = style_of(style_key)
    usage = Usage(
        text_in_tokens=text_tokens(instructions_for(style)) + text_tokens(material(words)),
        audio_in_tokens=0,
        cached_in_tokens=0,
        text_out_tokens=round(text_tokens(words) * style.words_ratio),
        audio_out_tokens=0,
    )
    return _cost(price, usage)


def _cost(price: Price | None, usage: Usage) -> int | None:
    return None if price is None else cost(price, usage)
