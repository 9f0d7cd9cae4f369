"""espeak-ng through ctypes, for the speaking worker only: its state is global and no thread may share it.

Constants are those of ``speak_lib.h`` of espeak-ng 1.52.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import espeakng_loader

__all__ = ["SAMPLE_RATE_HZ", "Espeak"]

SAMPLE_RATE_HZ = 22_050

_OUTPUT_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000
_BUFFER_MS = 60
_UTF8_WITH_END_PAUSE = 0x1 | 0x1000
_BY_CHARACTER = 1
_RATE, _VOLUME, _PITCH, _PITCH_RANGE = 1, 2, 3, 4
_VOLUME_PERCENT = 60  # room for the loudest sound of any voice; the level is set afterwards, without clipping
_MAX_DATA_PATH_BYTES = 150  # espeak_Initialize fails from 160 on, measured
_GO_ON, _STOP = 0, 1

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """The synthesiser of this process; there can be one only."""

    def __init__(self) -> None:
        self._library = _library()
        self._pieces = list[bytes]()
        self._callback = _Callback(self._take)  # the library keeps a bare pointer to it
        self._variant: str | None = None
        rate_hz = self._library.espeak_Initialize(
            _OUTPUT_SYNCHRONOUS, _BUFFER_MS, os.fsencode(_short_data_path()), _DO_NOT_EXIT
        )
        if rate_hz != SAMPLE_RATE_HZ:
            raise RuntimeError(f"espeak-ng did not start (espeak_Initialize returned {rate_hz})")
        self._library.espeak_SetSynthCallback(self._callback)

    def speak(self, request: Mapping[str, Any]) -> bytes:
        """Return ``request["text"]`` spoken, as PCM16 of 22 050 Hz mono; the other keys are those of a voice.

        Raises:
            RuntimeError: espeak-ng refuses the voice or the text.
        """
        self._become(request)
        text = request["text"].replace("\0", " ").encode() + b"\0"
        self._pieces.clear()
        status = self._library.espeak_Synth(text, len(text), 0, _BY_CHARACTER, 0, _UTF8_WITH_END_PAUSE, None, None)
        if status != 0:
            raise RuntimeError(f"espeak_Synth returned {status}")
        return b"".join(self._pieces)

    def _become(self, voice: Mapping[str, Any]) -> None:
        if voice["variant"] != self._variant:
            if self._library.espeak_SetVoiceByName(voice["variant"].encode()) != 0:
                raise RuntimeError(f"espeak-ng has no voice {voice['variant']}")
            self._variant = voice["variant"]
        for parameter, value in (
            (_RATE, voice["words_per_minute"]),
            (_PITCH, voice["pitch"]),
            (_PITCH_RANGE, voice["pitch_range"]),
            (_VOLUME, _VOLUME_PERCENT),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)

    def _take(self, samples: Any, n_samples: int, _events: int | None) -> int:
        if samples and n_samples > 0:
            self._pieces.append(ctypes.string_at(samples, 2 * n_samples))
        return _GO_ON


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
    library.espeak_Synth.argtypes = [
        *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint),
        *(ctypes.POINTER(ctypes.c_uint), ctypes.c_void_p),
    ]
    return library


def _short_data_path() -> str:
    """Return espeak-ng's data folder by a name that it can hold: a link, or a copy where links are not allowed."""
    path = espeakng_loader.get_data_path()
    if len(os.fsencode(path)) < _MAX_DATA_PATH_BYTES:
        return str(path)
    folder = Path(tempfile.mkdtemp(prefix="espeak-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    short = folder / "espeak-ng-data"
    try:
        short.symlink_to(path, target_is_directory=True)
    except OSError:
        shutil.copytree(path, short)
    return str(short)
