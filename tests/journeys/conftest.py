"""The app as a whole, for a module's journeys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import served

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Serve the app over the offline engine, with a data folder of its own; give its address and that folder."""
    data_dir = tmp_path_factory.mktemp("desk")
    with served(APP, environment={"AUDIOKIT_DATA_DIR": str(data_dir)}) as address:
        yield address, data_dir
