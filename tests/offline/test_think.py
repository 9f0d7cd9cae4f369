"""What the engine answers, and that it never claims more than it knows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audiokit.offline.clock import date_in_words, time_in_words
from audiokit.offline.hear import Heard, Word
from audiokit.offline.messages import Message, Thought
from audiokit.offline.think import think

NOW = datetime(2026, 11, 21, 15, 52, tzinfo=UTC)


def ask(text: str, *earlier: Message) -> Thought:
    return think([*earlier, Message(role="user", text=text)], NOW)


def heard(text: str, confidence: float = 0.9) -> Heard:
    words = [
        Word(text=word, start_s=at / 2, end_s=at / 2 + 0.4, confidence=confidence)
        for at, word in enumerate(text.split())
    ]
    return Heard((tuple(words),) if words else (), 2.0)


def say(text: str, *earlier: Message, confidence: float = 0.9, note: str = "") -> Thought:
    return think([*earlier, Message(role="user", text=note, heard=(heard(text, confidence),))], NOW)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("what time is it", "It is three fifty-two in the afternoon."),
        ("What's the date today?", "Today is Saturday, the twenty-first of November 2026."),
        ("What is twelve times seven?", "12 times 7 is 84."),
        ("what is to plus to", "2 plus 2 is 4."),
        ("how much is one hundred divided by three", "100 divided by 3 is about 33.3333."),
        ("3 + 4 * 5", "3 plus 4 times 5 is 23."),
        ("twenty percent of eighty", "20 percent of 80 is 16."),
        ("10/0", "10 divided by 0: nothing can be divided by zero."),
        ("convert ten miles to kilometers", "10 miles is about 16.09 kilometres."),
        ("how many feet are in a mile", "1 mile is 5280 feet."),
        ("what is 100 degrees fahrenheit in celsius", "100 degrees Fahrenheit is about 37.78 degrees Celsius."),
        ("Say the exact word 'hello' and nothing else.", "hello"),
        ("Read the following aloud, word for word:\nOnce upon a time.", "Once upon a time."),
        ("thank you", "You are welcome."),
    ],
)
def test_simple_questions_are_answered_exactly(question: str, answer: str) -> None:
    assert ask(question).text == answer


@pytest.mark.parametrize(
    "question",
    [
        "what time does the train to rome leave on a sunday in the middle of the winter season",
        "i have two dogs and three cats",
        "there are 5 miles and 3 pounds of nothing to compare",
        "please stop the machine that makes this awful noise in the cellar",
    ],
)
def test_what_only_sounds_like_a_skill_is_read_back(question: str) -> None:
    assert ask(question).skill == "read back"


def test_the_weather_is_not_made_up() -> None:
    thought = say("what's the weather like")

    assert thought.skill == "cannot know"
    assert "weather" in thought.text
    assert "offline" in thought.text


def test_what_is_not_understood_is_read_back_with_how_sure_it_is() -> None:
    text = say("an old who are aimed", confidence=0.2).text

    assert text.startswith("I heard: an old who are aimed. I am not sure of 5 of the 5 words.")
    assert "offline engine of audiokit" in text


def test_it_says_who_it_is_once_and_then_no_more() -> None:
    first = ask("the moon is made of cheese")
    earlier = [Message(role="user", text="the moon is made of cheese"), Message(role="assistant", text=first.text)]

    assert "offline engine" not in ask("and the sun too", *earlier).text


def test_silence_is_told_from_words() -> None:
    assert say("").skill == "silence"


def test_the_last_answer_is_repeated_word_for_word_and_slower_when_asked() -> None:
    earlier = [Message(role="user", text="six times seven"), Message(role="assistant", text="6 times 7 is 42.")]

    assert ask("please repeat that", *earlier) == Thought("6 times 7 is 42.", "repeat")
    assert ask("slower please", *earlier) == Thought("6 times 7 is 42.", "pace", 0.75)
    assert "first" in ask("slower please").text


def test_what_was_said_before_is_remembered() -> None:
    earlier = [Message(role="user", heard=(heard("hello world"),)), Message(role="assistant", text="Hello!")]

    assert say("what did i say", *earlier).text == "Before that, you said: hello world."
    assert "first thing" in say("what did i say").text


def test_a_name_is_used_only_if_it_was_heard_for_sure() -> None:
    assert say("my name is ann").text.startswith("Hello Ann!")
    assert say("my name is most", confidence=0.1).text.startswith("Hello!")


def test_words_typed_beside_a_recording_do_not_hide_what_was_said() -> None:
    note = "Answer what I say in this recording."

    assert say("what is two plus two", note=note).text == "2 plus 2 is 4."
    assert say("what is two plus two", note="What is being said?").text == "what is two plus two"


def test_a_system_that_wants_texts_read_aloud_gets_them_word_for_word() -> None:
    system = Message(role="system", text="Read the user's text aloud exactly as written.")

    assert ask("What is twelve times seven?", system).text == "What is twelve times seven?"


def test_the_instructions_of_an_assistant_are_no_question() -> None:
    system = Message(role="system", text="You are a friendly assistant. Be brief, in plain sentences to listen to.")

    assert ask("what is two plus two", system).text == "2 plus 2 is 4."


def test_the_answer_of_a_function_is_passed_on() -> None:
    assert "21 degrees" in think([Message(role="tool", text="21 degrees")], NOW).text


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 0, "midnight"),
        (12, 0, "noon"),
        (9, 0, "nine o'clock in the morning"),
        (13, 5, "one oh five in the afternoon"),
        (23, 30, "eleven thirty at night"),
    ],
)
def test_every_time_has_words(hour: int, minute: int, words: str) -> None:
    assert time_in_words(NOW.replace(hour=hour, minute=minute)) == words


def test_every_date_has_words() -> None:
    assert date_in_words(NOW.replace(day=2, month=3)) == "Monday, the second of March 2026"
