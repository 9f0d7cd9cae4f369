"""Real material that stands beside the project, and is absent from a user's clone."""

from __future__ import annotations

from pathlib import Path

import pytest

REAL = Path(__file__).resolve().parents[2] / "shared" / "real"


def real_file(name: str) -> Path:
    """Return one file of the real material, or skip the test with a sentence."""
    path = REAL / name
    if not path.is_file():
        pytest.skip(f"the real material is not here ({name})")
    return path


def real_files(pattern: str) -> list[Path]:
    """Return the files that match, for parametrising; empty where the material is absent."""
    return sorted(path for path in REAL.glob(pattern) if path.is_file())
