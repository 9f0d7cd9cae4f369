"""What was made to break us goes through the services behind every page: a sentence each, soon, and others are served.

All of it, through the pages of a running app, is ``python -m benchmarks hostile``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from real import real_files

from audiokit.studio import Studio, open_studio
from benchmarks._bombs import DOCUMENTS, HARMLESS, SLOW, SOUNDS
from benchmarks._ways_in import Dropped, Way, admitted, as_document, as_recording, as_take, dropped, small_wav

NAMES = [
    "../../etc/passwd.wav",
    "..\\..\\boot.ini.wav",
    "a\0b.wav",
    "gnp\u202e3pm.wav",
    "\ud800.wav",
    "x" * 10_000 + ".wav",
    "<script>alert(1)</script>.wav",
    "\n\r\t.wav",
    "",
    "con.wav",
]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    patch = pytest.MonkeyPatch()
    patch.setenv("AUDIOKIT_DATA_DIR", str(tmp_path_factory.mktemp("studio")))
    opened = open_studio()
    admitted(opened, "mallory", "ada")
    yield opened
    opened.close()
    patch.undo()


def files() -> Iterator[tuple[Way, str, Callable[[], bytes]]]:
    quick = {name: make for name, make in {**SOUNDS, **DOCUMENTS}.items() if name not in SLOW}
    collection = {path.name: path.read_bytes for path in real_files("malformed/*/*") if path.stat().st_size < 100_000}
    for name, make in {**quick, **collection}.items():
        yield (as_document if name in DOCUMENTS else as_take), name, make
    yield as_recording, "ogg that never ends.ogg", SOUNDS["ogg that never ends.ogg"]
    yield as_recording, "zeros.docx", DOCUMENTS["zeros.docx"]
    yield as_take, "deep.html", DOCUMENTS["deep.html"]
    yield as_document, "wav of 4 GB by its header.wav", SOUNDS["wav of 4 GB by its header.wav"]


def test_every_hostile_file_gets_a_sentence_while_another_person_is_served(studio: Studio) -> None:
    served, over, small = list[Dropped](), threading.Event(), small_wav()

    def another() -> None:
        while not over.is_set():
            served.append(dropped(studio, as_take, "ada", "a.wav", small))

    def drop(one: tuple[Way, str, Callable[[], bytes]]) -> Dropped:
        way, name, make = one
        return dropped(studio, way, "mallory", name, make())

    person = threading.Thread(target=another)
    person.start()
    try:
        with ThreadPoolExecutor(3) as visits:
            found = list(visits.map(drop, files()))
    finally:
        over.set()
        person.join()

    assert [one for one in found if one.crash] == []
    untold = [one for one in found if one.name in {*SOUNDS, *DOCUMENTS} - HARMLESS and one.sentence is None]
    assert untold == []
    assert all(one.sentence.endswith(".") and len(one.sentence) < 250 for one in found if one.sentence)
    assert len(served) > 1
    assert {one.crash for one in served} == {None}


def test_no_name_of_a_file_leads_anywhere_or_shows_what_it_is_not(studio: Studio) -> None:
    small = small_wav()
    batch = studio.sentiment.gathering.begin("mallory", [(name, small) for name in NAMES])
    programme = studio.summaries.gathering.begin("mallory")
    texts = [(name.replace(".wav", ".txt"), b"Hello there.") for name in NAMES]
    programme = studio.summaries.gathering.add_files("mallory", programme.id, texts)
    names = [*(one.name for one in batch.recordings), *(one.name for one in programme.sources)]

    assert len(names) == 2 * len(NAMES)
    assert all(0 < len(name) <= 200 and name.isprintable() for name in names)
    assert not [name for name in names if "/" in name or "\\" in name]
    assert names[0] == "passwd.wav"
