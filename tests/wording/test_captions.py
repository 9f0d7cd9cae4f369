"""Captions: SubRip and WebVTT that a strict reader reads back, word for word and instant for instant."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.words.captions import as_srt, as_vtt
from audiokit.words.cues import Cue, Spoken, cues
from audiokit.words.plain_text import cells, one_line
from audiokit.words.word_times import Word

SENTENCE = (
    "Sense and Sensibility was the first novel that she saw in print. It took her sixteen years, and two tries, "
    "until it was read by anyone but her family; nobody was told who had written it."
)
SIGNS = st.sampled_from("abcdeäßIŁж ष्ि你好，。「」ไท \n\t.,!?-->&<>{}\\/é\u0301\u200d🙂\u200b\x00\x1c\ud800")  # noqa: RUF001 - Chinese
TEXTS = st.one_of(st.text(SIGNS, max_size=200), st.text(max_size=60), st.just(SENTENCE))
TIMES = st.floats(-5, 40)
WORDS = st.lists(st.builds(Word, st.text(SIGNS, max_size=12), TIMES, TIMES), max_size=20).map(tuple)


@st.composite
def stretches(draw: st.DrawFn) -> list[Spoken]:
    said, at = list[Spoken](), draw(st.floats(0, 400_000))
    for _ in range(draw(st.integers(0, 4))):
        start = at + draw(st.floats(0, 3))
        at = start + draw(st.floats(0.001, 30))
        words = tuple(Word(word.text, start + word.start_s, start + word.end_s) for word in draw(WORDS))
        said.append(
            Spoken(start_s=start, end_s=at, speaker=draw(st.text(SIGNS, max_size=30)), text=draw(TEXTS), words=words)
        )
    return said


@dataclass(frozen=True)
class Read:
    """A cue as a reader finds it."""

    start_ms: int
    end_ms: int
    voice: str
    lines: tuple[str, ...]


CLOCK = r"(\d{2,}):([0-5]\d):([0-5]\d)[,.](\d{3})"


def instant(clock: tuple[str, ...]) -> int:
    hours, minutes, seconds, milliseconds = map(int, clock)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds


def times(line: str, point: str) -> tuple[int, int]:
    found = re.fullmatch(rf"{CLOCK} --> {CLOCK}", line)
    assert found, line
    assert line.count(point) == 2
    return instant(found.groups()[:4]), instant(found.groups()[4:])


def read_srt(text: str) -> list[Read]:
    """Blocks of a number that counts up, times, and one line or two, each ended by an empty line."""
    assert not text or text.endswith("\n\n")
    read = []
    for number, block in enumerate(text.removesuffix("\n\n").split("\n\n") if text else (), 1):
        counted, timed, *lines = block.split("\n")
        assert counted == str(number)
        assert not any("-->" in line or re.search(r"<[a-zA-Z/!]|\{\\", line) for line in lines)
        read.append(Read(*times(timed, ","), "", tuple(line.replace("\u2060", "") for line in lines)))
    return read


def read_vtt(text: str) -> list[Read]:
    """What w3.org/TR/webvtt1 lets a file be, of which only voice spans and three references are used."""
    header, *blocks = text.removesuffix("\n").split("\n\n")
    assert header == "WEBVTT"
    return [read_vtt_block(block) for block in blocks]


def read_vtt_block(block: str) -> Read:
    timed, *lines = block.split("\n")
    voiced = re.fullmatch(r"<v ([^<>]+)>([^<>]*)", "\n".join(lines)) or re.fullmatch(r"()([^<>]*)", "\n".join(lines))
    assert voiced, block
    assert all(re.match(r"&(amp|lt|gt);", voiced[0][at:]) for at, sign in enumerate(voiced[0]) if sign == "&")
    return Read(*times(timed, "."), unescaped(voiced[1]), tuple(unescaped(line) for line in voiced[2].split("\n")))


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def said(text: str, seconds: float = 20.0, *, at: float = 0.0, speaker: str = "You", words: str = "") -> Spoken:
    """``words`` are a word, its beginning and its end in a row."""
    timed = words.split()
    known = tuple(map(Word, timed[::3], map(float, timed[1::3]), map(float, timed[2::3])))
    return Spoken(start_s=at, end_s=at + seconds, speaker=speaker, text=text, words=known)


def shown(cue: Cue) -> str:
    return " ".join(cue.lines)


@given(stretches())
def test_no_cue_is_empty_too_wide_too_tall_too_long_or_over_another(spoken: list[Spoken]) -> None:
    made = cues(spoken)

    for cue in made:
        assert 1 <= len(cue.lines) <= 2
        assert all(line.strip() and cells(line) <= 42 for line in (cue.prefix + cue.lines[0], *cue.lines[1:]))
        assert 1 <= cue.end_ms - cue.start_ms <= 7000
    assert all(earlier.end_ms <= later.start_ms for earlier, later in itertools.pairwise(made))


@given(stretches())
def test_every_sign_that_can_be_seen_is_in_a_cue_once_and_in_order(spoken: list[Spoken]) -> None:
    together = "".join("".join(cue.lines) for cue in cues(spoken))

    assert together.replace(" ", "") == "".join(one_line(one.text) for one in spoken).replace(" ", "")


@given(stretches())
def test_both_files_are_read_back_as_they_were_meant(spoken: list[Spoken]) -> None:
    made = cues(spoken)

    srt, vtt = as_srt(made), as_vtt(made)

    srt.encode()
    vtt.encode()
    assert [(one.start_ms, one.end_ms, one.lines) for one in read_vtt(vtt)] == [
        (cue.start_ms, cue.end_ms, cue.lines) for cue in made
    ]
    assert [one.voice for one in read_vtt(vtt)] == [cue.speaker for cue in made]
    assert [(one.start_ms, one.end_ms, one.lines) for one in read_srt(srt)] == [
        (cue.start_ms, cue.end_ms, (cue.prefix + cue.lines[0], *cue.lines[1:])) for cue in made
    ]


@given(st.lists(st.text(st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=20), min_size=1, max_size=40))
def test_words_that_fit_in_a_line_are_never_parted(words: list[str]) -> None:
    words = [word for word in words if not re.search("[\u3040-\u9fff]", word)] or ["word"]

    lines = [line for cue in cues([said(" ".join(words))]) for line in cue.lines]

    assert " ".join(lines).split(" ") == one_line(" ".join(words)).split(" ")


def test_a_word_whose_time_is_known_begins_its_cue_at_that_time() -> None:
    first, second = cues(
        [said("Well, hello. Are you there?", words="well 1.5 2.0 hello 2.0 2.5 are 9.0 9.5 you 9.5 9.8 there 9.8 10.4")]
    )

    assert (first.start_ms, first.end_ms, first.lines) == (1500, 2500, ("Well, hello.",))
    assert (second.start_ms, second.end_ms, second.lines) == (9000, 10_400, ("Are you there?",))


def test_without_times_a_word_has_its_share_by_its_letters() -> None:
    made = cues([said("aaaaa bbbbb ccccc ddddd", 16.0, at=100)])

    assert [(cue.start_ms, cue.end_ms, shown(cue)) for cue in made] == [
        (100_000, 104_000, "aaaaa"),
        (104_000, 108_000, "bbbbb"),
        (108_000, 112_000, "ccccc"),
        (112_000, 116_000, "ddddd"),
    ]


def test_times_of_words_that_were_written_otherwise_are_still_of_use() -> None:
    """Transcribers time ``twenty two``, and write ``22``."""
    made = cues([said("It is 22 degrees.", words="it 3 3.2 is 3.2 3.4 twenty 3.4 4 two 4 4.2 degrees 4.2 5")])

    assert [(cue.start_ms, cue.end_ms) for cue in made] == [(3000, 5000)]


def test_a_cue_ends_with_a_sentence_where_it_can() -> None:
    made = cues([said(SENTENCE, 14.0)])

    assert shown(made[0]) == "Sense and Sensibility was the first novel that she saw in print."
    assert shown(made[-1]).endswith("written it.")


def test_a_cue_ends_with_a_clause_where_no_sentence_ends() -> None:
    first, second = cues(
        [said("When all of this was at last over and done with, nobody knew who had begun it or why.", 6.0)]
    )

    assert shown(first) == "When all of this was at last over and done with,"
    assert shown(second) == "nobody knew who had begun it or why."


def test_the_speaker_is_named_once_in_subrip_and_is_the_voice_of_every_cue_in_webvtt() -> None:
    made = cues([said("One two three four five six seven eight nine ten " * 4, 30.0), said("Yes.", 1.0, at=31)])

    srt, vtt = as_srt(made), as_vtt(made)

    assert len(made) > 3
    assert srt.count("You: ") == 2
    assert vtt.count("<v You>") == len(made)


def test_what_would_be_markup_is_said_as_it_is() -> None:
    made = cues([said(r"Write <b> & --> or {\an8} now", 4.0, speaker="A & <B>")])

    assert r"<v A &amp; &lt;B&gt;>Write &lt;b&gt; &amp; --&gt; or {\an8} now" in as_vtt(made).replace("\n", " ")
    assert "Write <\u2060b> & --\u2060> or {\u2060\\an8} now" in as_srt(made).replace("\n", " ")


def test_a_nul_and_half_a_letter_are_not_written() -> None:
    assert "ab" in as_vtt(cues([said("a\x00\ud800b", 1.0)]))


def test_hours_may_be_more_than_ninety_nine() -> None:
    made = cues([said("Still here.", 1.0, at=360_000.25)])

    assert "100:00:00,250 --> 100:00:01,250\n" in as_srt(made)
    assert "\n100:00:00.250 --> 100:00:01.250\n" in as_vtt(made)


def test_chinese_is_parted_between_signs_and_never_before_a_full_stop() -> None:
    made = cues([said("我们今天去公园散步。" * 12, 40.0)])

    lines = [line for cue in made for line in cue.lines]
    assert all(cells(line) <= 42 for line in lines)
    assert not any(line.startswith("。") for line in lines)
    assert shown(made[0]).endswith("。")


def test_an_accent_stays_with_its_letter_in_a_word_of_any_length() -> None:
    made = cues([said("e\u0301" * 200, 30.0)])

    assert not any(unicodedata.combining(line[0]) for cue in made for line in cue.lines)


def test_the_longest_name_leaves_room_for_words() -> None:
    [cue, *_] = cues([said("Donaudampfschifffahrtsgesellschaftskapitän", 3.0, speaker="X" * 60)])

    assert cue.prefix == "X" * 20 + ": "
    assert cells(cue.prefix + cue.lines[0]) <= 42


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "\x00"])
def test_nothing_said_is_no_cue(text: str) -> None:
    assert cues([said(text)]) == ()
    assert as_srt(()) == ""
    assert as_vtt(()) == "WEBVTT\n"


def test_a_word_that_lasts_for_ever_is_shown_for_seven_seconds() -> None:
    [cue] = cues([said("Hm.", 60.0)])

    assert (cue.start_ms, cue.end_ms) == (0, 7000)


def test_an_hour_of_speech_in_one_stretch_is_cut_to_its_end() -> None:
    made = cues([said(f"{SENTENCE} " * 300, 3600.0)])

    assert made[-1].end_ms == 3_600_000
    assert shown(made[-1]).endswith("written it.")
