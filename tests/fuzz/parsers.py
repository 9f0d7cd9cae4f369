"""Our own parsers of bytes, under a coverage-guided fuzzer: ``python tests/fuzz/parsers.py -max_total_time=600``.

Run by hand (``pip install atheris``); pytest does not collect it. Whatever the bytes are, a parser returns, or raises
an error of ours, and never takes more than a moment. Seeds: any folder of real files as the last argument.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["audiokit"]):
    from audiokit.audio.measuring.peaks import Waveform
    from audiokit.audio.reading.sniff import resembles, sniff
    from audiokit.audio.wav import mended, pcm16_of
    from audiokit.audio.writing.pictures import picture_size
    from audiokit.errors import AudiokitError


def parse(data: bytes) -> None:
    """Hand the bytes to every parser; an error that is not ours goes through."""
    sniff(data)
    resembles(data)
    for media_type in ("image/png", "image/jpeg"):
        picture_size(data, media_type)
    for parser in (_mended_twice, pcm16_of, Waveform.from_bytes):
        try:
            parser(data)
        except AudiokitError:
            continue


def _mended_twice(data: bytes) -> None:
    once = mended(data)
    if mended(once) != once:
        raise AssertionError("a mended WAV is not intact")


if __name__ == "__main__":
    atheris.Setup(sys.argv, parse)
    atheris.Fuzz()
