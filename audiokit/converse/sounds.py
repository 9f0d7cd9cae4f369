"""Sound of ours as a turn keeps it: the clip, its length and shape, and when its words are said."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from audiokit.audio.measuring.peaks import PeaksMeter
from audiokit.audio.voice.alignment import TimedWord, word_times
from audiokit.audio.wav import from_pcm16, wav_header
from audiokit.converse.conversation import POINTS, Timing
from audiokit.store.clips import Clips

__all__ = ["NOT_KEPT", "kept_sound", "placed", "timings"]

NOT_KEPT = "The sound was not kept, as you wish."
_log = logging.getLogger(__name__)
_RATE_HZ = 24_000
_MEDIA_TYPE = "audio/wav"


@contextmanager
def kept_sound(clips: Clips, person_id: str, pcm16: bytes, kind: str) -> Iterator[dict[str, object]]:
    """Keep PCM16 mono at 24 kHz as a clip, and yield what its turn keeps of it; the turn is written inside.

    Without any sound there is nothing to keep, and nothing in what is yielded; of sound that is not to be kept, only
    how long it was.
    """
    if not pcm16:
        yield {}
        return
    if not clips.keeps_sound(person_id):
        yield {"duration_s": from_pcm16(pcm16, _RATE_HZ).duration_s}
        return
    clip, meter = from_pcm16(pcm16, _RATE_HZ), PeaksMeter(_RATE_HZ)
    meter.add(clip.samples)
    drawn = meter.result()
    with clips.keeping(person_id, wav_header(len(pcm16)) + pcm16, _MEDIA_TYPE, kind) as digest:
        clips.draw(person_id, digest, drawn.to_bytes())
        yield {
            "clip_digest": digest,
            "clip_media_type": _MEDIA_TYPE,
            "duration_s": clip.duration_s,
            "peaks": drawn.points(n=POINTS),
        }
    if clips.waveform(person_id, digest) is None:  # it was forgotten meanwhile, and kept again
        clips.draw(person_id, digest, drawn.to_bytes())


def placed(words: str, pcm16: bytes) -> tuple[TimedWord, ...]:
    """Return when each word is said; nothing, rather than no answer, if that fails: the answer has been paid for."""
    try:
        return word_times(words, from_pcm16(pcm16, _RATE_HZ)) if pcm16 else ()
    except Exception:  # noqa: BLE001 - see above
        _log.exception("words could not be placed in the sound")
        return ()


def timings(words: Iterable[TimedWord]) -> tuple[Timing, ...]:
    """Return times as a turn keeps them, to a hundredth of a second."""
    return tuple(Timing(word.text, round(word.start_s, 2), round(word.end_s, 2), word.is_joined) for word in words)
