"""WAV as it is written and as it is found: headers of unknown length, sizes that lie, chunks in between."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Clip
from audiokit.errors import UnreadableAudio

__all__ = ["from_pcm16", "mended", "pcm16_of", "to_pcm16", "to_wav", "wav_header"]

_UNKNOWN = 0xFFFF_FFFF
_PCM = 1
_EXTENSIBLE = 0xFFFE  # the kind of sound then stands further on, in the sub-format
_FULL_SCALE = 32_768


def wav_header(size_bytes: int | None, *, sample_rate_hz: int = 24_000, n_channels: int = 1) -> bytes:
    """Return the 44 bytes before ``size_bytes`` of PCM16.

    None means not known yet: both sizes are 0xFFFFFFFF then, as OpenAI streams them (seen 2025-07 and since). What
    does not fit into 32 bits is written the same way.
    """
    if size_bytes is None or size_bytes > _UNKNOWN - 36:
        riff_size = data_size = _UNKNOWN
    else:
        riff_size, data_size = 36 + size_bytes, size_bytes
    frame_size = 2 * n_channels
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", riff_size, b"WAVE"),
        *(b"fmt ", 16, _PCM, n_channels, sample_rate_hz, sample_rate_hz * frame_size, frame_size, 16),
        *(b"data", data_size),
    )


def to_wav(clip: Clip) -> bytes:
    """Return the clip as a WAV file of PCM16, in its own rate and channels."""
    pcm = to_pcm16(clip)
    return wav_header(len(pcm), sample_rate_hz=clip.sample_rate_hz, n_channels=clip.n_channels) + pcm


def to_pcm16(clip: Clip) -> bytes:
    """Return the clip as PCM16, channels interleaved; what is beyond full scale is clipped."""
    scaled = np.rint(clip.samples * np.float32(_FULL_SCALE))
    samples: npt.NDArray[np.int16] = np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1, out=scaled).astype("<i2")
    return samples.tobytes()


def from_pcm16(data: bytes, sample_rate_hz: int, n_channels: int = 1) -> Clip:
    """Return PCM16 as a clip; a last frame that is cut off is left out. ``to_pcm16`` gives the same bytes again."""
    n_samples = len(data) // (2 * n_channels) * n_channels
    samples = np.frombuffer(data, "<i2", n_samples).astype(np.float32) / np.float32(_FULL_SCALE)
    return Clip(samples.reshape(-1, n_channels), sample_rate_hz)


def mended(data: bytes) -> bytes:
    """Return the same WAV with sizes that are true, every chunk padded to even length, and RF64 as plain RIFF.

    A sound chunk whose size is 0xFFFFFFFF, too large, or 0 with something behind it that is no chunk, reaches to the
    end. Whatever else the file holds stays in its place, and an intact file comes back byte for byte.

    Raises:
        UnreadableAudio: this is no WAV, or it ends before its sound begins.
    """
    if data[:4] not in {b"RIFF", b"RF64", b"BW64"} or data[8:12] != b"WAVE":
        raise UnreadableAudio("This is not a WAV file. Save the recording as WAV, or upload it as it was recorded.")
    chunks = dict[bytes, bytes]()
    parts = [b"WAVE"]
    for name, start, size in _chunks(data):
        if name == b"data":
            end = start + _true_size(data, start, size, chunks.get(b"ds64"))
            is_padded = (end - start) % 2 == 1 and not _is_name(data[end : end + 4])
            parts += [_chunk(b"data", data[start:end]), data[end + is_padded :]]
            break
        chunks[name] = data[start : start + size]
        parts.append(_chunk(b"JUNK" if name == b"ds64" else name, chunks[name]))  # EBU Tech 3306, 3: the same room
    else:
        raise UnreadableAudio("This WAV file ends before its sound begins. Record again, or upload it once more.")
    if b"fmt " not in chunks:
        raise UnreadableAudio("This WAV file does not say what its sound is. Record again, or save it as WAV anew.")
    return b"RIFF" + struct.pack("<I", min(sum(map(len, parts)), _UNKNOWN)) + b"".join(parts)


def pcm16_of(data: bytes) -> bytes:
    """Return the samples of a WAV of PCM16, channels interleaved; sizes that lie are seen through.

    Raises:
        UnreadableAudio: this is no WAV, ends before its sound begins, or holds another kind of samples.
    """
    whole = mended(data)
    sound = {name: whole[start : start + size] for name, start, size in _until_sound(whole)}
    if not _is_pcm16(sound[b"fmt "]):
        raise UnreadableAudio("This WAV file holds no 16-bit samples. Save it as WAV with 16 bits (PCM).")
    return sound[b"data"]


def _until_sound(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    for name, start, size in _chunks(data):
        yield name, start, size
        if name == b"data":
            return


def _is_pcm16(fmt: bytes) -> bool:
    if len(fmt) < 16:
        return False
    kind, bits = struct.unpack_from("<H12xH", fmt)
    if kind == _EXTENSIBLE and len(fmt) >= 26:
        (kind,) = struct.unpack_from("<H", fmt, 24)
    return (kind, bits) == (_PCM, 16)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", min(len(body), _UNKNOWN)) + body + bytes(len(body) % 2)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and declared size of each chunk; the reader stops at the one that reaches to the end."""
    at = 12
    while at + 8 <= len(data):
        at += _shift(data, at)
        name, size = struct.unpack_from("<4sI", data, at)
        yield name, at + 8, size
        at += 8 + size + size % 2


def _shift(data: bytes, at: int) -> int:
    """Return how far a chunk is from where it should be: writers forget the padding, or pad what is even."""
    shifts = (shift for shift in (0, -1, 1) if _is_name(data[at + shift : at + shift + 4]))
    return next((shift for shift in shifts if at + shift + 8 <= len(data)), 0)


def _is_name(name: bytes) -> bool:
    return len(name) == 4 and all(0x20 <= byte < 0x7F for byte in name) and name[0] != 0x20


def _true_size(data: bytes, start: int, size: int, ds64: bytes | None) -> int:
    """Return how many bytes of sound there are from ``start``."""
    left = len(data) - start
    if size == _UNKNOWN and ds64 is not None and len(ds64) >= 16:
        size = int.from_bytes(ds64[8:16], "little")
    if size > left or (size == 0 and not _is_chunk(data, start)):
        return left
    return size


def _is_chunk(data: bytes, at: int) -> bool:
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    return _is_name(data[at : at + 4]) and at + 8 + size <= len(data)
