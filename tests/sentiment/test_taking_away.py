"""What is taken away from an analysis: every format of a recording that is full of traps, and the reel by its sound."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from analyses import ME, SAID, Desk, a_recording, analysed, open_desk
from felt import AT, recording_of
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it publishes no types
from sqlalchemy import update
from terminal import chapters_of

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.errors import InputError, NotFound
from audiokit.sentiment.exporting.as_csv import as_csv
from audiokit.sentiment.exporting.as_json import recording_as_json
from audiokit.sentiment.exporting.captions import as_srt, as_vtt
from audiokit.sentiment.exporting.choosing import chosen, key_of
from audiokit.sentiment.exporting.reel import cuts_of
from audiokit.sentiment.exporting.report import as_report
from audiokit.sentiment.heard import HeardPart
from audiokit.sentiment.kept import KeptRecording, Speaker
from audiokit.sentiment.readings import Correction, Readings
from audiokit.sentiment.tone import Tone
from audiokit.sentiment.whole import Kind, Moment
from audiokit.sentiment.wording import STANDING
from audiokit.store.tables import segment as segment_table

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "sentiment.schema.json").read_text("utf-8"))
EVIL = "=cmd|'/c calc'!A1\"><script>alert(1)</script> --> \ud800&amp;"
CORRECTION = Correction(sentiment=0.25, tone=Tone.TIRED, note="=1+1 <i>tired</i>", at=AT)


def closed(schema: Any) -> Any:
    """The schema that refuses what it does not describe, so that it cannot fall behind what is written."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: closed(one) for name, one in schema.items()}
    if "allOf" in inside:
        inside["allOf"] = [{key: one[key] for key in one if key != "unevaluatedProperties"} for one in inside["allOf"]]
    if "allOf" in inside or "properties" in inside or inside.get("$ref") == "#/$defs/recording":
        inside["unevaluatedProperties"] = False
    return inside


def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(SCHEMA)
    strict = closed(SCHEMA)
    del strict["$defs"]["recording"]["unevaluatedProperties"]
    strict["oneOf"][0]["allOf"][1].pop("unevaluatedProperties", None)
    return Draft202012Validator(strict, format_checker=Draft202012Validator.FORMAT_CHECKER)


def trapped() -> KeptRecording:
    """A recording whose name, speaker, words and correction would do harm; of one passage nothing is known."""
    felt = recording_of("0" * 64, correction=CORRECTION)
    first, second, *others = felt.segments
    segments = (replace(first, text=EVIL, heard="It was heard so."), replace(second, readings=Readings()), *others)
    return replace(felt, name=EVIL, speakers=(Speaker(number=0, name=EVIL), felt.speakers[1]), segments=segments)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("exporting")) as opened:
        yield opened


@pytest.fixture(scope="module")
def done(desk: Desk) -> KeptRecording:
    files = [("talk.wav", a_recording()), ("broken.mp3", b"ID3 and nothing else"), ("talk.wav", a_recording())]
    batch = desk.service.gathering.begin(ME, files, title="Calls: November")
    analysed(desk, batch.recordings[0].id)
    return desk.service.library.recording(ME, batch.recordings[0].id)


def exported(desk: Desk, recording: KeptRecording, to: str, moments: tuple[str, ...] = ()) -> tuple[str, bytes]:
    file = io.BytesIO()
    name, _ = desk.service.exporting.write(ME, recording.id, to, file, moments)
    return name, file.getvalue()


def whole_batch(desk: Desk, recording: KeptRecording, to: str) -> tuple[str, bytes]:
    file = io.BytesIO()
    name, _ = desk.service.exporting.write_batch(ME, recording.batch_id, to, file)
    return name, file.getvalue()


def test_json_is_as_its_schema_says_with_corrections_beside_readings_and_null_for_unknown(
    desk: Desk, done: KeptRecording
) -> None:
    told = json.loads(recording_as_json(trapped()))
    for document in (told, json.loads(exported(desk, done, "json")[1]), json.loads(whole_batch(desk, done, "json")[1])):
        validator().validate(document)
        assert document["notice"] == STANDING

    first, second = told["segments"][:2]
    assert (first["words"]["sentiment"], first["correction"]["sentiment"], first["stands"]["sentiment"]) == (
        -0.7,
        0.25,
        0.25,
    )
    assert (first["voice"]["first"]["tone"], first["stands"]["tone"]) == ("irritated", "tired")
    assert first["recognised"] == "It was heard so."
    assert second["words"] is second["measured"] is second["voice"]["first"] is second["stands"]["tone"] is None


