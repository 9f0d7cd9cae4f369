from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.summaries.as_said import said
from audiokit.summaries.differing import longest, runs

SAME = [
    ("21", "twenty-one"),
    ("21st", "twenty-first"),
    ("105", "one hundred and five"),
    ("1,234,567", "one million two hundred thirty-four thousand five hundred and sixty-seven"),
    ("1999", "nineteen ninety-nine"),
    ("in 1905", "in nineteen oh five"),
    ("2006", "two thousand and six"),
    ("2026", "twenty twenty-six"),
    ("the 1990s", "the nineteen nineties"),
    ("1500 men", "fifteen hundred men"),
    ("25,000", "twenty-five thousand"),
    ("10 000", "ten thousand"),
    ("a hundred", "100"),
    ("the first 100 days", "the first hundred days"),
    ("May 5, 2026", "May fifth, twenty twenty-six"),
    ("at 10:30", "at ten thirty"),
    ("at 10:00", "at ten o'clock"),
    ("10-12 people", "ten to twelve people"),
    ("3.5 %", "three point five percent"),
    ("15%", "fifteen per cent"),
    ("0.5", "zero point five"),
    ("3.14159", "three point one four one five nine"),
    ("½ of it", "half of it"),
    ("2½", "two and a half"),
    ("3/4", "three quarters"),
    ("1.5 million", "one and a half million"),
    ("$5", "five dollars"),
    ("$5.50", "five dollars and fifty cents"),
    ("$3.5 million", "three point five million dollars"),
    ("£2bn", "two billion pounds"),
    ("45 °C", "45 degrees Celsius"),
    ("25 km/h", "twenty-five kilometres per hour"),
    ("No. 7", "number seven"),
    ("see p. 12", "see page twelve"),
    ("World War II", "World War Two"),
    ("GPT-4", "G P T four"),
    ("don't", "do not"),
    ("I can't", "I cannot"),
    ("It's here", "it is here"),
    ("I'm, you're, we've, they'll", "I am, you are, we have, they will"),
    ("Let's go", "Let us go"),
    ("Dr. Smith, e.g., came", "Doctor Smith, for example, came"),
    ("Smith & Co., etc.", "Smith and Co, et cetera"),
    ("the U.S. economy", "the US economy"),
    ("colour and honour", "color and honor"),
    ("organised", "organized"),
    ("the centre's programme", "the center's program"),
    ("travelled", "traveled"),
    ("defence", "defense"),
    ("e-mail", "email"),
    ("state-of-the-art", "state of the art"),
    ("data base", "database"),
    ("everyone", "every one"),
    ("“Quoted” — yes…", "quoted, yes"),
    ("It\u2019s naïve", "it is naïve"),
]
OTHER = [
    ("21", "12"),
    ("1999", "1989"),
    ("3.5", "35"),
    ("$5", "five pounds"),
    ("5 million", "five billion"),
    ("fifteen", "fifty"),
    ("15 %", "fifteen"),
    ("May 5", "May sixth"),
    ("a third", "a quarter"),
    ("can", "can't"),
    ("He did it", "He did not do it"),
    ("the house", "house"),
    ("four", "for"),
    ("flour", "floor"),
    ("filled", "filed"),
    ("John's", "Jean's"),
]


@pytest.mark.parametrize(("written", "heard"), SAME)
def test_two_ways_of_writing_the_same_speech_are_equal(written: str, heard: str) -> None:
    assert runs(said(written), said(heard)) == ()


@pytest.mark.parametrize(("written", "heard"), OTHER)
def test_what_is_said_otherwise_differs(written: str, heard: str) -> None:
    assert runs(said(written), said(heard))


def test_an_amount_is_one_number_however_it_stands_in_its_sentence() -> None:
    assert said("It cost $1.25 million, or 3 % of two hundred and five thousand.") == (
        *("it", "cost", "1250000", "dollar", "or", "3", "percent", "of", "205000"),
    )


def test_other_languages_are_compared_word_by_word_and_unspaced_ones_sign_by_sign() -> None:
    assert said("Im Jahr 21, süß!", "de") == ("im", "jahr", "21", "süss")
    assert said("日本語で", "ja") == ("日", "本", "語", "で")
    assert said("I'm two", "fr") == ("i'm", "two")


@given(number=st.integers(0, 10**12))
def test_every_whole_number_is_the_same_in_figures_with_and_without_commas(number: int) -> None:
    assert said(f"{number:,} men") == said(f"{number} men") == (str(number), "men")


ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
SMALL = (*ONES.split(), "eighteen", "nineteen")
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(number: int, *, british: bool) -> str:
    for power, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= power:
            head, rest = in_words(number // power, british=british), number % power
            link = " and " if british and 0 < rest < 100 else " "
            return f"{head} {name}" + (f"{link}{in_words(rest, british=british)}" if rest else "")
    if number < 20:
        return SMALL[number]
    return TENS[number // 10] + (f"-{SMALL[number % 10]}" if number % 10 else "")


@given(number=st.integers(0, 10**12 - 1), british=st.booleans())
def test_every_whole_number_is_the_same_in_words(number: int, british: bool) -> None:
    assert said(f"about {in_words(number, british=british)} men") == ("about", str(number), "men")


@given(number=st.decimals(0, 10_000, places=2))
def test_a_decimal_is_the_same_in_words(number: object) -> None:
    whole, _, decimals = str(number).partition(".")
    digits = " ".join(SMALL[int(digit)] for digit in decimals)
    assert said(f"{in_words(int(whole), british=True)} point {digits} tons") == said(f"{number} tons")


@given(text=st.text(max_size=80))
def test_any_text_at_all_is_some_words_and_equals_itself(text: str) -> None:
    assert runs(said(text), said(text)) == ()
    assert all(said(text))


SENTENCE = "On 3 May 1998 Dr. Bell, who hadn't slept, paid $4.50 for 12 eggs and 3/4 of the city's two hundred maps."


def test_one_word_more_or_less_anywhere_is_seen() -> None:
    words = SENTENCE.split()
    for at in range(len(words)):
        for other in ([*words[:at], *words[at + 1 :]], [*words[:at], "really", *words[at:]]):
            assert runs(said(SENTENCE), said(" ".join(other))), other


def test_another_digit_anywhere_is_another_number() -> None:
    for found in re.finditer(r"\d", SENTENCE):
        other = SENTENCE[: found.start()] + str((int(found[0]) + 3) % 10) + SENTENCE[found.end() :]
        run = longest(runs(said(SENTENCE), said(other)))
        assert run is not None, other
        assert run.has_number
