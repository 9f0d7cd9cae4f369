"""Names and words that are made to run, on every page in a real browser: nothing runs, nothing is asked elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from browser import served, settled
from conversing import ME
from conversing import settled as answered
from felt import analysed
from player_source import speechlike, wav
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Table, update

from audiokit.converse.conversation import Options
from audiokit.store.tables import batch, conversation, entry, person, programme, recording, segment, source, turn
from audiokit.studio import Studio, open_studio
from audiokit.summaries.formats import default_shape
from audiokit.summaries.script import Line
from audiokit.usage.rebuilding import rebuild

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

APP = Path(__file__).resolve().parents[2] / "app.py"
MARK = "Zzyzx"  # stands in all of them, and is looked for
HOSTILE = (
    f"{MARK}<img src=x onerror='window.ran=1'><script>window.ran=1</script><svg/onload=window.ran=1>"
    "![x](https://evil.invalid/a.png)[l](javascript:window.ran=1)</textarea></style></script><b>"
    "\"'`${window.ran=1}`:material/mic: $x$ <iframe src=https://evil.invalid></iframe>"
)
DRAWN = {"usage"}  # on a canvas: its charts and tables are no elements
WATCH = """
window.ran = 0; window.stopped = [];
document.addEventListener("securitypolicyviolation", (one) =>
    window.stopped.push(one.blockedURI + " " + one.violatedDirective));
"""


def plant(studio: Studio) -> dict[str, str]:
    """Put them wherever somebody else's words are kept, and return where each page shows them."""
    studio.person()
    talk = studio.converse.start(ME, Options())
    said = studio.converse.keep_words(ME, talk.id, HOSTILE)
    studio.converse.send(ME, talk.id, said.id)
    answered(studio, talk.id)
    sound = wav(speechlike(4.0).tobytes())
    heard = studio.sentiment.gathering.begin(ME, [("call.wav", sound), ("broken.wav", b"no")], title="T")
    analysed(studio, ME, heard.recordings[0].id)
    drafted = studio.summaries.gathering.begin(ME)
    files = [(HOSTILE + ".md", f"# {HOSTILE}\n\n{HOSTILE}".encode()), ("broken.pdf", b"%PDF-")]
    studio.summaries.gathering.add_files(ME, drafted.id, files)
    lines = [Line(text=HOSTILE), Line(text="Well.")]
    written = studio.summaries.library.of_lines(ME, HOSTILE, lines, default_shape("interview"))
    changes: dict[Table, dict[str, object]] = {
        person: {"name": HOSTILE},
        conversation: {"title": HOSTILE},
        turn: {"words": HOSTILE, "notes": (HOSTILE,), "changes": (HOSTILE,)},
        batch: {"title": HOSTILE},
        recording: {"name": HOSTILE},
        segment: {"text": HOSTILE},
        programme: {"title": HOSTILE, "notes": (HOSTILE,)},
        source: {"name": HOSTILE, "title": HOSTILE},
        entry: {"model_used": HOSTILE, "error": HOSTILE},
    }
    with studio.database.write() as connection:
        for table, values in changes.items():
            connection.execute(update(table).values(values))
    rebuild(studio.database, ZoneInfo("UTC"))
    one = heard.recordings[0].id
    return {
        "conversation": f"/?conversation={talk.id}",
        "batches": "/sentiment_analysis",
        "batch": f"/sentiment_analysis?batch={heard.id}",
        "recording": f"/sentiment_analysis?batch={heard.id}&recording={one}",
        "programmes": "/spoken_summaries",
        "documents": f"/spoken_summaries?programme={drafted.id}",
        "script": f"/spoken_summaries?programme={written.id}",
        "usage": "/usage_and_cost",
    }


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    folder, patch = tmp_path_factory.mktemp("desk"), pytest.MonkeyPatch()
    patch.setenv("AUDIOKIT_DATA_DIR", str(folder))
    studio = open_studio()
    planted = plant(studio)
    studio.close()
    patch.undo()
    with served(APP, environment={"AUDIOKIT_DATA_DIR": str(folder)}) as address:
        yield address, planted


def test_nothing_that_people_wrote_runs_or_reaches_out(browser: Browser, places: tuple[str, dict[str, str]]) -> None:
    address, planted = places
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.add_init_script(WATCH)
    page, elsewhere, dialogs, errors = context.new_page(), list[str](), list[str](), list[str]()
    page.on("request", lambda one: elsewhere.append(one.url) if not _is_ours(one.url, address) else None)
    page.on("dialog", lambda one: dialogs.append(one.message))
    page.on("pageerror", lambda one: errors.append(str(one)))
    found = dict[str, tuple[bool, list[str]]]()

    for name, place in planted.items():
        page.goto(address + place)
        settled(page)
        if name not in DRAWN:
            expect(page.get_by_text(MARK).first).to_be_attached()
        _look_around(page)
        found[name] = (bool(page.evaluate("window.ran")), page.evaluate("window.stopped"))

    assert found == dict.fromkeys(planted, (False, []))
    assert (elsewhere, dialogs, errors) == ([], [], [])
    context.close()


def _is_ours(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def _look_around(page: Page) -> None:
    """Hover what has a tooltip, and open what is folded."""
    for button in page.get_by_role("button").all()[:40]:
        if button.is_visible() and not re.search("remove|delete", button.inner_text(), re.IGNORECASE):
            button.hover(force=True)
