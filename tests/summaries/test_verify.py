"""Said as written: right clips are right, misreadings are told, and what cannot be told is left to better ears."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pytest
from real import real_file

from audiokit.audio.clip import Clip
from audiokit.audio.voice.alignment import word_times
from audiokit.audio.wav import from_pcm16
from audiokit.catalog.models import Provider
from audiokit.offline.engine import Engine
from audiokit.offline.voices import VOICES
from audiokit.summaries.evidence import evidence, usual_s
from audiokit.summaries.saying import usual_rate
from audiokit.summaries.sounding import trimmed
from audiokit.summaries.verify import Ears, Verdict, judge

LINE = "In the spring of 1998 the two sisters moved to the coast, and neither of them ever wrote about it."
ADDED = "Let me know if there is anything else that I can read to you."
RATE = usual_rate("marin", Provider.OFFLINE)
BOOK = "documents/kreuzberg-dev__kreuzberg/test_documents__text__world_war_ii.md"
BIOGRAPHY = "documents/kreuzberg-dev__kreuzberg/test_documents__text__norwich_city.txt"
LEAFLET = "documents/kreuzberg-dev__kreuzberg/test_documents__text__birth_control.md"
N_RIGHT = 200


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        if not engine.capabilities().can_speak:
            pytest.skip(" ".join(engine.capabilities().why_not))
        yield engine


@pytest.fixture(scope="module")
def spoken(engine: Engine) -> partial[Clip]:
    @cache
    def clip(text: str, voice: str = "marin") -> Clip:
        return trimmed(from_pcm16(b"".join(engine.speak(text, voice)), 24_000))

    return partial(clip)


@pytest.fixture(scope="module")
def line(spoken: partial[Clip]) -> Clip:
    return spoken(LINE)


judged = partial(judge, LINE, words_per_minute=RATE)


def sentences(name: str, n: int) -> list[str]:
    """Sentences of a real text, without its links and marks; as many as wanted, always the same."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", real_file(name).read_text(errors="replace"))
    text = re.sub(r"\s+", " ", re.sub(r"\[[^\]]*\]|[*_#|`>]|https?\S+", "", text))
    prose = (one.strip() for one in re.split(r"(?<=[.!?])\s+(?=[A-Z])", text))
    found = sorted({one for one in prose if re.fullmatch(r"[A-Z][\w ,;:'’()%$&/-]+[.!?]", one)})  # noqa: RUF001
    found = [one for one in found if 5 <= len(one.split()) <= 20 and not re.search(r"ISBN|doi|Retrieved|Archived", one)]
    return random.Random(0).sample(found, n)  # noqa: S311 - no secret


def cleared(verdict: Verdict) -> bool:
    return verdict == Verdict(is_right=True)


# The reply's own words


def test_a_line_that_was_said_as_written_is_right(line: Clip) -> None:
    assert cleared(judged(LINE, line))
    assert cleared(
        judged("in the spring of nineteen ninety eight the two sisters moved to the coast and "
               "neither of them ever wrote about it", line)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "run", "sentence"),
    [
        (LINE.replace(" ever", ""), "ever", "“ever” was left out."),
        (LINE.replace("1998", "1989"), "1998", "“1989” was said instead of “1998”."),
        (LINE.replace("two", "three"), "2", "“3” was said instead of “2”."),
        (f"{LINE} {ADDED}", "let me know", "was added."),
        (f"Sure! {LINE}", "sure", "“sure” was added."),
        (LINE.replace("neither of them", "both of them"), "neither", "“both” was said instead of “neither”."),
        (LINE.partition(" to the coast")[0], "to the coast", "was left out."),
        ("", "in the spring", "was left out."),
    ],
)
def test_what_the_reply_says_it_said_is_believed(line: Clip, heard: str, run: str, sentence: str) -> None:
    verdict = judged(heard, line)
    assert not verdict.is_right
    assert run in verdict.wrong_run
    assert sentence in (verdict.trouble or "")
    assert (verdict.trouble or "").endswith("Speak it again, or listen and accept it.")


