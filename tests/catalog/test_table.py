"""The page for people says what the catalog says."""

from __future__ import annotations

from pathlib import Path

from audiokit.catalog.models import Catalog
from audiokit.catalog.table import markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "models.md"
CATALOG = Catalog.load()


def test_the_page_is_fresh() -> None:
    fresh = markdown(CATALOG)
    assert PAGE.read_text(encoding="utf-8") == fresh, "run: python -m audiokit.catalog.table > docs/models.md"


def test_every_model_has_one_row() -> None:
    rows = [line.split(" | ")[0].strip("| `") for line in markdown(CATALOG).splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted(model.id for model in CATALOG.models)


def test_living_models_stand_above_those_that_are_gone() -> None:
    page = markdown(CATALOG)
    assert page.index("| `gpt-audio-1.5` |") < page.index("## Switched off") < page.index("| `gpt-4o-audio-preview` |")


def test_sound_is_priced_by_the_minute() -> None:
    row = next(line for line in markdown(CATALOG).splitlines() if line.startswith("| `gpt-audio-1.5` |"))
    assert "| $0.0192 | $0.0768 | $2.50 / $10 |" in row


def test_rows_are_as_wide_as_their_heads() -> None:
    width = None
    for line in markdown(CATALOG).splitlines():
        width = None if not line.startswith("|") else width or line.count("|")
        assert width is None or line.count("|") == width
