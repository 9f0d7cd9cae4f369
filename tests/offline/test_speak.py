"""Speech out: whole tokens, every voice its own, no level out of line."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.audio.measuring.quality import measure
from audiokit.audio.wav import from_pcm16
from audiokit.errors import UnsupportedFormat
from audiokit.offline.engine import Engine
from audiokit.offline.speak import SAMPLE_RATE_HZ, TOKEN_BYTES, clauses
from audiokit.offline.voices import VOICES
from audiokit.process.pipe import Frame
from audiokit.process.worker import Worker

SENTENCE = "The quick brown fox jumps over the lazy dog, and I heard every word of it."


def spoken(engine: Engine, text: str = SENTENCE, voice: str = "alloy", speed: float = 1.0) -> bytes:
    return b"".join(engine.speak(text, voice, speed))


def pitch_hz(pcm: bytes) -> float:
    """Median pitch over loud windows, by autocorrelation."""
    samples = from_pcm16(pcm, SAMPLE_RATE_HZ).samples[:, 0]
    windows = samples[: len(samples) // 1200 * 1200].reshape(-1, 1200)
    loud = windows[(windows**2).mean(1) > 0.1 * (windows**2).mean(1).max()]
    spectra = np.abs(np.fft.rfft(loud * np.hanning(1200), 4096)) ** 2
    lags = np.fft.irfft(spectra)[:, SAMPLE_RATE_HZ // 400 : SAMPLE_RATE_HZ // 60]
    return float(np.median(SAMPLE_RATE_HZ / (lags.argmax(1) + SAMPLE_RATE_HZ // 400)))


def cut_off(pcm: bytes) -> float:
    """Return the share of samples that stand at full scale.

    espeak-ng adds noise of its own to breath and consonants, another at each call and for some voices in each process:
    a peak differs by some tenths of a dB, and now and then three equal samples in a row look like a flat top below full
    scale. What was cut by us would stand at full scale, and in numbers: 2 dB more cut 4 in 10,000 of the loudest voice.
    """
    samples = np.abs(from_pcm16(pcm, SAMPLE_RATE_HZ).samples)
    return float((samples >= 32_767 / 32_768).mean())


@given(st.text(max_size=600))
def test_clauses_joined_are_the_text(text: str) -> None:
    pieces = list(clauses(text))

    assert "".join(pieces) == text
    assert all(pieces)
    assert all(len(piece) <= 220 for piece in pieces)
    assert not pieces or len(pieces[0]) <= 90


def test_clauses_end_where_a_speaker_would_breathe() -> None:
    text = (
        "One moment. " + "This sentence is a long one, with a comma, and it goes on and on until it is far too long. "
    )

    assert list(clauses(text))[:2] == [
        "One moment.",
        " This sentence is a long one, with a comma, and it goes on and on until it is far too long.",
    ]


def test_speech_comes_in_whole_tokens(speaking: Engine) -> None:
    pieces = list(speaking.speak("One. Two, three. " * 30))

    assert len(pieces) > 5
    assert all(len(piece) % TOKEN_BYTES == 0 for piece in pieces)


@pytest.mark.parametrize("text", ["", "   ", "...", "\0", "\n\n"])
def test_a_text_without_words_is_a_short_silence(speaking: Engine, text: str) -> None:
    pcm = spoken(speaking, text)

    assert 0 < len(pcm) < SAMPLE_RATE_HZ
    assert len(pcm) % TOKEN_BYTES == 0


def test_the_texts_of_all_pieces_are_the_text(speaking: Engine) -> None:
    text = "Hello there. This is a text,\nwith 3 lines; and a few marks…\n\nThe end. "

    assert "".join(piece.text for piece in speaking.say(text)) == text


def test_all_voices_are_equally_loud_and_none_is_clipped(speaking: Engine) -> None:
    for voice in VOICES:
        pcm = spoken(speaking, voice=voice)
        assert -25 < measure(from_pcm16(pcm, SAMPLE_RATE_HZ)).rms_dbfs < -17, voice
        assert cut_off(pcm) < 1e-4, voice


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Mein Bruder arbeitet in einem kleinen Büro am Fluss, wo es immer ruhig ist."),
        ("fr", "Mon frère travaille dans un petit bureau près de la rivière, où tout est calme."),
        ("es", "Mi hermano trabaja en una pequeña oficina cerca del río, donde hay tranquilidad."),
    ],
)
def test_in_other_languages_too_no_voice_is_out_of_line_and_none_is_clipped(
    speaking: Engine, language: str, text: str
) -> None:
    for voice in VOICES:
        pcm = b"".join(piece.pcm16 for piece in speaking.say(text, voice, language=language))
        assert -27 < measure(from_pcm16(pcm, SAMPLE_RATE_HZ)).rms_dbfs < -18, voice
        assert cut_off(pcm) < 1e-4, voice


def test_the_three_first_voices_can_be_told_apart_by_pitch(speaking: Engine) -> None:
    pitches = {voice: pitch_hz(spoken(speaking, voice=voice)) for voice in ("echo", "alloy", "shimmer")}

    assert 1.3 * pitches["echo"] < pitches["alloy"]
    assert 1.3 * pitches["alloy"] < pitches["shimmer"]


def test_no_two_voices_are_the_same() -> None:
    assert all(one != other for one, other in combinations(VOICES.values(), 2))


def test_speed_is_honoured(speaking: Engine) -> None:
    slow, usual, fast = (len(spoken(speaking, speed=speed)) for speed in (0.75, 1.0, 2.0))

    assert slow > 1.15 * usual > 1.6 * fast


def test_an_unknown_voice_is_refused_with_those_there_are(speaking: Engine) -> None:
    with pytest.raises(UnsupportedFormat, match="alloy"):
        spoken(speaking, voice="nobody")


def test_many_threads_speak_at_once_and_none_mixes_with_another(speaking: Engine) -> None:
    texts = ["Yes.", SENTENCE] * 6
    with ThreadPoolExecutor(6) as pool:
        lengths = [len(pcm) for pcm in pool.map(lambda text: spoken(speaking, text), texts)]

    assert max(lengths[::2]) < 0.5 * min(lengths[1::2])


def test_a_listener_who_stops_keeps_nobody_waiting(speaking: Engine) -> None:
    abandoned = speaking.speak("A long story. " * 200)
    next(abandoned)

    assert spoken(speaking, "Yes.")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill that way")
def test_the_synthesiser_may_be_killed_in_mid_sentence(speaking: Engine) -> None:
    pieces = speaking.speak("Many words. " * 50)
    next(pieces)
    process_id = speaking._mouth.worker.process_id
    assert process_id is not None
    os.kill(process_id, signal.SIGKILL)

    assert len(list(pieces)) > 10


def test_the_first_piece_does_not_wait_for_the_whole(speaking: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, asked = speaking._mouth.worker, list[Frame]()

    def counted(request: Frame, *, timeout_s: float) -> Iterator[Frame]:
        asked.append(request)
        return Worker.ask(worker, request, timeout_s=timeout_s)

    monkeypatch.setattr(worker, "ask", counted)
    pieces = speaking.speak("A long story that goes on. " * 50)
    next(pieces)

    assert len(asked) == 1
    assert len(list(pieces)) > 10