def test_a_long_run_is_shown_in_part(line: Clip) -> None:
    assert len((judged(f"{LINE} {ADDED} {ADDED}", line).trouble or "").split()) < 30


# The sound


def test_silence_is_no_line(line: Clip) -> None:
    silence = Clip(np.zeros_like(line.samples), 24_000)
    for heard in (LINE, None):
        verdict = judged(heard, silence, ears=Ears.GOOD)
        assert (verdict.is_right, verdict.wants_hearing) == (False, False)
        assert (verdict.trouble or "").startswith("Nothing is heard")


@pytest.mark.parametrize("after", ["hiss", "hum"])
def test_noise_after_the_words_is_told(line: Clip, after: str) -> None:
    instants = np.arange(36_000) / 24_000
    noises = {"hiss": np.random.default_rng(0).normal(0, 0.05, 36_000), "hum": 0.1 * np.sin(2 * np.pi * 110 * instants)}
    sound = np.concatenate([line.samples, noises[after].astype(np.float32)[:, None]])
    verdict = judged(LINE, Clip(sound, 24_000))
    assert not verdict.is_right
    assert "s of noise in this line" in (verdict.trouble or "")


def test_a_sentence_too_many_is_told_by_the_length_even_where_the_reply_denies_it(spoken: partial[Clip]) -> None:
    for heard in (LINE, None):
        verdict = judged(heard, spoken(f"{LINE} {ADDED}"), ears=Ears.ROUGH)
        assert not verdict.is_right
        assert "something may have been added" in (verdict.trouble or "")
        assert verdict.wants_hearing


def test_half_a_line_is_told_by_the_length_even_where_the_reply_denies_it(spoken: partial[Clip]) -> None:
    verdict = judged(LINE, spoken(LINE[: LINE.index(",")]))
    assert "something may be missing" in (verdict.trouble or "")


def test_what_is_twice_as_long_is_wrong_whatever_is_recognised(spoken: partial[Clip]) -> None:
    twice = spoken(f"{LINE} {LINE}. {ADDED}")
    assert not judged(LINE, twice, ears=Ears.ROUGH).wants_hearing
    assert not judged(LINE, twice, ears=Ears.GOOD, recognised=LINE).is_right
    assert not judge(LINE, LINE, twice, words_per_minute=None).is_right


def test_of_a_voice_whose_rate_is_not_known_only_what_is_far_too_long_is_told(spoken: partial[Clip]) -> None:
    assert cleared(judge(LINE, LINE, spoken(LINE, "shimmer"), words_per_minute=None))
    assert cleared(judge(LINE, LINE, spoken(f"{LINE} Thank you."), words_per_minute=None))


def test_a_line_without_words_has_nothing_that_could_be_wrong(line: Clip) -> None:
    silence = Clip(np.zeros((24_000, 1), np.float32), 24_000)
    assert judge("—", "", silence, words_per_minute=RATE).is_right
    assert evidence("", line, RATE).too_long == 0.0


def test_a_voices_usual_length_follows_its_rate() -> None:
    assert usual_s(LINE, 120) == pytest.approx(1.25 * usual_s(LINE, 150))


# Ears


def test_good_ears_are_asked_where_the_reply_says_nothing_of_what_it_said(line: Clip) -> None:
    assert judged(None, line, ears=Ears.GOOD) == Verdict(is_right=True, wants_hearing=True)
    assert cleared(judged(None, line, ears=Ears.ROUGH))
    assert cleared(judged(None, line))


@pytest.mark.parametrize(
    ("said", "is_right"),
    [
        (LINE, True),
        (LINE.replace("coast", "ghost"), True),  # their own mistake
        (LINE.replace("two", "to"), True),
        (LINE.replace("sisters moved", "sister's mood"), True),
        (LINE.replace("1998", "1989"), False),
        (LINE.replace("neither of them ever", "nobody has"), False),
    ],
)
def test_one_word_that_good_ears_hear_otherwise_is_theirs_and_a_run_or_a_number_is_the_lines(
    line: Clip, said: str, is_right: bool
) -> None:
    assert judged(None, line, ears=Ears.GOOD, recognised=said).is_right == is_right


