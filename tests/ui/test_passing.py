"""What a component is told costs no library that has nothing to do with it."""

from __future__ import annotations

import subprocess
import sys

PAGE = """
from audiokit.ui.player import PlayerClip, Word, player

clip = PlayerClip(digest="d", url="/d", duration_s=1.0, peaks=[0.1, 0.9])
player(key="one", label="One", clip=clip, words=[Word("Hello.", 0.0, 1.0)])
"""
RUN = f"""
import sys
from streamlit.testing.v1 import AppTest

app = AppTest.from_string({PAGE!r}).run(timeout=60)
assert not app.exception
print([name for name in ("pandas", "pyarrow") if name in sys.modules])
"""


def test_a_player_with_lists_and_dicts_loads_no_pandas() -> None:
    done = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True)  # noqa: S603 - our own

    assert done.stdout.strip() == "[]"
