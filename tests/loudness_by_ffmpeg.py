"""How loud a file is, by a second tool: FFmpeg's own meter of EBU R 128."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

__all__ = ["measured"]


def measured(path: Path) -> tuple[float, float]:
    """Return integrated loudness in LUFS and true peak in dBTP, to a tenth; skips where there is no FFmpeg."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("there is no ffmpeg here; our own meter has measured the same")
    command = [ffmpeg, "-hide_banner", "-nostats", "-i", str(path), "-map", "0:a"]
    done = subprocess.run(  # noqa: S603 - a fixed command on a file of this test
        [*command, "-af", "ebur128=peak=true", "-f", "null", "-"], capture_output=True, text=True, check=True
    )
    summary = done.stderr[done.stderr.rindex("Summary:") :]
    loudness, peak = (re.search(pattern, summary) for pattern in (r"I:\s+(\S+) LUFS", r"Peak:\s+(\S+) dBFS"))
    assert loudness
    assert peak
    return float(loudness[1]), float(peak[1])
