"""Speech in: real speech is heard about as well as was measured, and nothing is heard in what holds no speech."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from itertools import pairwise

import numpy as np
import pytest
from clips import noise, silence, tone
from real import real_file

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.wav import to_pcm16
from audiokit.offline.engine import Engine, Heard
from audiokit.offline.hear import SAMPLE_RATE_HZ, Ear
from audiokit.offline.hear_worker import utterances

WEATHER = (
    "speech/Azure-Samples__cognitive-services-speech-sdk/"
    "samples__csharp__sharedcontent__console__whatstheweatherlike.wav"
)
CARDS = "speech/cmusphinx__pocketsphinx/test__data__cards__{:03}.wav"
READ_SPEECH = [
    "speech/coqui-ai__TTS/tests__data__ljspeech__wavs__LJ001-0001.wav",
    "speech/Picovoice__leopard/resources__audio_samples__test.wav",
    "speech/speechbrain__speechbrain/tests__samples__ASR__spk1_snt1.wav",
    "speech/speechbrain__speechbrain/tests__samples__ASR__spk1_snt5.wav",
    "speech/cmusphinx__pocketsphinx/test__data__librivox__sense_and_sensibility_01_austen_64kb-0920.wav",
]


def known_words(name: str) -> list[str]:
    text = json.loads(real_file("transcripts.json").read_text())[name]["text"].lower()
    return re.sub(r"[^a-z' ]+", " ", text).split()


def n_wrong(said: list[str], heard: list[str]) -> int:
    """Edit distance in words."""
    costs = np.arange(len(heard) + 1)
    for row, word in enumerate(said, 1):
        diagonal, costs[0] = costs[0], row
        for column, other in enumerate(heard, 1):
            best = min(costs[column] + 1, costs[column - 1] + 1, diagonal + (word != other))
            diagonal, costs[column] = costs[column], best
    return int(costs[-1])


def hear(engine: Engine, name: str) -> Heard:
    return engine.hear(decode(real_file(name).read_bytes()))


@pytest.mark.real
def test_a_short_question_is_heard_word_for_word(hearing: Engine) -> None:
    heard = hear(hearing, WEATHER)

    assert heard.text == "what's the weather like"
    assert heard.mean_confidence is not None
    assert heard.mean_confidence > 0.7
    assert heard.n_unsure == 0


@pytest.mark.real
def test_words_stand_in_time_where_they_were_said(hearing: Engine) -> None:
    heard = hear(hearing, WEATHER)
    edges = [edge for word in heard.words for edge in (word.start_s, word.end_s)]

    assert edges == sorted(edges)
    assert 0 <= edges[0] < edges[-1] <= heard.duration_s
    assert all(0 <= word.confidence <= 1 for word in heard.words)


@pytest.mark.real
def test_short_commands_are_nearly_right(hearing: Engine) -> None:
    names = [CARDS.format(number) for number in range(1, 6)]
    wrong = sum(n_wrong(known_words(name), hear(hearing, name).text.split()) for name in names)

    assert wrong <= 0.15 * sum(len(known_words(name)) for name in names)


@pytest.mark.real
def test_clean_read_english_has_about_one_word_in_four_wrong(hearing: Engine) -> None:
    wrong = sum(n_wrong(known_words(name), hear(hearing, name).text.split()) for name in READ_SPEECH)

    assert wrong <= 0.35 * sum(len(known_words(name)) for name in READ_SPEECH)


@pytest.mark.real
def test_sound_of_any_rate_and_channels_is_heard(hearing: Engine) -> None:
    clip = decode(real_file(WEATHER).read_bytes())
    stereo = Clip(np.repeat(resample(clip, 44_100).mono().samples, 2, axis=1), 44_100)

    assert hearing.hear(stereo).text == "what's the weather like"
    assert hearing.hear(to_pcm16(resample(clip.mono(), SAMPLE_RATE_HZ))).text == "what's the weather like"


@pytest.mark.real
def test_what_is_said_after_a_pause_is_another_utterance_at_its_own_time(hearing: Engine) -> None:
    clip = resample(decode(real_file(WEATHER).read_bytes()).mono(), SAMPLE_RATE_HZ)
    pause = silence(seconds=1.5, rate=SAMPLE_RATE_HZ)

    heard = hearing.hear(Clip(np.concatenate([clip.samples, pause, clip.samples]), SAMPLE_RATE_HZ))

    assert len(heard.utterances) == 2
    between_s = heard.utterances[1][0].start_s - heard.utterances[0][0].start_s
    assert between_s == pytest.approx(clip.duration_s + 1.5, abs=0.1)


@pytest.mark.parametrize(
    "samples",
    [
        silence(seconds=2, rate=16_000),
        noise(seconds=2, rate=16_000, rms=0.0005),
        noise(seconds=2, rate=16_000, rms=0.05),
        tone(440, seconds=2, rate=16_000),
        silence(seconds=0.0, rate=16_000),
    ],
    ids=["silence", "hiss", "noise", "tone", "nothing"],
)
def test_nothing_is_heard_where_nothing_is_said(hearing: Engine, samples: np.ndarray) -> None:
    heard = hearing.hear(Clip(samples, 16_000))

    assert heard.words == ()
    assert heard.mean_confidence is None


@pytest.mark.real
def test_the_same_sound_is_recognised_once(hearing: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ear = Ear()
    calls = list[int]()
    monkeypatch.setattr(ear, "worker", _Counting(hearing, calls))
    clip = decode(real_file(WEATHER).read_bytes())

    texts = {ear.hear(clip).text, ear.hear(clip).text, " ".join(w.text for u in ear.listen(clip) for w in u)}

    assert texts == {"what's the weather like"}
    assert len(calls) == 1


class _Counting:
    """Another ear's worker, counted."""

    def __init__(self, engine: Engine, calls: list[int]) -> None:
        self.engine, self.calls = engine, calls

    def ask(self, *arguments: object, **named: object) -> object:
        self.calls.append(1)
        return self.engine._ear.worker.ask(*arguments, **named)  # type: ignore[arg-type]  # passed on as they are


