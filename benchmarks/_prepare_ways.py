"""What one process of the benchmark ``prepare`` does: ``python -m benchmarks._prepare_ways WAY FILES…``."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from pathlib import Path

_RATE_HZ = 24_000


def decoded(path: Path) -> None:
    """Decode, mix down and resample; the samples are dropped."""
    from audiokit.audio.changing.downmix import downmix_gains, downmixed  # noqa: PLC0415 - each way loads only what it needs
    from audiokit.audio.reading.recording import open_recording  # noqa: PLC0415 - the same
    from audiokit.audio.resample import resampled_blocks  # noqa: PLC0415 - the same

    with open_recording(path) as recording:
        gains = downmix_gains(recording.channels)
        mono = (downmixed(block, gains) for block in recording.blocks())
        for _ in resampled_blocks(mono, _RATE_HZ):
            pass


def prepared(path: Path) -> None:
    """Take a recording in whole: decode, measure, trim, level, hold peaks, write."""
    from audiokit.audio.intake import Order, receive  # noqa: PLC0415 - the same
    from audiokit.audio.steps import done  # noqa: PLC0415 - the same

    with tempfile.TemporaryDirectory() as folder:
        done(receive(path, Order(), Path(folder)))


def encoded(path: Path) -> None:
    """Write a WAV as MP3 of 64 kbit/s."""
    from audiokit.audio.reading.recording import open_recording  # noqa: PLC0415 - the same
    from audiokit.audio.writing.formats import SoundFormat  # noqa: PLC0415 - the same
    from audiokit.audio.writing.write import write  # noqa: PLC0415 - the same

    with open_recording(path) as recording, tempfile.TemporaryDirectory() as folder:
        write(recording.blocks(), Path(folder) / "speech.mp3", SoundFormat.MP3, kbits=64)


def searched(path: Path) -> None:
    """Find the pauses."""
    import soundfile  # noqa: PLC0415 - the same

    from audiokit.audio.measuring.activity import ActivityMeter  # noqa: PLC0415 - the same

    with soundfile.SoundFile(path) as file:
        meter = ActivityMeter(file.samplerate)
        for samples in file.blocks(file.samplerate * 10, dtype="float32", always_2d=True):
            meter.add(samples)
    meter.result().pauses()


def joined(folder: Path) -> None:
    """Join every WAV of a folder."""
    from audiokit.audio.writing.stitch import join_files  # noqa: PLC0415 - the same

    join_files(sorted(folder.glob("*.wav")), folder.parent / "joined.wav", pause_s=0.25, fade_s=0.005)


def with_pydub(path: Path) -> None:
    """Decode, mix down and resample with pydub."""
    from pydub import AudioSegment  # noqa: PLC0415 - the same

    AudioSegment.from_file(path).set_channels(1).set_frame_rate(_RATE_HZ)


def _peak_mb() -> float:
    """Return the most memory that this process has had (Linux: proc_pid_status, VmHWM)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


_WAYS = {way.__name__: way for way in (decoded, prepared, encoded, searched, joined, with_pydub)}

if __name__ == "__main__":
    gc.set_threshold(100_000)  # as in the process behind the door; so is the next line
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _WAYS[sys.argv[1]](Path(sys.argv[2]))
    print(_peak_mb())
