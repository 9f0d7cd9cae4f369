"""Sound taken in and written, against ffmpeg's command line and pydub: CPU of whole processes, paired runs in turn."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from statistics import median

import numpy as np
import soundfile

from audiokit.audio.clip import Samples
from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.wav import from_pcm16
from audiokit.errors import InputError
from audiokit.offline.engine import Engine

_MINUTES = int(os.environ.get("BENCHMARK_MINUTES", "60"))
_RUNS = int(os.environ.get("BENCHMARK_RUNS", "3"))
_RATE_HZ = 48_000
_ENCODERS = {
    "webm": ["-c:a", "libopus", "-b:a", "64k"],
    "mp3": ["-c:a", "libmp3lame", "-b:a", "128k"],
    "m4a": ["-c:a", "aac", "-b:a", "96k"],
    "flac": ["-c:a", "flac"],
}
_REAL_SPEECH = Path(__file__).resolve().parents[2] / "shared/real/speech"
_SENTENCES = (
    "Good morning. This is what a recording of an hour sounds like when nobody is there to speak.",
    "There are pauses in it, some short and some long.",
    "The price of a thing is known before it is bought, and what it did cost is written down.",
)
_FULL = (
    "aformat=channel_layouts=mono,aresample=24000,ebur128=peak=true,"
    "silenceremove=start_periods=1:start_threshold=-50dB,volume=3dB,astats"
)

Command = Sequence[str | Path]


def run() -> dict[str, float]:
    """Return ratios of CPU (ours over theirs; for pydub theirs over ours) and peaks of memory."""
    if shutil.which("ffmpeg") is None:
        raise SystemExit("This benchmark needs ffmpeg to compare with (apt-get install ffmpeg).")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        hour = _recordings(Path(folder))
        figures = _decoding(hour) | _whole(hour) | _writing(Path(folder), hour["wav"])
        return figures | _memory(hour) | _against_pydub(hour)


def _decoding(hour: dict[str, Path]) -> dict[str, float]:
    ratios = {}
    for kind, path in hour.items():
        ffmpeg = _ffmpeg("-i", path, "-map", "0:a:0", "-ac", "1", "-ar", "24000", "-f", "s16le", os.devnull)
        ratios[f"{kind}_cpu_ratio"] = _ratio(_ours("decoded", path), ffmpeg)
    return ratios


def _whole(hour: dict[str, Path]) -> dict[str, float]:
    path = hour["webm"]
    graph = _ffmpeg("-i", path, "-map", "0:a:0", "-af", _FULL, "-f", "s16le", os.devnull)
    return {"full_cpu_ratio": _ratio(_ours("prepared", path), graph)}


def _writing(folder: Path, wav: Path) -> dict[str, float]:
    narrow, speech, clips = folder / "narrow.wav", folder / "speech.wav", folder / "clips"
    _cpu_s(_ffmpeg("-i", wav, "-ac", "1", "-ar", "16000", narrow))
    _cpu_s(_ffmpeg("-i", wav, "-ac", "1", "-ar", "24000", speech))
    _cut(speech, clips)
    listed = folder / "clips.txt"
    listed.write_text("".join(f"file '{clip}'\n" for clip in sorted(clips.glob("*.wav"))))
    mp3 = _ffmpeg("-i", speech, "-c:a", "libmp3lame", "-b:a", "64k", folder / "theirs.mp3")
    silence = _ffmpeg("-i", narrow, "-af", "silencedetect", "-f", "null", "-")
    concat = _ffmpeg("-f", "concat", "-safe", "0", "-i", listed, "-c", "copy", folder / "theirs.wav")
    return {
        "mp3_encode_ratio": _ratio(_ours("encoded", speech), mp3),
        "silence_ratio": _ratio(_ours("searched", narrow), silence),
        "join_ratio": _ratio(_ours("joined", clips), concat),
    }


def _memory(hour: dict[str, Path]) -> dict[str, float]:
    """Return the most memory that decoding, and taking in whole, takes of recordings of three lengths."""
    peaks = {}
    for minutes in (5, 60, 180):
        path = _of_length(hour["mp3"], minutes)
        peaks[f"decode_{minutes}_min_rss_mb"] = _measured(_ours("decoded", path))[1]
        peaks[f"prepare_{minutes}_min_rss_mb"] = _measured(_ours("prepared", path))[1]
    return {"peak_rss_mb": max(mb for name, mb in peaks.items() if name.startswith("decode")), **peaks}


def _against_pydub(hour: dict[str, Path]) -> dict[str, float]:
    try:
        import pydub  # noqa: F401, PLC0415 - only to know whether it is here
    except ImportError:
        print("pydub is not installed (pip install pydub): nothing is said of it.", file=sys.stderr)
        return {}
    ratios = {}
    for kind, path in hour.items():
        theirs, memory_mb = _measured(_ours("with_pydub", path))
        ratios[f"pydub_{kind}_times_slower"] = theirs / _measured(_ours("decoded", path))[0]
        ratios[f"pydub_{kind}_rss_mb"] = memory_mb
    return ratios


def _ratio(ours: Command, theirs: Command) -> float:
    return median(_cpu_s(ours) / _cpu_s(theirs) for _ in range(_RUNS))


def _cpu_s(command: Command) -> float:
    return _measured(command)[0]


def _measured(command: Command) -> tuple[float, float]:
    """Run a process; return its CPU in seconds, user and system, and the peak memory in MB if it is one of ours.

    Ours say it themselves: what the system tells of a child counts the parent that it was forked from.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL)  # noqa: S603 - ours, or ffmpeg
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {command}")
        said.seek(0)
        return used.ru_utime + used.ru_stime, float(said.read() or 0)


