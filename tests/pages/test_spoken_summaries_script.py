"""The script that comes back from the browser, and tables of lines: parsed at the border."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.errors import InputError
from audiokit.summaries.formats import default_shape
from audiokit.summaries.kept import KeptProgramme, Progress
from audiokit.summaries.quote import Quote
from audiokit.summaries.script import KeptLine, Line, Support
from audiokit.ui.summaries import words
from audiokit.ui.summaries.editor import merged
from audiokit.ui.summaries.table import parse
from audiokit.usage.purse import Money

SUPPORT = (Support(source_id="s", mark="p. 3", quote="It is so."),)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def programme(*texts: str) -> KeptProgramme:
    lines = tuple(KeptLine(id=f"l{n}", line=Line(text=text, support=SUPPORT)) for n, text in enumerate(texts))
    return KeptProgramme(
        id="p",
        person_id="local",
        title="",
        shape=default_shape("interview"),
        state=Progress.WRITTEN,
        created_at=NOW,
        updated_at=NOW,
        lines=lines,
    )


def sent(*lines: dict[str, Any], chapters: tuple[str, ...] = ()) -> str:
    usual = {"id": None, "text": "", "chapter": 0, "speaker": 0, "starred": False}
    return json.dumps({"lines": [usual | line for line in lines], "chapters": list(chapters)})


def test_lines_keep_what_supports_them_wherever_they_go_and_whatever_they_say() -> None:
    lines, chapters = merged(
        programme("One.", "Two."),
        sent({"id": "l1", "text": "Two."}, {"id": "l0", "text": "Other.", "starred": True}, chapters=("A",)),
    )
    assert [(line_id, line.text, line.support) for line_id, line in lines] == [
        ("l1", "Two.", SUPPORT),
        ("l0", "Other.", SUPPORT),
    ]
    assert [line.is_starred for _, line in lines] == [False, True]
    assert chapters == ["A"]


def test_a_new_line_has_no_support_and_no_id() -> None:
    ((line_id, line),), _ = merged(programme("One."), sent({"id": "unknown", "text": "New."}))
    assert line_id is None
    assert line == Line(text="New.")


def test_a_speaker_that_is_gone_is_the_last_one_there_is() -> None:
    ((_, line),), _ = merged(programme("One."), sent({"id": "l0", "text": "One.", "speaker": 3}))
    assert line.speaker == 1


def test_a_table_of_many_voices_can_be_edited_too() -> None:
    many = programme("One.")
    many = replace(many, shape=replace(many.shape, personas=many.shape.personas * 5))
    ((_, line),), _ = merged(many, sent({"id": "l0", "text": "One.", "speaker": 7}))
    assert line.speaker == 7


def test_a_line_of_a_table_that_no_script_could_hold_is_refused_with_its_number() -> None:
    with pytest.raises(InputError, match="Line 2 has 4001 characters"):
        parse("One.\n" + "x" * 4001)


@pytest.mark.parametrize("script", ["", "[]", '{"lines": 1}', sent({"speaker": -1}), sent({"text": "x" * 5_000})])
def test_a_script_that_is_none_of_ours_is_refused(script: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of JSON, or of its form
        merged(programme("One."), script)


def test_a_list_has_a_line_each_and_empty_ones_are_nothing() -> None:
    assert parse("One.\n\n Two, and three. \n") == [("One.", "", ""), ("Two, and three.", "", "")]


def test_a_table_is_known_by_its_column_called_text_in_any_order_and_with_any_separator() -> None:
    assert parse('Voice;Text\nmarin;"One; two."\n;Three.\n') == [("One; two.", "marin", ""), ("Three.", "", "")]


def test_quoted_cells_may_hold_line_breaks() -> None:
    assert parse('text,title\n"One\ntwo",Hall\n') == [("One\ntwo", "", "Hall")]


@pytest.mark.parametrize("nothing", ["", "\n \n", "text,voice\n", "text,voice\n,marin\n"])
def test_nothing_to_speak_is_said_in_a_sentence(nothing: str) -> None:
    with pytest.raises(InputError, match="no lines in this"):
        parse(nothing)


@given(st.lists(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20), min_size=1, max_size=9))
def test_a_list_comes_back_line_by_line(lines: list[str]) -> None:
    wanted = [line for line in lines if line.strip()]
    if wanted and "text" not in wanted[0].casefold():
        assert [text for text, _, _ in parse("\n".join(wanted))] == wanted


def quote(low: int | None, high: int | None, minutes: float = 6.0) -> Quote:
    return Quote(low_nanousd=low, high_nanousd=high, minutes=minutes, n_words=960)


def test_a_price_is_a_span_of_money_on_the_line_and_its_middle_on_the_button() -> None:
    of = quote(380_000_000, 460_000_000)
    assert words.span(of) == r"≈ \$0.38–0.46"  # noqa: RUF001 - a span
    assert words.on_button(of) == r"≈ \$0.42 · 6 min"
    assert words.on_button(quote(0, 0)) == "free · 6 min"
    assert (words.span(quote(None, None)), words.on_button(quote(None, None))) == (
        "price unknown",
        "price unknown · 6 min",
    )


def test_what_was_spent_stands_against_what_was_said() -> None:
    quoted = Money(low_nanousd=380_000_000, high_nanousd=460_000_000, spent_nanousd=310_000_000)
    assert words.spent(quoted) == r"\$0.31 of ≈ \$0.38–0.46"  # noqa: RUF001 - a span
    assert words.spent(Money(low_nanousd=0, high_nanousd=0)) == "free"
    assert words.spent(Money(spent_nanousd=0)) == "nothing spent yet"


def test_what_is_not_known_to_have_been_spent_is_not_nothing() -> None:
    quoted = Money(low_nanousd=380_000_000, high_nanousd=460_000_000, spent_nanousd=310_000_000, n_unknown=2)
    assert words.spent(quoted) == words.spent_in_short(quoted) == r"at least \$0.31"
    assert words.spent(Money(low_nanousd=0, high_nanousd=0, n_unknown=1)) == "cost unknown"


@pytest.mark.parametrize(
    ("minutes", "said"), [(0.1, "5 s"), (0.5, "30 s"), (2.4, "2.5 min"), (6.0, "6 min"), (41.6, "42 min")]
)
def test_lengths_are_said_as_exactly_as_they_are_known(minutes: float, said: str) -> None:
    assert words.length(minutes) == said


@pytest.mark.parametrize(("seconds", "said"), [(0, "0:00"), (59.6, "1:00"), (3_725, "1:02:05")])
def test_clocks_count_hours_only_where_there_are_some(seconds: float, said: str) -> None:
    assert words.clock(seconds) == said
