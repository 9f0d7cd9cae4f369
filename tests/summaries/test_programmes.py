"""Programmes as they are kept: whose they are, what an edit leaves, what money is held."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiokit.catalog.models import Tier
from audiokit.errors import BudgetExceeded, NotFound
from audiokit.people.persons import Persons
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.database import Database, open_database
from audiokit.store.ids import new_id
from audiokit.store.tables import programme as programme_table
from audiokit.summaries.kept import KeptProgramme, Placed, Progress, Recording
from audiokit.summaries.programmes import Programmes, fingerprint_of
from audiokit.summaries.quote import Writing, in_total, of_line, of_writing, with_experience
from audiokit.summaries.script import KeptLine, Line, LineState, Support
from audiokit.summaries.scripts import Scripts
from audiokit.summaries.shape import Persona, Shape
from audiokit.summaries.sources import Source, Taking
from audiokit.usage.ledger import Entry, Ledger
from audiokit.usage.purse import Purse
from audiokit.words.word_times import Word

ME = "local"
SHAPE = Shape(
    format="interview",
    minutes=8.0,
    tone="warm",
    steering="for beginners",
    personas=(Persona(name="Ann", voice="marin", part="asks"), Persona(name="Bo", voice="cedar")),
    tier=Tier.FULL,
)
SOURCE = Source(id="s1", name="a.pdf", kind="pdf", title="A", n_words=12, digest="d" * 64, notes=("n",))
BROKEN = Source(id="s2", name="b.pdf", trouble="It is locked.", taking=Taking.OFF)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programmes")


@pytest.fixture(scope="module")
def database(folder: Path) -> Iterator[Database]:
    database: Database = open_database(None, folder)
    Persons(database).local()
    yield database
    database.close()


@pytest.fixture
def programmes(database: Database) -> Programmes:
    return Programmes(database)


@pytest.fixture
def scripts(database: Database) -> Scripts:
    return Scripts(database)


def lines(*texts: str) -> list[tuple[str | None, Line]]:
    return [(None, Line(text=text, chapter=n // 2, speaker=n % 2)) for n, text in enumerate(texts)]


def written(programmes: Programmes, scripts: Scripts, *texts: str) -> KeptProgramme:
    programme = programmes.add(ME, SHAPE, title="T")
    scripts.put(ME, programme.id, lines(*texts), chapters=["One", "Two"])
    return programmes.open(ME, programme.id)


def spoken(line: KeptLine, clip_digest: str) -> KeptLine:
    timings = (Word("a", 0.0, 0.5),)
    return replace(
        line, state=LineState.SPOKEN, key="k", clip_digest=clip_digest, duration_s=1.5, heard="a", timings=timings
    )


def test_a_programme_comes_back_as_it_was(programmes: Programmes, scripts: Scripts) -> None:
    programme = programmes.add(ME, SHAPE, title="T", sources=(SOURCE, BROKEN))
    line = Line(text="Hello.", support=(Support(source_id="s1", mark="p. 3", quote="hello"),), is_starred=True)
    scripts.put(ME, programme.id, [(None, line)], chapters=["One"])
    kept = spoken(programmes.open(ME, programme.id).lines[0], "c" * 64)
    assert scripts.keep_sound(programme.id, kept)
    recording = Recording(
        clip_digest="e" * 64,
        media_type="audio/flac",
        duration_s=2.0,
        peaks=(0.0, 1.0),
        marks=(Placed(line_id=kept.id, start_s=0.0, end_s=1.5),),
        of=fingerprint_of([kept]),
    )
    programmes.keep_recording(ME, programme.id, recording)

    found = programmes.open(ME, programme.id)
    assert (found.shape, found.sources, found.chapters) == (SHAPE, (SOURCE, BROKEN), ("One",))
    assert found.lines == (kept,)
    assert (found.recording, found.state, found.taken) == (recording, Progress.MADE, (SOURCE,))


def test_a_programme_of_someone_else_is_not_there(programmes: Programmes, scripts: Scripts) -> None:
    programme = written(programmes, scripts, "a")
    for attempt in (
        lambda: programmes.open("other", programme.id),
        lambda: programmes.shape("other", programme.id),
        lambda: programmes.change("other", programme.id, title="mine"),
        lambda: programmes.remove("other", programme.id),
        lambda: programmes.put_sources("other", programme.id, ()),
        lambda: scripts.put("other", programme.id, lines("b")),
        lambda: scripts.put_chapter("other", programme.id, 0, ()),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert programme.id not in {heading.id for heading in programmes.headings("other")}
    assert programmes.open(ME, programme.id) == programme


def test_of_two_who_begin_at_once_one_gets_it(programmes: Programmes) -> None:
    programme, got, ready = programmes.add(ME, SHAPE), list[bool](), threading.Barrier(4)

    def claim() -> None:
        ready.wait()
        claimed = programmes.claim(ME, programme.id, to=Progress.WRITING, among=frozenset({Progress.DRAFT}))
        got.append(claimed is not None)

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, False, False, True]


def test_an_edited_line_loses_its_sound_and_the_others_keep_theirs(programmes: Programmes, scripts: Scripts) -> None:
    programme = written(programmes, scripts, "one", "two", "three", "four")
    for number, line in enumerate(programme.lines):
        scripts.keep_sound(programme.id, spoken(line, f"{number}" * 64))
    one, two, three, four = programmes.open(ME, programme.id).lines

    gone = scripts.put(
        ME,
        programme.id,
        [
            (four.id, four.line),
            (one.id, replace(one.line, text="ONE!")),
            (three.id, three.line),
            (None, Line(text="5")),
        ],
    )

    first, second, third, last = programmes.open(ME, programme.id).lines
    assert (first, third) == (four, three)
    assert (second.id, second.is_spoken, second.state) == (one.id, False, LineState.WRITTEN)
    assert not last.is_spoken
    assert gone == {one.clip_digest, two.clip_digest}


def test_a_line_that_comes_twice_keeps_its_sound_once(programmes: Programmes, scripts: Scripts) -> None:
    programme = written(programmes, scripts, "one", "two")
    for line in programme.lines:
        scripts.keep_sound(programme.id, spoken(line, "e" * 64))
    one, two = programmes.open(ME, programme.id).lines
    scripts.put(ME, programme.id, [(one.id, one.line), (two.id, two.line), (one.id, one.line)])
    first, second, third = programmes.open(ME, programme.id).lines
    assert (first, second) == (one, two)
    assert (third.line, third.is_spoken) == (one.line, False)


def test_another_voice_is_another_sound_and_a_star_is_not(programmes: Programmes, scripts: Scripts) -> None:
    programme = written(programmes, scripts, "one", "two")
    for line in programme.lines:
        scripts.keep_sound(programme.id, spoken(line, "f" * 64))
    one, two = programmes.open(ME, programme.id).lines
    other_voice, starred = replace(one.line, speaker=1), replace(two.line, is_starred=True)
    scripts.put(ME, programme.id, [(one.id, other_voice), (two.id, starred)])
    assert [line.is_spoken for line in programmes.open(ME, programme.id).lines] == [False, True]


def test_what_was_spoken_of_words_that_have_changed_is_not_kept(programmes: Programmes, scripts: Scripts) -> None:
    line = (programme := written(programmes, scripts, "one")).lines[0]
    scripts.put(ME, programme.id, [(line.id, replace(line.line, text="other"))])
    assert not scripts.keep_sound(programme.id, spoken(line, "a" * 64))
    assert not programmes.open(ME, programme.id).lines[0].is_spoken


def test_a_chapter_that_is_written_again_takes_the_place_of_itself(programmes: Programmes, scripts: Scripts) -> None:
    programme = programmes.add(ME, SHAPE)
    for texts in (("a", "b"), ("c", "d", "e")):
        scripts.put_chapter(ME, programme.id, 0, [Line(text=text) for text in texts])
    scripts.put_chapter(ME, programme.id, 1, [Line(text="f")])
    found = programmes.open(ME, programme.id).lines
    assert [(line.line.text, line.line.chapter) for line in found] == [("c", 0), ("d", 0), ("e", 0), ("f", 1)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(6)), dropped=st.sets(st.integers(0, 5)))
def test_any_new_order_keeps_every_line_that_stays(
    programmes: Programmes, scripts: Scripts, order: list[int], dropped: set[int]
) -> None:
    programme = written(programmes, scripts, *"abcdef")
    for number, line in enumerate(programme.lines):
        scripts.keep_sound(programme.id, spoken(line, f"{number}" * 64))
    were = programmes.open(ME, programme.id).lines
    wanted = [were[n] for n in order if n not in dropped]
    gone = scripts.put(ME, programme.id, [(line.id, line.line) for line in wanted])
    assert programmes.open(ME, programme.id).lines == tuple(wanted)
    assert gone == {were[n].clip_digest for n in dropped}


def test_a_library_is_searched_by_title_source_and_line(programmes: Programmes, scripts: Scripts) -> None:
    by_title = programmes.add(ME, SHAPE, title="Whales")
    by_source = programmes.add(ME, SHAPE, sources=(replace(SOURCE, id=new_id(), name="WHALES.docx"),))
    by_line = written(programmes, scripts, "About a whale, and whales.")
    found = {heading.id for heading in programmes.headings(ME, search="whales")}
    assert found == {by_title.id, by_source.id, by_line.id}
    assert programmes.headings(ME, search="100%_") == ()
    heading = next(heading for heading in programmes.headings(ME) if heading.id == by_line.id)
    assert (heading.n_lines, heading.n_spoken, heading.format) == (1, 0, "interview")


def test_a_clip_stays_while_a_programme_has_it(database: Database, folder: Path, programmes: Programmes) -> None:
    clips, scripts = Clips(database, Blobs(folder / "blobs")), Scripts(database)
    programme = written(programmes, scripts, "one")
    digest = clips.keep(ME, b"sound of a line", "audio/wav", "line")
    scripts.keep_sound(programme.id, spoken(programme.lines[0], digest))
    clips.forget(ME, digest)
    assert clips.owns(ME, digest)
    assert programmes.remove(ME, programme.id) == {digest}
    clips.forget(ME, digest)
    assert not clips.owns(ME, digest)


def spend(database: Database, programme_id: str, nanousd: int | None) -> None:
    Ledger(database).write(
        Entry(
            id=new_id(),
            at=datetime.now(UTC),
            person_id=ME,
            page="spoken_summaries",
            conversation_id=programme_id,
            endpoint="openai",
            kind="speak",
            model_asked="m",
            cost_nanousd=nanousd,
            total_ms=1,
            outcome="answered",
        )
    )


def test_calls_side_by_side_never_cross_the_cap(database: Database, programmes: Programmes) -> None:
    programme = programmes.change(ME, programmes.add(ME, SHAPE).id, cap_nanousd=1_000)
    purse, refused, ready = Purse(database, programme_table, "programme"), list[str](), threading.Barrier(8)

    def call() -> None:
        ready.wait()
        try:
            with purse.holding(programme.id, 300):
                spend(database, programme.id, 300)
        except BudgetExceeded as error:
            refused.append(str(error))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert programmes.open(ME, programme.id).money.spent_nanousd == 900
    assert len(refused) == 5
    assert "Raise the limit" in refused[0]


def test_a_call_of_unknown_cost_is_counted_as_unknown_and_teaches_no_quote(
    database: Database, programmes: Programmes
) -> None:
    made = programmes.add(ME, SHAPE)
    for cost in (300, None, 200):
        spend(database, made.id, cost)
    Purse(database, programme_table, "programme").begin(made.id)
    programmes.change(ME, made.id, state=Progress.MADE.value, low_nanousd=901, high_nanousd=901)
    money = programmes.open(ME, made.id).money
    assert (money.spent_nanousd, money.n_unknown) == (500, 1)
    assert next(one.spent for one in programmes.headings(ME) if one.id == made.id) == money
    assert (500, 901) not in programmes.experience()


def test_what_a_crash_has_left_held_is_let_go_and_the_ledger_counts(database: Database, programmes: Programmes) -> None:
    programme = programmes.change(ME, programmes.add(ME, SHAPE).id, cap_nanousd=1_000)
    purse = Purse(database, programme_table, "programme")
    crashed = purse.holding(programme.id, 900)
    crashed.__enter__()
    spend(database, programme.id, 400)
    with pytest.raises(BudgetExceeded), purse.holding(programme.id, 200):
        pass
    purse.begin(programme.id)
    with purse.holding(programme.id, 600):
        pass
    assert programmes.open(ME, programme.id).money.spent_nanousd == 400


def test_a_failed_call_holds_nothing_afterwards(database: Database, programmes: Programmes) -> None:
    programme = programmes.change(ME, programmes.add(ME, SHAPE).id, cap_nanousd=100)
    purse = Purse(database, programme_table, "programme")
    for _ in range(3):
        with pytest.raises(RuntimeError), purse.holding(programme.id, 100):
            raise RuntimeError


def test_an_unknown_price_is_an_unknown_quote_and_not_a_low_one() -> None:
    writing = Writing(material_words=1000, n_sections=3, n_words=600)
    assert of_writing(writing, None) is None
    assert of_line("Hello there.", 1.0, None) is None
    quoted = in_total([5, None], minutes=8, n_words=1200)
    assert (quoted.low_nanousd, quoted.high_nanousd, quoted.middle_nanousd) == (None, None, None)
    assert of_writing(replace(writing, n_sections=0), None) == 0, "what is read in full is not written"


@given(estimate=st.integers(0, 10**12), ratios=st.lists(st.floats(0.2, 5.0), max_size=20))
def test_a_span_is_in_order_and_moves_with_experience(estimate: int, ratios: list[float]) -> None:
    low, high = with_experience(estimate, ratios)
    assert 0 <= low <= high
    if len(ratios) >= 3 and min(ratios) > 1.3 and estimate > 1000:
        assert high > estimate


def test_the_last_programmes_teach_the_next_quote(programmes: Programmes) -> None:
    programme = programmes.add(ME, SHAPE)
    programmes.change(ME, programme.id, state=Progress.MADE.value, low_nanousd=80, high_nanousd=120, spent_nanousd=130)
    assert (130, 100) in programmes.experience()
    assert in_total([100], minutes=1, n_words=1, experience=[1.3, 1.3, 1.3]).middle_nanousd == 130