def test_how_sure_the_recogniser_was_of_each_word_is_kept_and_taken_away_and_nothing_where_nobody_said(
    desk: Desk, done: KeptRecording
) -> None:
    told = json.loads(exported(desk, done, "json")[1])
    rows = list(csv.DictReader(io.StringIO(exported(desk, done, "csv")[1].decode("utf-8-sig"))))

    sure = [one["confidence"] for one in told["segments"][2]["timings"]]
    assert sure == [0.9, 0.9, 0.9, 0.31, None], "what is no share of 1 is no confidence"
    assert rows[2]["unsure_words"] == "terrible"
    assert float(rows[2]["recognition_confidence"]) == pytest.approx(0.7525, abs=1e-3)
    assert (rows[0]["unsure_words"], rows[0]["recognition_confidence"]) == ("", "0.900")

    first, said = done.segments[0], done.segments[0].text
    desk.service.correcting.rewrite(ME, done.id, first.id, f"{said} So much.")
    (rewritten,) = {word.confidence for word in desk.service.library.recording(ME, done.id).segments[0].words}
    assert rewritten is None, "a person wrote it"
    desk.service.correcting.rewrite(ME, done.id, first.id, said)
    assert desk.service.library.recording(ME, done.id).segments[0].words == first.words


def test_an_analysis_from_before_confidences_were_kept_is_read_as_it_was(desk: Desk, done: KeptRecording) -> None:
    third = done.segments[2]
    as_before = [{"text": word.text, "start_s": word.start_s, "end_s": word.end_s} for word in third.words]
    as_now = [asdict(word) for word in third.words]
    for kept, confidences in ((as_before, {None}), (as_now, {0.9, 0.31, None})):
        with desk.workshop.recordings.database.write() as connection:
            connection.execute(update(segment_table).where(segment_table.c.id == third.id).values(words=kept))
        read = desk.service.library.recording(ME, done.id).segments[2].words
        assert [(word.text, word.start_s) for word in read] == [(word.text, word.start_s) for word in third.words]
        assert {word.confidence for word in read} == confidences

    part = (
        '{"words":[["Ha",0.0,0.5,null,false],["ha",0.5,0.9,null,false,0.4]],"language":null,'
        '"model":"m","tells_speakers":false,"notes":[],"recognised":[]}'
    )
    read_again = HeardPart.from_json(HeardPart.from_json(part).to_json())
    assert [word.confidence for word in read_again.words] == [None, 0.4]


def test_what_a_schema_does_not_describe_it_refuses_here() -> None:
    told = json.loads(recording_as_json(trapped()))
    assert not validator().is_valid({**told, "more": 1})
    told["segments"][0]["words"]["more"] = 1
    assert not validator().is_valid(told)


def test_a_table_has_a_row_each_guards_against_formulas_and_leaves_unknown_empty() -> None:
    nothing = replace(trapped(), name="empty.wav", segments=(), trouble="It ends early.")
    rows = list(csv.DictReader(io.StringIO("".join(as_csv([trapped(), nothing])).removeprefix("\ufeff"))))

    assert len(rows) == 6
    assert all(rows[0][name].startswith("'=cmd") for name in ("recording", "speaker", "text"))
    assert rows[0]["correction_note"].startswith("'=1+1")
    assert (rows[0]["words_sentiment"], rows[0]["corrected_sentiment"], rows[0]["sentiment"]) == (
        "-0.700",
        "0.250",
        "0.250",
    )
    assert (rows[0]["voice_tone"], rows[0]["corrected_tone"], rows[0]["tone"]) == ("irritated", "tired", "tired")
    assert {rows[1][name] for name in rows[1] if name.startswith(("words", "voice", "second", "pitch", "ton"))} == {""}
    assert (rows[2]["second_tone"], rows[0]["second_tone"]) == ("calm", "")
    assert (rows[5]["recording"], rows[5]["trouble"], rows[5]["text"]) == ("empty.wav", "It ends early.", "")


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n ＝＋－＠a\u200b\ufeff\x00"), max_size=8))  # noqa: RUF001
def test_no_text_of_a_table_begins_as_a_formula(text: str) -> None:
    felt = recording_of("0" * 64)
    table = "".join(as_csv([replace(felt, segments=(replace(felt.segments[0], text=text),))]))
    (row,) = csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))
    assert not row["text"].strip().startswith(tuple("=+-@＝＋－＠\t\r"))  # noqa: RUF001


def test_captions_are_well_formed_and_vtt_bears_the_readings_and_what_was_corrected() -> None:
    srt, vtt = as_srt(trapped()), as_vtt(trapped())
    assert srt.startswith("1\n00:00:00,000 --> ")
    assert srt.count("-->") == vtt.count("-->") == srt.count("\n\n"), "what is said is not taken for a time"
    assert "<script" not in vtt
    assert "sentiment +0.25; tone tired" in vtt
    assert "corrected by hand, read as: sentiment -0.70, tone irritated" in vtt
    assert "Agent: I am sorry to hear that." in srt
    notes = [block for block in vtt.split("\n\n") if block.startswith("NOTE")]
    assert notes[0] == f"NOTE {STANDING}"
    assert all("-->" not in block.split("\n")[0] for block in notes)


