"""Eight minutes are eight minutes: words at the voices' rates, shared out, and planned anew from what was measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.catalog.models import Provider
from audiokit.offline.voices import VOICES
from audiokit.summaries.length import Pace, as_planned, budget, pace_of, replanned, sections_for
from audiokit.summaries.outline import Outline, Section
from audiokit.summaries.saying import GENERAL_WORDS_PER_MINUTE, density, said_words, usual_rate
from audiokit.summaries.script import Line

PROSE = (
    "Every summer the small museum near the harbour opens its upper rooms, where visitors can see paintings of the "
    "coast, letters from sailors to their families, and a set of maps that was thought lost for nearly half a century."
)
MINUTES = st.floats(0.5, 60)
RATES = st.floats(80, 300)


def plan(*n_words: int) -> Outline:
    return Outline(title="T", sections=tuple(Section(title=f"S{n}", n_words=n) for n in n_words))


def spoken(chapter: int, n_lines: int, *, wpm: float) -> list[tuple[Line, float | None]]:
    return [(Line(text=PROSE, chapter=chapter), 60 * said_words(PROSE) / wpm) for _ in range(n_lines)]


def test_words_of_ordinary_prose_count_as_they_are() -> None:
    assert said_words(PROSE) == pytest.approx(len(PROSE.split()), rel=0.15)


def test_figures_marks_and_signs_take_longer_than_they_look() -> None:
    assert said_words("in 1984") > 1.5 * said_words("in spring")
    assert said_words("up by 12 %") > said_words("up by 12 of")
    assert said_words("red, white, and blue") > said_words("red white and blue")
    assert density("Costs rose by 12,500,000 dollars in 1999 and by 17,250,000 in 2001.") > 1.5
    assert density("") == 1


def test_a_character_of_chinese_is_a_syllable() -> None:
    assert said_words("今天天气很好") == pytest.approx(6 * 3 / 5.4)


def test_tables_around_the_sentences_do_not_make_them_longer() -> None:
    table = "\n".join(f"{n} 1,250,{n}00 17.5 %" for n in range(30))
    assert density(f"{table}\n{PROSE}\n{table}") == pytest.approx(density(PROSE), rel=0.1)


def test_every_offline_voice_has_a_measured_rate_near_its_own_pace() -> None:
    for name, voice in VOICES.items():
        assert usual_rate(name, Provider.OFFLINE) == pytest.approx(voice.words_per_minute, rel=0.05)
    assert usual_rate("alloy", Provider.OPENAI) == GENERAL_WORDS_PER_MINUTE


def test_the_slower_voice_weighs_more_and_so_does_who_speaks_more() -> None:
    assert pace_of([100, 200]).words_per_minute == pytest.approx(400 / 3)
    assert pace_of([100, 200], [3, 1]).words_per_minute == pytest.approx(4 / (3 / 100 + 1 / 200))


def test_silences_are_the_longer_the_more_speak() -> None:
    assert pace_of([150], line_pause_s=0.2, speaker_pause_s=0.6).line_pause_s == 0.2
    assert pace_of([150, 150], line_pause_s=0.2, speaker_pause_s=0.6).line_pause_s == pytest.approx(0.4)


@given(MINUTES, RATES, st.floats(0, 2), st.floats(0, 3), st.floats(5, 40))
def test_minutes_to_words_and_back_are_the_same_minutes(
    minutes: float, rate: float, pause_s: float, chapter_s: float, per_line: float
) -> None:
    pace = Pace(words_per_minute=rate, line_pause_s=pause_s, chapter_pause_s=chapter_s, words_per_line=per_line)
    n_words = pace.words_in(minutes, n_chapters=3)
    assert n_words == 0 or pace.minutes_of(n_words, n_chapters=3) == pytest.approx(minutes, abs=1 / rate + 1 / 60)


def test_pauses_between_lines_and_before_chapters_take_their_time_from_the_words() -> None:
    brisk = Pace(words_per_minute=150, line_pause_s=0, chapter_pause_s=0)
    assert brisk.words_in(8) == 1200
    assert Pace(words_per_minute=150, line_pause_s=0.45, chapter_pause_s=0.9).words_in(8) < 1200


def test_how_long_lines_last_is_known_by_their_clips_and_else_by_their_words() -> None:
    pace = Pace(words_per_minute=150, line_pause_s=0.5, chapter_pause_s=1)
    lines = [Line(text=PROSE), Line(text=PROSE), Line(text=PROSE, chapter=1)]
    guess_s = 60 * said_words(PROSE) / 150
    assert pace.seconds_of(lines) == pytest.approx(3 * guess_s + 1.5)
    assert pace.seconds_of(lines, [10, None]) == pytest.approx(10 + 2 * guess_s + 1.5)


@given(st.integers(0, 5_000), st.lists(st.floats(0, 1e5), min_size=1, max_size=12))
def test_a_budget_is_spent_to_the_last_word(n_words: int, material: list[float]) -> None:
    shares = budget(n_words, material)
    assert sum(shares) == n_words
    assert min(shares) >= min(20, n_words // len(material))


def test_a_budget_follows_the_material() -> None:
    small, large = budget(1_000, [100, 300])
    assert large / small == pytest.approx(3, rel=0.1)


def test_sections_are_a_minute_and_a_half_each_and_never_none() -> None:
    assert sections_for(10) == 1
    assert 4 <= sections_for(1_250) <= 6
    assert sections_for(100_000) == 12


@pytest.mark.parametrize("wpm", [110, 150, 200])
def test_a_voice_that_is_slower_or_faster_than_thought_still_ends_in_time(wpm: float) -> None:
    pace = Pace(words_per_minute=150)
    outline = plan(*budget(pace.words_in(8, n_chapters=5), [1] * 5))
    lines = spoken(0, 7, wpm=wpm)
    new, measured = replanned(outline, 8, lines, pace)

    assert new.sections[0].n_words == round(as_planned([line for line, _ in lines]))
    left = sum(section.n_words for section in new.sections[1:])
    rest_s = Pace(words_per_minute=wpm).minutes_of(left, n_chapters=4) * 60
    all_s = pace.seconds_of([line for line, _ in lines], [s for _, s in lines]) + pace.chapter_pause_s + rest_s
    assert all_s == pytest.approx(480, rel=0.06), "a fifth of it is measured, and the usual rate has some weight yet"
    assert measured.words_per_minute == pytest.approx(wpm, rel=0.1)


def test_lines_that_are_written_and_not_spoken_yet_count_by_their_words() -> None:
    pace, outline = Pace(words_per_minute=150), plan(250, 250, 250)
    half = [(line, s if index < 3 else None) for index, (line, s) in enumerate(spoken(0, 6, wpm=150))]
    known, guessed = (replanned(outline, 5, each, pace)[0].n_words for each in (spoken(0, 6, wpm=150), half))
    assert guessed == pytest.approx(known, abs=2)


def test_with_no_time_left_what_remains_shrinks_and_is_never_nothing() -> None:
    outline = plan(250, 300, 300)
    new, _ = replanned(outline, 1, spoken(0, 20, wpm=150), Pace(words_per_minute=150))
    assert [section.n_words for section in new.sections[1:]] == [100, 100]


def test_when_all_is_written_nothing_is_left_to_plan() -> None:
    lines = [*spoken(0, 3, wpm=150), *spoken(1, 3, wpm=150)]
    new, _ = replanned(plan(100, 100), 2, lines, Pace(words_per_minute=150))
    assert [section.n_words for section in new.sections] == [round(as_planned([line for line, _ in lines[:3]]))] * 2


def test_before_anything_is_spoken_the_plan_stays() -> None:
    pace = Pace(words_per_minute=150)
    n_words = pace.words_in(6, n_chapters=3)
    outline = plan(*budget(n_words, [1, 2, 3]))
    new, measured = replanned(outline, 6, [], pace)
    assert new.n_words == pytest.approx(n_words, abs=2)
    assert measured.words_per_minute == pytest.approx(150)