@pytest.mark.real
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system cannot kill that way")
def test_a_recogniser_that_is_killed_while_it_listens_fails_that_call_at_most(hearing: Engine) -> None:
    clip = decode(real_file(READ_SPEECH[0]).read_bytes())
    hearing._ear.worker.warm()
    process_id = hearing._ear.worker.process_id
    assert process_id is not None
    killer = threading.Timer(0.05, os.kill, (process_id, signal.SIGKILL))
    killer.start()

    heard = hearing.hear(clip)  # asked again, since no word had come yet
    killer.join()

    assert len(heard.words) > 15


def test_utterances_are_parted_by_pauses_and_never_overlap() -> None:
    flags = [False] * 20 + [True] * 40 + [False] * 15 + [True] * 30 + [False] * 5 + [True] * 30 + [False] * 30

    assert list(utterances(flags)) == [(15, 65), (70, 145)]


def test_a_single_click_is_no_utterance() -> None:
    assert list(utterances([False] * 20 + [True] * 2 + [False] * 20)) == []


def test_an_utterance_without_end_is_cut_and_nothing_of_it_is_lost() -> None:
    found = list(utterances([True] * 1_500))

    assert found[0][0] == 0
    assert found[-1][1] == 1_500
    assert all(end == start for (_, end), (start, _) in pairwise(found))
    assert all(end - start <= 20_000 / 30 + 10 for start, end in found)


def test_the_machine_says_what_it_cannot_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audiokit.offline.engine.find_spec", lambda name: None if name == "pocketsphinx" else object())

    capabilities = Engine().capabilities()

    assert not capabilities.can_hear
    assert capabilities.can_speak
    assert "pocketsphinx" in capabilities.why_not[0]


def test_importing_the_engines_worker_side_loads_no_numpy() -> None:
    """A worker starts in a tenth of a second because it loads next to nothing."""
    code = "import sys, audiokit.offline.speak_worker, audiokit.offline.hear_worker; print('numpy' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"  # noqa: S603 - our own