class Page(HTMLParser):
    """What a page holds: its elements, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names, self.text, self.attributes = list[str](), "", list[tuple[str, str | None]]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_report_stands_alone_and_nothing_in_it_becomes_markup() -> None:
    page = Page(as_report(trapped()))

    assert not {"script", "img", "link", "iframe", "i"} & set(page.names)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "src"]
    assert all(value and value.startswith("#p") for name, value in page.attributes if name == "href")
    assert page.text.count("<script>alert(1)</script>") >= 4, "it is told, as text"
    for said in (STANDING, "Kind words in an angry voice.", "It was heard so.", "=1+1 <i>tired</i>", "second opinion"):
        assert said in page.text
    assert page.names.count("figure") == 2, "an arc for each voice"
    assert page.names.count("article") == 5
    assert page.names.count("svg") >= 4
    assert "@media print" in as_report(trapped())


def test_a_report_of_what_failed_or_has_no_voice_readings_says_so() -> None:
    failed = Page(as_report(replace(trapped(), segments=(), whole=None, trouble="It ends early.")))
    assert "It ends early." in failed.text
    plain = trapped()
    quiet = tuple(
        replace(one, readings=replace(one.readings, first=None, second=None, correction=None)) for one in plain.segments
    )
    assert "No tone could be told from the voices here." in Page(as_report(replace(plain, segments=quiet))).text


def moment(kind: Kind, start_s: float, end_s: float, sentence: str = "So.") -> Moment:
    return Moment(kind=kind, start_s=start_s, end_s=end_s, segment_ids=(), sentence=sentence)


def test_a_reel_has_the_moments_in_order_those_that_overlap_once_and_no_silence_unless_it_is_chosen() -> None:
    moments = (
        moment(Kind.TURNING, 4, 6),
        moment(Kind.CONTRAST, 4, 6, "Otherwise."),
        moment(Kind.SILENCE, 10, 20),
        moment(Kind.STRONG, 28, 30),
    )
    assert [(cut.start_s, cut.end_s) for cut in cuts_of(chosen(moments), 30)] == [(3.75, 6.25), (27.75, 30)]
    assert cuts_of(chosen(moments), 30)[0].title == "0:04 Turning point: So. Contrast: Otherwise."
    assert chosen(moments, [key_of(moments[2])]) == moments[2:3]
    with pytest.raises(InputError, match="no moment to hear"):
        cuts_of(chosen(moments, ["strong@1"]), 30)


def test_a_reel_is_cut_where_its_chapters_say_and_holds_what_is_said_there(
    desk: Desk, done: KeptRecording, tmp_path: Path
) -> None:
    moments = done.whole.moments if done.whole else ()
    keys = tuple({key_of(one): None for one in moments if one.start_s in {0.1, 8.1}})
    name, reel = exported(desk, done, "reel", keys)
    (tmp_path / name).write_bytes(reel)

    assert name == "talk (moments).mp3"
    chapters = chapters_of(tmp_path / name)
    ends_s = {one.id: one.end_s for one in done.segments}
    lengths_s = [
        min(0.25, one.start_s) + ends_s[one.id] - one.start_s + 0.25 for one in (done.segments[0], done.segments[2])
    ]
    assert [end_s - start_s for start_s, end_s, _ in chapters] == pytest.approx(lengths_s, abs=0.002)
    assert chapters[1][0] == pytest.approx(lengths_s[0] + 0.6, abs=0.002)
    assert all(title.startswith(at) for (*_, title), at in zip(chapters, ("0:00", "0:08"), strict=True))
    sound = decode(reel)
    assert sound.duration_s == pytest.approx(sum(lengths_s) + 0.6, abs=0.1)
    pause = slice(
        round((lengths_s[0] + 0.15) * sound.sample_rate_hz), round((lengths_s[0] + 0.45) * sound.sample_rate_hz)
    )
    assert loudness(sound, pause) < 0.01 * loudness(sound, slice(None)), "between two moments there is silence"


def loudness(sound: Clip, part: slice) -> float:
    return float(abs(sound.samples[part]).mean())


def test_a_batch_has_everything_in_one_archive_and_names_that_are_alike_apart(desk: Desk, done: KeptRecording) -> None:
    name, data = whole_batch(desk, done, "zip")
    assert name == "Calls- November.zip"
    with ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {Path(one).suffix for one in archive.namelist()} == {".json", ".csv", ".html", ".srt", ".vtt"}
        rows = list(csv.DictReader(io.StringIO(archive.read("Calls- November.csv").decode("utf-8-sig"))))
        assert [row["text"] for row in rows if row["segment"]] == list(SAID)
        assert [row["state"] for row in rows if not row["segment"]] == ["failed", "waiting"]


def test_what_is_somebody_elses_or_no_format_is_not_found(desk: Desk, done: KeptRecording) -> None:
    exporting = desk.service.exporting
    for person_id, to in (("somebody", "json"), (ME, "exe"), (ME, "zip")):
        with pytest.raises(NotFound):
            exporting.write(person_id, done.id, to, io.BytesIO())
    for person_id, to in (("somebody", "json"), (ME, "srt")):
        with pytest.raises(NotFound):
            exporting.write_batch(person_id, done.batch_id, to, io.BytesIO())
