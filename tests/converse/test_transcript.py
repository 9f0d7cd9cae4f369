"""The transcript of a conversation: as text, as Markdown that is only words, and as JSON of a shape that stays."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.converse.export.transcript import (
    Call,
    Entry,
    Said,
    Stretch,
    Transcript,
    as_markdown,
    as_text,
    clock,
    spoken,
)
from audiokit.converse.export.transcript_json import as_json
from audiokit.words.markdown import escaped, paragraphs
from audiokit.words.plain_text import cleaned, file_stem, one_line
from audiokit.words.word_times import Word

AT = datetime(2026, 11, 21, 14, 3, tzinfo=UTC)
ASKED = Entry(
    said=Said(by_person=True, said_at=AT, words="How warm is it?", typed="In °F, please.", duration_s=2.0),
    is_spoken=True,
    clip="voices/01-you.webm",
    place=Stretch(0.0, 2.0),
)
ANSWERED = Entry(
    said=Said(
        by_person=False,
        said_at=AT + timedelta(seconds=5),
        words="It is 68 degrees.",
        timings=(Word("it", 0.25, 0.5), Word("is", 0.5, 0.75)),
        model="gpt-audio",
        cost_nanousd=4_210_000,
        calls=(Call(name="weather", arguments='{"in":"°F"}', output="68", duration_s=0.2),),
    ),
    is_spoken=True,
    clip="voices/02-assistant.wav",
    place=Stretch(2.5, 4.0),
)
WRITTEN = Entry(said=Said(by_person=True, said_at=AT + timedelta(seconds=9), words="Thanks!"))
LOST = Entry(
    said=Said(by_person=False, said_at=AT + timedelta(seconds=12), words=None, duration_s=3.0),
    is_spoken=True,
    left_out="This recording is gone from the disk.",
)
TALK = Transcript(
    title="The weather",
    person_name="You",
    model_name="Assistant",
    entries=(ASKED, ANSWERED, WRITTEN, LOST),
    recording="recording.m4a",
    recording_s=4.0,
)
NULL_OR_TEXT = {"type": ["string", "null"]}
NULL_OR_NUMBER = {"type": ["number", "null"]}


def all_of(properties: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


VERSION_1 = all_of(
    {
        "format": {"const": "audiokit.conversation"},
        "version": {"const": 1},
        "title": {"type": "string"},
        "speakers": all_of({"person": {"type": "string"}, "model": {"type": "string"}}),
        "recording": {
            "anyOf": [{"type": "null"}, all_of({"file": {"type": "string"}, "duration_s": {"type": "number"}})]
        },
        "turns": {
            "type": "array",
            "items": all_of(
                {
                    "number": {"type": "integer"},
                    "speaker": {"enum": ["person", "model"]},
                    "said_at": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
                    "spoken": {"type": "boolean"},
                    "words": NULL_OR_TEXT,
                    "typed": NULL_OR_TEXT,
                    "duration_s": NULL_OR_NUMBER,
                    "starts_s": NULL_OR_NUMBER,
                    "timings": {
                        "type": "array",
                        "items": all_of(
                            {
                                "word": {"type": "string"},
                                "starts_s": {"type": "number"},
                                "ends_s": {"type": "number"},
                            }
                        ),
                    },
                    "clip": NULL_OR_TEXT,
                    "left_out": NULL_OR_TEXT,
                    "model": NULL_OR_TEXT,
                    "cost_usd": {"type": ["string", "null"], "pattern": r"^\d+(\.\d+)?$"},
                    "calls": {
                        "type": "array",
                        "items": all_of(
                            {
                                "name": {"type": "string"},
                                "arguments": {"type": "string"},
                                "output": {"type": "string"},
                                "failed": {"type": "boolean"},
                                "duration_s": NULL_OR_NUMBER,
                            }
                        ),
                    },
                }
            ),
        },
    }
)


def validate(told: Any) -> None:
    pytest.importorskip("jsonschema").Draft202012Validator(VERSION_1).validate(told)


def saying(words: str, *, by_person: bool = True) -> Transcript:
    entry = Entry(said=Said(by_person=by_person, said_at=AT, words=words), is_spoken=True)
    return replace(TALK, entries=(entry,))


def test_plain_text_tells_who_said_what_and_when() -> None:
    assert as_text(TALK) == (
        "The weather\n"
        "2026-11-21 14:03 UTC, 4 turns, 0:04 in recording.m4a\n"
        "\n"
        "[0:00] You: How warm is it?\n"
        "[0:00] You (written): In °F, please.\n"
        "[0:02] Assistant: It is 68 degrees.\n"
        '    weather({"in":"°F"}) → 68\n'
        "You (written): Thanks!\n"
        "Assistant: (what was said is not known in words)\n"
    )


@given(st.text(max_size=100))
def test_in_plain_text_no_words_pass_for_another_turn(words: str) -> None:
    _, _, _, first, *others = as_text(saying(f"Well.\n{words}")).rstrip("\n").split("\n")

    assert first.startswith("You: Well.")
    assert all(line.startswith("    ") or not line for line in others)


def test_markdown_has_a_heading_for_each_turn_with_its_sound() -> None:
    written = as_markdown(TALK)

    assert written.startswith("# The weather\n\n2026-11-21 14:03 UTC, 4 turns, 0:04 in recording.m4a\n\n")
    assert (
        "\n## 1 · You · 0:00 · [sound](<voices/01-you.webm>)\n\nHow warm is it?\n\n*written:*\n\nIn °F, please.\n"
        in written
    )
    assert "\n## 2 · Assistant · 0:02 · [sound](<voices/02-assistant.wav>) · gpt-audio · \\$0.0042\n" in written
    assert "\n## 3 · You\n" in written
    assert written.endswith("*This recording is gone from the disk.*\n")


HOSTILE = {
    "<script>alert(1)</script>": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!-- -->": "&lt;!-- --&gt;",
    "&lt;b&gt;": "&amp;lt;b&amp;gt;",
    "# not a heading": r"\# not a heading",
    "- not a list": r"\- not a list",
    "+ not a list": r"\+ not a list",
    "* not a list": r"\* not a list",
    "1. not a list": r"1\. not a list",
    "12) not a list": r"12\) not a list",
    "> not a quote": "&gt; not a quote",
    "---": r"\---",
    "not closed #": r"not closed \#",
    "===": r"\=\=\=",
    "[not](a link)": r"\[not\](a link)",
    "![not](a picture)": r"!\[not\](a picture)",
    "[1]: not://a.target": r"\[1\]: not\://a.target",
    "*not* _stressed_ `or code`": r"\*not\* \_stressed\_ \`or code\`",
    "~~not gone~~ ==nor lit==": r"\~\~not gone\~\~ \=\=nor lit\=\=",
    "a | b": r"a \| b",
    "https://example.org/a_b": r"https\://example.org/a\_b",
    "www.example.org": r"www\.example.org",
    "WWW.example.org": r"WWW\.example.org",
    "me@example.org, @you": r"me\@example.org, \@you",
    "$x^2$": r"\$x\^2\$",
    ":smile: at 14:03": r"\:smile: at 14:03",
    r"C:\new": r"C:\\new",
    "    not code": "not code",
    "\tnot code": "not code",
    "```": r"\`\`\`",
}


@pytest.mark.parametrize("words", HOSTILE, ids=repr)
def test_what_is_markdown_or_html_is_only_words(words: str) -> None:
    assert escaped(words) == HOSTILE[words]


@pytest.mark.parametrize(
    "words", ["It is 20.5 degrees, at 14:03: warm (for June)!", "Zoë's 3 - 2 = 1; 50 % + 1?", "你好。"]
)
def test_ordinary_sentences_stay_readable(words: str) -> None:
    assert escaped(words) == words


def as_shown(markdown: str) -> str:
    """What CommonMark makes of a line in which all is escaped."""
    shown = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(st.text(st.sampled_from("ab1 #+-=*_`~[]()<>&!|\\$^@:./w\n\r\t\u2028{}\"'"), max_size=60))
def test_markdown_shows_the_very_words_and_no_sign_of_it_is_left_bare(words: str) -> None:
    written = paragraphs(words)

    assert [as_shown(line) for line in written.split("\n\n")] == (
        [line for line in map(one_line, cleaned(words).split("\n")) if line] or [""]
    )
    bare = re.sub(r"\\[!-/:-@\[-`{-~]|&(lt|gt|amp);", "·", written)
    assert not re.search(r"[\\`*_\[\]<>&|~$^@#]|==|://|www\.", bare, re.IGNORECASE)
    for line in written.split("\n\n"):
        assert not re.match(r"\s|[+=-]|\d+[.)]", line)


def test_json_keeps_to_its_shape_and_says_everything() -> None:
    told = json.loads(as_json(TALK))

    validate(told)
    asked, answered, written, lost = told["turns"]
    assert told["recording"] == {"file": "recording.m4a", "duration_s": 4.0}
    assert (asked["speaker"], asked["said_at"], asked["clip"]) == ("person", "2026-11-21T14:03:00Z", ASKED.clip)
    assert (asked["words"], asked["typed"], asked["spoken"]) == ("How warm is it?", "In °F, please.", True)
    assert (answered["starts_s"], answered["duration_s"], answered["cost_usd"]) == (2.5, 1.5, "0.00421")
    assert answered["timings"][0] == {"word": "it", "starts_s": 2.75, "ends_s": 3.0}
    assert answered["calls"][0]["output"] == "68"
    assert (written["spoken"], written["starts_s"], written["clip"], written["words"]) == (False, None, None, "Thanks!")
    assert (lost["words"], lost["starts_s"], lost["duration_s"], lost["left_out"]) == (None, None, 3.0, LOST.left_out)


@given(st.text(), st.text(), st.none() | st.integers(0, 10**15))
def test_json_is_read_back_word_for_word_and_cent_for_cent(title: str, words: str, cost: int | None) -> None:
    said = Said(by_person=False, said_at=AT, words=words, cost_nanousd=cost, duration_s=float("nan"))

    told = json.loads(as_json(replace(TALK, title=title, entries=(Entry(said=said),))))

    validate(told)
    [turn] = told["turns"]
    assert (told["title"], turn["words"], turn["duration_s"]) == (title, words, None)
    assert (turn["cost_usd"] is None) if cost is None else (round(float(turn["cost_usd"]) * 1e9) == cost)


def test_half_a_letter_does_not_keep_a_conversation_from_being_written() -> None:
    for write in (as_text, as_markdown, as_json):
        write(saying("half \ud800 a letter, and a \x00")).encode()


def test_a_moment_is_told_in_utc_whatever_zone_it_was_noted_in() -> None:
    said = Said(by_person=True, said_at=AT.astimezone(timezone(timedelta(hours=9))), words="Hi")

    told = json.loads(as_json(replace(TALK, entries=(Entry(said=said),))))

    assert told["turns"][0]["said_at"] == "2026-11-21T14:03:00Z"


def test_only_what_is_in_the_recording_is_captioned_with_its_words_at_their_place() -> None:
    first, second = spoken(TALK)

    assert (first.text, first.start_s, first.end_s) == ("How warm is it?", 0.0, 2.0)
    assert second.words == (Word("it", 2.75, 3.0), Word("is", 3.0, 3.25))


def test_an_empty_conversation_is_written_too() -> None:
    nothing = replace(TALK, entries=(), recording=None, recording_s=0.0)

    assert as_text(nothing) == "The weather\n0 turns\n\n"
    assert as_markdown(nothing).startswith("# The weather\n")
    assert json.loads(as_json(nothing))["recording"] is None


@pytest.mark.parametrize(("at_s", "shown"), [(0, "0:00"), (59.99, "0:59"), (754, "12:34"), (3723, "1:02:03")])
def test_an_instant_is_told_as_on_a_clock(at_s: float, shown: str) -> None:
    assert clock(at_s) == shown


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Über das Wetter: 1/2?", "Über das Wetter- 1-2"),
        ("天気について", "天気について"),
        ("con", "_con"),
        ("Aux.txt", "_Aux.txt"),
        ("COM¹", "_COM¹"),
        ("../../etc/passwd", "etc-passwd"),
        ("trailing. . ", "trailing"),
        ("exe\u202egpj", "exegpj"),
        ("\x00\ud800", "conversation"),
        ("", "conversation"),
    ],
)
def test_a_title_becomes_a_name_that_every_system_takes(title: str, stem: str) -> None:
    assert file_stem(title, otherwise="conversation") == stem


@given(st.text())
def test_no_title_is_a_name_that_windows_refuses(title: str) -> None:
    stem = file_stem(title, otherwise="conversation")

    assert 1 <= len(stem.encode()) <= 81
    assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', stem)
    assert stem == stem.strip(" .")
    assert not re.match(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", stem, re.IGNORECASE)
