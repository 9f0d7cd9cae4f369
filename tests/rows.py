"""The suite in two processes: one drives the browsers, one after another, and the other takes the rest file by file.

Two browsers at once would be in each other's way; whichever process is done first helps the other with whole files.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

__all__ = ["Rows", "has_browser"]


@cache
def has_browser(file: Path) -> bool:
    """Return whether a file of tests drives a browser."""
    return "pytest.mark.browser" in file.read_text("utf-8")


class Rows(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives out whole files, and those with a browser all to one process."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "browser" if has_browser(self.config.rootpath / file) else file
