"""The house keeps its shape: imports point down the storeys, and heavy things stay in their rooms."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "audiokit"
# docs: DESIGN, "The house". A room imports only from storeys below its own, and never sideways.
STOREYS: dict[str, int] = {
    "errors": 0, "money": 0, "process": 0, "settings": 0, "telemetry": 0,
    "audio": 1, "catalog": 1, "documents": 1, "store": 1, "words": 1,
    "jobs": 2, "offline": 2, "people": 2, "usage": 2,
    "speech": 3,
    "converse": 4, "sentiment": 4, "summaries": 4,
    "keepers": 5, "workflows": 5,
    "studio": 6,
    "api": 7, "cli": 7, "ui": 7,
}  # fmt: skip
GROUND = {name for name, storey in STOREYS.items() if storey == 0}
# Who may import what: everything else in the house must do without.
KEPT_IN: dict[str, set[str]] = {
    "streamlit": {"ui"},
    "openai": {"speech"},
    "starlette": {"api", "offline"},
    "sqlalchemy": {"store", "usage", "people", "converse", "sentiment", "summaries", "jobs"},
    "dbos": {"jobs"},
    "opentelemetry": {"telemetry"},
    "prometheus_client": {"api"},
    "av": {"audio"},
    "soundfile": {"audio"},
    "pocketsphinx": {"offline"},
    "espeakng_loader": {"offline"},
    "vaderSentiment": {"offline"},
    "diskcache": {"store"},
    "pypdf": {"documents"},
    "docx": {"documents"},
    "pptx": {"documents"},
    "openpyxl": {"documents"},
    "striprtf": {"documents"},
    "lxml": {"documents"},
    "markdown_it": {"documents"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(module: Path) -> Iterator[str]:
    """Every dotted name that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by dots; write the whole name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down_the_storeys(module: Path) -> None:
    room = room_of(module)
    if room == "__init__":
        return
    for name in imported(module):
        if not name.startswith("audiokit."):
            continue
        other = name.split(".")[1]
        if other in {"__version__", room} or {room, other} <= GROUND:
            continue
        assert STOREYS[other] < STOREYS[room], f"{module.relative_to(ROOT)} imports {name}, which is not below it"


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_stay_in_their_rooms(module: Path) -> None:
    for name in imported(module):
        rooms = KEPT_IN.get(name.split(".")[0])
        assert rooms is None or room_of(module) in rooms, f"{module.relative_to(ROOT)} imports {name}"


def test_every_room_is_in_the_picture() -> None:
    rooms = {room_of(module) for module in modules()} - {"__init__"}
    assert rooms <= STOREYS.keys()


def test_importing_audiokit_loads_no_interface_no_server_and_no_model() -> None:
    heavy = [
        "streamlit",
        "starlette",
        "uvicorn",
        "pocketsphinx",
        "espeakng_loader",
        "openai",
        "av",
        "sqlalchemy",
        "dbos",
    ]
    ground = "audiokit, audiokit.errors, audiokit.money, audiokit.settings"
    code = f"import sys, {ground}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_pages_are_thin() -> None:
    for page in sorted((ROOT / "pages").glob("*.py")):
        lines = page.read_text("utf-8").splitlines()
        assert len(lines) <= 80, f"{page.name} has {len(lines)} lines"
        roots = {
            name.split(".")[0:2][-1] if name.startswith("audiokit") else name.split(".")[0] for name in imported(page)
        }
        assert roots <= {"streamlit", "ui"}, f"{page.name} imports {roots}"
