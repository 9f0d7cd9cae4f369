"""With no key: the offline engine writes scripts of real use, and they last as long as was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle

import pytest
from real import real_files
from writing import ME, document, source

from audiokit.audio.wav import wav_header
from audiokit.catalog.models import Provider
from audiokit.documents.document import Document
from audiokit.documents.extract import extract
from audiokit.settings import Settings
from audiokit.studio import Studio, open_studio
from audiokit.summaries.formats import default_shape, format_called, formats
from audiokit.summaries.length import Pace, as_planned, pace_of, replanned
from audiokit.summaries.pauses import pauses_s
from audiokit.summaries.saying import usual_rate
from audiokit.summaries.script import Line
from audiokit.summaries.shape import Shape
from audiokit.summaries.sounding import clip_of, trimmed
from audiokit.summaries.sources import Source
from audiokit.summaries.writer import Writer

FIVE = (
    "examples__1310.4546v1.pdf",
    "test_documents__pdfs__test_article.pdf",
    "test_documents__pdfs__sample_contract.pdf",
    "test_documents__text__world_war_ii.md",
    "packages__markitdown__tests__test_files__test_wikipedia.html",
)
SENTENCES = (
    "The ferry crosses the river every hour between dawn and dusk.",
    "Nobody who lives on the island owns a car, although three families share a tractor.",
    "In winter the pier is closed, and letters come by boat once a week, if the weather allows it.",
    "Two schools were merged in the spring, which saved money and cost many children an hour of sleep.",
    "A new bridge has been promised by every government since the war; none has ever built one.",
)
ISLAND = document(
    *(
        (f"p. {n}", heading, " ".join(f"{text[:-1]}, as page {n} says." for text in SENTENCES))
        for n, heading in enumerate(["Ferries", "Ferries", "Roads", "Roads", "Schools", "Schools", "Mail", "Mail"], 1)
    ),
    title="The Island Report",
)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        studio = open_studio(Settings.read())
    studio.person()
    yield studio
    studio.close()


@pytest.fixture
def writer(studio: Studio) -> Writer:
    return Writer(studio.converse.places)


def pace_for(shape: Shape) -> Pace:
    rates = [usual_rate(persona.voice, Provider.OFFLINE) for persona in shape.personas]
    return pace_of(rates, format_called(shape.format).shares_of(len(rates)))


def spoken_s(studio: Studio, shape: Shape, lines: Sequence[Line]) -> list[float]:
    """How long the clips of these lines are, as they would be kept."""
    assert studio.engine is not None
    clips = []
    for line in lines:
        pcm16 = b"".join(studio.engine.speak(line.text, shape.personas[line.speaker].voice))
        clips.append(trimmed(clip_of(wav_header(len(pcm16)) + pcm16)).duration_s)
    return clips


def written(writer: Writer, shape: Shape, sources: list[tuple[Source, Document]], n_words: int) -> list[Line]:
    outline, lines = writer.outline(ME, shape, sources, n_words), list[Line]()
    for index in range(len(outline.sections)):
        lines += writer.section(ME, shape, outline, index, sources, lines)
    return lines


@pytest.mark.parametrize("name", [name for name, form in formats().items() if not form.reads_in_full])
def test_every_format_is_written_with_its_speakers_its_length_and_its_sources(writer: Writer, name: str) -> None:
    shape = default_shape(name)
    lines = written(writer, shape, [(source(), ISLAND)], 420)

    assert as_planned(lines) == pytest.approx(420, rel=0.06)
    assert {line.speaker for line in lines} == set(range(len(shape.personas)))
    unsupported = [line.text for line in lines if not line.support]
    assert unsupported == ["You will hear sentences from The Island Report, word for word."]
    assert {support.source_id for line in lines for support in line.support} == {"s1"}
    assert len({line.text for line in lines}) == len(lines)


def test_the_plan_follows_the_headings_of_all_documents(writer: Writer) -> None:
    other = document(("slide 1", "Harbours", " ".join(SENTENCES)), ("slide 2", "Harbours", " ".join(SENTENCES)))
    outline = writer.outline(ME, default_shape("summary"), [(source("a"), ISLAND), (source("b"), other)], 520)
    assert [section.title for section in outline.sections] == ["Ferries", "Schools"]
    assert [ref for section in outline.sections for ref in section.passages] == [
        *(("a", f"p. {n}") for n in range(1, 9)), ("b", "slide 1"), ("b", "slide 2"),
    ]  # fmt: skip
    assert outline.n_words == 520


def test_a_line_is_said_shorter(writer: Writer) -> None:
    line = Line(text="In winter (from December on) the pier is closed, and letters come by boat once a week.")
    assert writer.shorter(ME, line, default_shape("summary")) == "In winter the pier is closed."


@pytest.mark.real
@pytest.mark.parametrize(("name", "form"), list(zip(FIVE, cycle(["summary", "interview"]), strict=False)))
def test_eight_minutes_of_a_real_document_are_eight_minutes(
    studio: Studio, writer: Writer, name: str, form: str
) -> None:
    found = real_files(f"documents/*/{name}")
    if not found:
        pytest.skip(f"the real material is not here ({name})")
    sources = [(source(), extract(found[0].read_bytes(), name))]
    shape = replace(default_shape(form), minutes=8.0)
    pace = pace_for(shape)
    outline = writer.outline(ME, shape, sources, pace.words_in(8))

    lines, clips_s = list[Line](), list[float]()
    for index in range(len(outline.sections)):
        section = writer.section(ME, shape, outline, index, sources, lines)
        lines += section
        clips_s += spoken_s(studio, shape, section)
        if index == 0:
            guess_s = pace.seconds_of(lines)
            assert sum(clips_s) + sum(pauses_s(lines)) == pytest.approx(guess_s, rel=0.12)
        outline, pace = replanned(outline, 8, list(zip(lines, clips_s, strict=True)), pace_for(shape))

    assert (sum(clips_s) + sum(pauses_s(lines))) / 60 == pytest.approx(8, rel=0.04)
    assert sum(1 for line in lines if not line.support) <= 1


@pytest.mark.real
@pytest.mark.parametrize("name", FIVE[::4])
def test_a_script_that_is_written_whole_before_anything_is_spoken_is_within_eight_per_cent(
    studio: Studio, writer: Writer, name: str
) -> None:
    found = real_files(f"documents/*/{name}")
    if not found:
        pytest.skip(f"the real material is not here ({name})")
    shape = replace(default_shape("summary"), minutes=8.0)
    lines = written(writer, shape, [(source(), extract(found[0].read_bytes(), name))], pace_for(shape).words_in(8))
    assert (sum(spoken_s(studio, shape, lines)) + sum(pauses_s(lines))) / 60 == pytest.approx(8, rel=0.08)