def _ours(way: str, path: Path) -> Command:
    return [sys.executable, "-m", "benchmarks._prepare_ways", way, path]


def _ffmpeg(*arguments: str | Path) -> Command:
    return ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments]


def _recordings(folder: Path) -> dict[str, Path]:
    """Write the same hour of speech, in stereo, as each kind of file."""
    wav = folder / "hour.wav"
    with soundfile.SoundFile(wav, "w", _RATE_HZ, 2, "PCM_16") as file:
        left = _MINUTES * 60 * _RATE_HZ
        for spoken in cycle(_speech()):
            if left <= 0:
                break
            piece = np.repeat(spoken[:left], 2, axis=1)
            file.write(piece)
            left -= len(piece)
    paths = {kind: folder / f"hour.{kind}" for kind in _ENCODERS}
    for kind, path in paths.items():
        _cpu_s(_ffmpeg("-i", wav, *_ENCODERS[kind], path))
    return paths | {"wav": wav}


def _speech() -> list[Samples]:
    """Return real speech with pauses between, where it is here; else what the offline engine says."""
    pause = np.zeros((_RATE_HZ // 2, 1), np.float32)
    said = []
    for path in sorted(_REAL_SPEECH.glob("*/*.wav")):
        try:
            said += [resample(decode(path).mono(), _RATE_HZ).samples, pause]
        except InputError:
            continue  # a few are hostile on purpose
    if not said:
        with Engine() as engine:
            for sentence in _SENTENCES:
                clip = from_pcm16(b"".join(engine.speak(sentence)), 24_000)
                said += [resample(clip, _RATE_HZ).samples, pause]
    return said


def _cut(speech: Path, folder: Path, n_clips: int = 500) -> None:
    folder.mkdir()
    with soundfile.SoundFile(speech) as file:
        n_frames = file.frames // n_clips
        for index in range(n_clips):
            soundfile.write(folder / f"{index:03}.wav", file.read(n_frames, dtype="int16"), file.samplerate)


def _of_length(mp3: Path, minutes: int) -> Path:
    path = mp3.with_name(f"{minutes}.mp3")
    _cpu_s(_ffmpeg("-stream_loop", "-1", "-i", mp3, "-t", str(minutes * 60), "-c", "copy", path))
    return path
