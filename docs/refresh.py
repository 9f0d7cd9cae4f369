"""Write the generated parts of the documentation: ``python docs/refresh.py``. A test fails while they are stale."""

from __future__ import annotations

import re
from pathlib import Path

from audiokit.cli.settings import markdown

README = Path(__file__).resolve().parents[1] / "README.md"
_SETTINGS = re.compile(r"(<!-- settings: .* -->\n).*?(<!-- /settings -->)", re.DOTALL)


def with_settings(readme: str) -> str:
    """Return the README with the table of settings as the code has it."""
    return _SETTINGS.sub(lambda found: f"{found[1]}{markdown()}\n{found[2]}", readme)


if __name__ == "__main__":
    README.write_text(with_settings(README.read_text("utf-8")), "utf-8")
