"""What file names say was acted, and how well a figure tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.sentiment.labels import Emotion, labelled, labelled_in
from audiokit.sentiment.scores import area, matrix
from audiokit.sentiment.tone import Family


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("03-01-05-01-02-01-12.wav", ("RAVDESS", "12", Emotion.ANGRY)),
        ("01-01-02-02-01-02-24.mp4", ("RAVDESS", "24", Emotion.CALM)),
        ("03a01Fa.wav", ("EmoDB", "03", Emotion.HAPPY)),
        ("16b10Lb.wav", ("EmoDB", "16", Emotion.BORED)),
        ("03-02-05-01-02-01-12.wav", None),  # sung
        ("02-01-05-01-02-01-12.mp4", None),  # pictures only
        ("03-01-09-01-02-01-12.wav", None),
        ("03-01-05-01-02-01-25.wav", None),
        ("03a01Xa.wav", None),
        ("interview.wav", None),
    ],
)
def test_names_of_both_corpora_are_understood_and_no_others(name: str, told: tuple[str, str, Emotion] | None) -> None:
    found = labelled(Path(name))
    assert (found and (found.corpus, found.actor, found.emotion)) == told


def test_a_folder_is_searched_throughout_and_a_copy_counts_once(tmp_path: Path) -> None:
    for name in ("Actor_02/03-01-06-01-01-01-02.wav", "all/03-01-06-01-01-01-02.wav", "03a01Wa.wav", "03a01Wa.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [(one.corpus, one.emotion) for one in labelled_in(tmp_path)] == [
        ("EmoDB", Emotion.ANGRY),
        ("RAVDESS", Emotion.FEARFUL),
    ]


def test_what_is_not_settled_of_an_emotion_counts_for_neither_side() -> None:
    assert (Emotion.DISGUSTED.is_excited, Emotion.DISGUSTED.family, Emotion.DISGUSTED.is_pleasant) == (
        None,
        None,
        False,
    )
    assert (Emotion.SURPRISED.is_excited, Emotion.SURPRISED.family, Emotion.SURPRISED.is_pleasant) == (True, None, None)
    assert {emotion.family for emotion in Emotion} - {None} == set(Family) - {Family.UNKNOWN}


@given(st.lists(st.tuples(st.integers(-3, 3) | st.none(), st.booleans() | st.none()), max_size=12))
def test_the_area_is_the_share_of_pairs_in_the_right_order(figures: list[tuple[int | None, bool | None]]) -> None:
    found = area(figures)
    known = [(figure, is_high) for figure, is_high in figures if figure is not None and is_high is not None]
    pairs = [(high, low) for high, is_high in known if is_high for low, other in known if not other]
    assert (found.n_yes, found.n_no) == (sum(one for _, one in known), sum(not one for _, one in known))
    if not pairs:
        assert found.value is None
    else:
        assert found.value == pytest.approx(sum((high > low) + (high == low) / 2 for high, low in pairs) / len(pairs))


def test_a_matrix_counts_each_pair_in_its_place_and_leaves_empty_rows_out() -> None:
    found = matrix([("b", "x"), ("b", "y"), ("b", "x")], ["a", "b"], ["x", "y"])
    assert (found.rows, found.counts) == (("b",), ((2, 1),))
