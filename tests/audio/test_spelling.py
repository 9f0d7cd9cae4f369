from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.audio.voice.likeness import KINDS
from audiokit.audio.voice.spelling import is_shouted, kinds_of, mark_after, pieces_of


def n_syllables(word: str) -> int:
    return sum(kind in "aei*" for kind in kinds_of(word))


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("she", "se"),
        ("Banana!", "banana"),
        ("there", "felx"),
        ("Müller", "nilel"),
        ("Москва", "nespfa"),
        ("σας", "sas"),
        ("한국", "fanib"),
        ("さくら", "sapila"),
        ("नमस्ते", "nanaspx"),
        ("是", "?*"),
        ("—", ""),
    ],
)
def test_letters_of_any_script_become_kinds_of_sound(word: str, kinds: str) -> None:
    assert kinds_of(word) == kinds


@pytest.mark.parametrize(
    ("word", "n"), [("7", 1), ("25%", 6), ("1984", 7), ("BBC", 3), ("MIT", 3), ("NASA", 2), ("Mr.", 2)]
)
def test_numbers_and_abbreviations_are_as_long_as_they_are_spoken(word: str, n: int) -> None:
    assert n_syllables(word) == n


def test_capitals_are_not_spelled_where_everything_is_shouted() -> None:
    assert is_shouted("THE CAT SAT")
    assert kinds_of("CAT", is_shouted=True) == kinds_of("cat")
    assert kinds_of("CAT") != kinds_of("cat")


@pytest.mark.parametrize(
    ("word", "following", "likes_a_pause"),
    [
        ("said.", "Then", 2),
        ("said.”", "Then", 2),
        ("好。", "再", 2),
        ("so,", "then", 1),
        ("he", "(who", 1),
        ("he", "who", 0),
    ],
)
def test_a_pause_costs_less_the_stronger_the_mark(word: str, following: str, likes_a_pause: int) -> None:
    mark = mark_after(word, following)

    assert [mark.going_on - mark.pausing > 1, mark.going_on > 0].count(True) == likes_a_pause


def test_chinese_is_split_by_sign_and_japanese_by_stem() -> None:
    assert [piece.text for piece in pieces_of("你好！ 再见")] == ["你", "好！", "再", "见"]  # noqa: RUF001 - full-width
    assert [piece.text for piece in pieces_of("天気ですね。")] == ["天気ですね。"]


@given(st.text(max_size=60))
def test_every_text_can_be_put_together_again_and_has_known_kinds_only(text: str) -> None:
    pieces = pieces_of(text)

    assert "".join(piece.text for piece in pieces) == "".join(text.split())
    assert all(kind in KINDS and kind != "-" for piece in pieces for kind in kinds_of(piece.text))
