"""What one process of the benchmark ``measure`` does: ``python -m benchmarks._measured MINUTES WAV``; prints JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import soundfile

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.activity import Activity, ActivityMeter
from audiokit.audio.measuring.peaks import PeaksMeter
from audiokit.sentiment.measuring import measured
from audiokit.sentiment.stretches import Stretch

_BLOCK_S = 10
_LONGEST_S = 15.0


def blocks(wav: Path, minutes: float) -> Iterator[Clip]:
    """Yield so many minutes of a recording, again and again from its beginning, in blocks as a spool has them."""
    left = round(minutes * 60)
    with soundfile.SoundFile(wav) as file:
        for _ in cycle([None]):
            file.seek(0)
            for samples in file.blocks(_BLOCK_S * file.samplerate, dtype="float32", always_2d=True):
                if left <= 0:
                    return
                yield Clip(samples[: left * file.samplerate], file.samplerate)
                left -= _BLOCK_S


def stretches(activity: Activity) -> list[Stretch]:
    """Return the speech in stretches of no more than 15 s, two speakers in turn."""
    found = list[Stretch]()
    for number, span in enumerate(activity.segments()):
        at_s = span.start_s
        while span.end_s - at_s > 0:
            end_s = min(span.end_s, at_s + _LONGEST_S)
            found.append(Stretch(start_s=at_s, end_s=end_s, speaker=1 + number % 2))
            at_s = end_s
    return found


def work(wav: Path, minutes: float) -> dict[str, float]:
    """Find where there is speech and what the waveform looks like, then measure each stretch; return CPU by part."""
    started_s = time.process_time()
    rate_hz = soundfile.info(wav).samplerate
    activity, peaks = ActivityMeter(rate_hz), PeaksMeter(rate_hz)
    for block in blocks(wav, minutes):
        activity.add(block.samples)
        peaks.add(block.samples)
    spoken = stretches(activity.result())
    peaks.result()
    found_s = time.process_time()
    measures = measured(blocks(wav, minutes), spoken)
    done_s = time.process_time()
    if not measures:
        raise RuntimeError("there is no speech in the recording")
    return {
        "segmentation_s": found_s - started_s,
        "measures_s": done_s - found_s,
        "spoken_s": sum(s.duration_s for s in spoken),
    }


def memory_mb(name: str) -> float:
    """Return what the system says of this process (Linux: proc_pid_status), VmHWM or VmRSS."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024


if __name__ == "__main__":
    path = Path(sys.argv[2])
    work(path, 0.5)  # everything is imported and its tables are made
    idle_mb = memory_mb("VmRSS")
    figures = work(path, float(sys.argv[1]))
    print(json.dumps(figures | {"peak_mb": memory_mb("VmHWM"), "idle_mb": idle_mb}))