@pytest.mark.parametrize("wrong", [LINE.replace(" of 1998", ""), LINE.replace(" coast, and", ""), f"{LINE} Thank you."])
def test_words_that_good_ears_miss_and_the_sound_has_no_room_for_are_missing(spoken: partial[Clip], wrong: str) -> None:
    assert not judged(None, spoken(wrong), ears=Ears.GOOD, recognised=wrong).is_right


def test_a_small_slip_that_the_reply_admits_is_cleared_by_good_ears_that_heard_the_script(line: Clip) -> None:
    slip = LINE.replace("coast", "shore")
    verdict = judged(slip, line, ears=Ears.GOOD)
    assert (verdict.is_right, verdict.wants_hearing) == (False, True)
    assert cleared(judged(slip, line, ears=Ears.GOOD, recognised=LINE))
    assert not judged(slip, line, ears=Ears.GOOD, recognised=slip).is_right
    assert not judged(slip, line, ears=Ears.ROUGH, recognised=LINE).is_right


def test_a_number_that_the_reply_admits_to_have_changed_is_never_cleared(line: Clip) -> None:
    verdict = judged(LINE.replace("1998", "1989"), line, ears=Ears.GOOD)
    assert (verdict.is_right, verdict.wants_hearing) == (False, False)
    assert not judged(LINE.replace("1998", "1989"), line, ears=Ears.GOOD, recognised=LINE).is_right


def test_rough_ears_only_acquit_and_only_where_they_heard_nearly_the_script(line: Clip) -> None:
    slow = partial(judge, LINE, LINE, line, words_per_minute=1.35 * RATE, ears=Ears.ROUGH)
    assert slow().wants_hearing
    misheard = LINE.replace("spring", "string").replace("sisters", "sitters").replace("coast", "ghost")
    assert cleared(slow(recognised=misheard))
    assert not slow(recognised=f"{misheard} and let me know").is_right
    assert not slow(recognised="something else altogether").is_right


# Two hundred right clips, and what was planted among them


@pytest.mark.real
def test_of_two_hundred_right_clips_under_two_in_a_hundred_are_doubted(spoken: partial[Clip]) -> None:
    doubted = list[str]()
    texts = [*sentences(BOOK, N_RIGHT // 2), *sentences(LEAFLET, N_RIGHT // 4), *sentences(BIOGRAPHY, N_RIGHT // 4)]
    for number, text in enumerate(texts):
        voice = list(VOICES)[number % len(VOICES)]
        clip, rate = spoken(text, voice), usual_rate(voice, Provider.OFFLINE)
        times = word_times(text, clip)
        told = partial(judge, text, clip=clip, words_per_minute=rate, timings=times, ears=Ears.ROUGH)
        if not (told(heard=text).is_right and told(heard=None).is_right):
            doubted.append(text)
    assert len(doubted) < 0.02 * N_RIGHT, doubted


@pytest.mark.real
def test_every_misreading_that_the_reply_owns_up_to_is_told(spoken: partial[Clip]) -> None:
    for text in sentences(BOOK, 20):
        clip, words = spoken(text), text.split()
        told = partial(judge, text, clip=clip, words_per_minute=RATE, timings=word_times(text, clip))
        planted = [" ".join([*words[:at], *words[at + 1 :]]) for at in range(len(words))]
        planted += [f"{text} {ADDED}", f"Certainly. {text}", *(text.replace(d, str(9 - int(d))) for d in "0123456789")]
        for heard in planted:
            if heard != text:
                assert not told(heard=heard).is_right, heard


@pytest.mark.real
def test_nine_in_ten_sentences_too_many_are_told_by_the_length_alone(spoken: partial[Clip]) -> None:
    texts = sentences(BOOK, 20)
    told = [not judge(text, text, spoken(f"{text} {ADDED}"), words_per_minute=RATE).is_right for text in texts]
    assert sum(told) >= 0.9 * len(texts)
