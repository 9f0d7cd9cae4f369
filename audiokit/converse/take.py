"""A recording as it is sent: prepared, within the model's bounds, in one piece."""

from __future__ import annotations

from audiokit.audio.door import Admitted
from audiokit.audio.fit import Bounds
from audiokit.audio.intake import Order, Received
from audiokit.audio.measuring.figures import figures_of
from audiokit.audio.measuring.quality import refuse_unusable
from audiokit.audio.measuring.room import Room
from audiokit.audio.writing.formats import SoundFormat
from audiokit.catalog.models import Model
from audiokit.catalog.prices import AUDIO_IN_TOKENS_PER_S
from audiokit.errors import ClipTooLong
from audiokit.speech.requests import MAX_BASE64_BYTES, Heard, InputFormat

__all__ = ["heard_of", "order_for", "refuse_unsendable"]

_FORMATS = tuple(SoundFormat(accepted.value) for accepted in InputFormat)
_WORDS_TOKENS = 8_000  # left free for what was said before, instructions and the answer


def order_for(model: Model) -> Order:
    """Return what has to become of a recording that this model is to listen to."""
    context = model.max_context_tokens
    return Order(
        bounds=Bounds(
            formats=_FORMATS,
            max_bytes=model.limits.max_audio_bytes,
            max_base64_bytes=MAX_BASE64_BYTES,
            max_duration_s=model.limits.max_audio_s,
            max_tokens=None if context is None else context - _WORDS_TOKENS,
            tokens_per_s=AUDIO_IN_TOKENS_PER_S,
        )
    )


def refuse_unsendable(received: Received, *, room: Room | None = None) -> None:
    """Refuse what is not worth sending, or cannot be in one turn; ``room`` is the person's, if it was measured.

    Raises:
        ClipTooShort, NothingHeard, Distorted: there is nothing in it to listen to.
        ClipTooLong: it would take several turns.
    """
    refuse_unusable(received.measures, room=room)
    if len(received.fit.parts) > 1:
        raise ClipTooLong(duration_s=received.changes.duration_s, max_duration_s=received.fit.room_s)


def heard_of(admitted: Admitted) -> Heard:
    """Return what is sent of a recording that was admitted in one part."""
    received = admitted.received
    written = received.origin.container.value if received.fit.form is None else received.fit.form.format.value
    return Heard(
        data=admitted.files[0],
        format=InputFormat(written),
        duration_s=received.changes.duration_s,
        silence_s=received.changes.kept.removed_s,
        figures=figures_of(received.measures),
    )
