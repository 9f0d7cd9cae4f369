"""Where the player's test app gets its sound: clips made of tone bursts, and a reply that a thread speaks."""

from __future__ import annotations

import io
import threading
import time
import wave
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from audiokit.errors import NotFound
from audiokit.people.addresses import Signer
from audiokit.speech.growing import BYTES_PER_S, SAMPLE_RATE_HZ, Growing

WORDS = (
    "Certainly. I have found three restaurants with a view of the river. The first one opens at six and has a quiet "
    "terrace. The second one serves fresh fish and local wine. Would you like me to reserve a table at one of them "
    "for seven o'clock tomorrow evening?"
)
PERSON = "person-1"


def speechlike(seconds: float, seed: int = 1) -> npt.NDArray[np.int16]:
    """Syllables of a low tone with pauses between phrases, so that a waveform has something to show."""
    random = np.random.default_rng(seed)
    instants = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    beats = np.arange(0, seconds + 1, 0.13)
    loudness = np.interp(instants, beats, random.uniform(0.05, 1.0, len(beats)) * (np.sin(beats * 1.9) > -0.75))
    voice = 0.5 * np.sin(2 * np.pi * 160 * instants) + 0.3 * np.sin(2 * np.pi * 700 * instants)
    return (loudness * voice * 0.6 * 32767).astype(np.int16)


def wav(pcm16: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE_HZ)
        out.writeframes(pcm16)
    return file.getvalue()


def peaks(pcm16: bytes, count: int = 300) -> Sequence[float]:
    samples = np.abs(np.frombuffer(pcm16, np.int16).astype(np.float32)) / 32768
    return [float(part.max(initial=0)) for part in np.array_split(samples, count)]


class Source:
    """What the studio is to the routes, in memory."""

    def __init__(self) -> None:
        self.signer = Signer(b"k" * 32)
        self.clips: dict[str, bytes] = {}
        self.replies: dict[str, Growing] = {}

    def keep(self, file: bytes) -> str:
        digest = sha256(file).hexdigest()
        self.clips[digest] = file
        return digest

    def clip_size(self, person_id: str, digest: str) -> int:
        return len(self._clip(person_id, digest))

    def read_clip_range(self, person_id: str, digest: str, start: int, end: int) -> bytes:
        return self._clip(person_id, digest)[start:end]

    def growing(self, turn_id: str) -> Growing | None:
        return self.replies.get(turn_id)

    def _clip(self, person_id: str, digest: str) -> bytes:
        if person_id != PERSON or digest not in self.clips:
            raise NotFound("There is no such recording.")
        return self.clips[digest]

    def ask(self, turn_id: str, *, seconds: float, wait_s: float, pace: float, fails: bool = False) -> Growing:
        """Begin a reply that a thread speaks at ``pace`` times real time after ``wait_s``."""
        growing = self.replies[turn_id] = Growing()
        sound = speechlike(seconds).tobytes()
        arguments = (growing, sound, wait_s, pace, fails)
        threading.Thread(target=_speak, args=arguments, daemon=True).start()
        return growing


def _speak(growing: Growing, sound: bytes, wait_s: float, pace: float, fails: bool) -> None:
    piece_bytes = BYTES_PER_S // 10
    n_pieces = len(sound) // piece_bytes
    words = WORDS.split(" ")
    time.sleep(wait_s)
    for i in range(n_pieces):
        growing.add_sound(sound[i * piece_bytes : (i + 1) * piece_bytes])
        said = words[i * len(words) // n_pieces : (i + 1) * len(words) // n_pieces]
        growing.add_words("".join(f"{word} " for word in said))
        if fails and i == n_pieces // 2:
            growing.fail("The engine stopped speaking. Ask again.")
            return
        time.sleep(0.1 / pace)
    growing.end()


SOURCE = Source()
