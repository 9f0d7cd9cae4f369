"""The formats are data, and data that is wrong is refused where it is read."""

from __future__ import annotations

import pytest

from audiokit.catalog.models import Catalog, Provider, Role
from audiokit.errors import InputError
from audiokit.summaries.formats import FormatMistake, default_shape, format_called, formats, parse

VOICES = frozenset({"alloy", "echo"})
GOOD = """
[formats.talk]
title = "Talk"
description = "Two people talk."
minutes = 5
voices = [1, 2]
opening = "Begin."
body = "Go on."
closing = "End."
personas = [
  { name = "Ann", voice = "alloy", part = "asks", share = 1 },
  { name = "Bob", voice = "echo", part = "answers", share = 3 },
]
"""


def test_there_is_every_format_that_was_promised_and_each_can_be_explained() -> None:
    assert list(formats()) == [
        "summary", "briefing", "deep_dive", "lesson", "debate", "interview", "news", "audiobook", "announcement",
    ]  # fmt: skip
    for form in formats().values():
        assert form.description.endswith(".")
        assert form.description.count(". ") == 0, "one sentence"
        assert sum(form.shares) == pytest.approx(1)
        assert form.least_voices <= len(form.personas) <= form.most_voices <= 4


def test_every_default_voice_can_be_had_at_every_provider_that_lives() -> None:
    catalog = Catalog.load()
    used = {persona.voice for form in formats().values() for persona in form.personas}
    for provider in Provider:
        for model in catalog.living(catalog.checked_on, provider):
            if Role.SPEAK in model.roles and "audio/speech" not in model.endpoints:
                assert used <= set(model.voices_at(provider)), model.id


def test_a_chosen_format_sets_the_length_and_the_speakers() -> None:
    shape = default_shape("interview")
    assert shape.minutes == 8
    assert [persona.name for persona in shape.personas] == ["Host", "Expert"]
    assert len({persona.voice for persona in shape.personas}) == 2


def test_an_audiobook_is_read_in_full_and_has_no_length() -> None:
    assert format_called("audiobook").reads_in_full
    assert default_shape("audiobook").minutes is None
    assert not any(form.reads_in_full for name, form in formats().items() if name != "audiobook")


def test_a_lesson_asks_recap_questions() -> None:
    assert "recap questions" in format_called("lesson").closing


def test_an_unknown_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"'opera'.*summary.*announcement"):
        default_shape("opera")


def test_shares_are_the_formats_own_only_for_its_own_number_of_speakers() -> None:
    talk = parse(GOOD, VOICES)["talk"]
    assert talk.shares_of(2) == (0.25, 0.75)
    assert talk.shares_of(4) == (0.25,) * 4


@pytest.mark.parametrize(
    ("was", "now", "what"),
    [
        ('voice = "echo"', 'voice = "elvis"', "no model has the voice 'elvis'"),
        ('"Bob"', '"Ann"', "two personas share a name"),
        ("voices = [1, 2]", "voices = [3, 4]", "2 personas are not 3 to 4"),
        ("voices = [1, 2]", "voices = [1, 9]", "voices"),
        ("minutes = 5\n", "", "either minutes or reads_in_full"),
        ("minutes = 5", "minutes = 5\nreads_in_full = true", "either minutes or reads_in_full"),
        ("minutes = 5", "minutes = 0", "minutes"),
        ('opening = "Begin."\n', "", "opening"),
        ("title =", "titel =", "tit"),
        ("share = 3", "share = 0", "share"),
        ("[formats.talk]", "[formats.talk", "no valid TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place(was: str, now: str, what: str) -> None:
    assert was in GOOD
    with pytest.raises(FormatMistake, match=what):
        parse(GOOD.replace(was, now), VOICES)
