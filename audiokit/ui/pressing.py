"""What a person presses is carried out whole, one press after the other.

Streamlit stops a run of the page as soon as something else is pressed, also within what the press before it set off:
wherever that touches ``st.session_state`` or shows something. The half that was left is never done, and nobody is told.
With ``runner.fastReruns`` the next run begins beside the one that is stopping, so that two presses of one person are
carried out at once. The setting is off in our ``.streamlit/config.toml``, and a run is stopped here only where it draws
the page, which may be drawn again. See https://github.com/streamlit/streamlit/pull/16763 for Streamlit's own plan.
"""

from __future__ import annotations

import logging
import threading
from functools import wraps
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.state.safe_session_state import SafeSessionState

__all__ = ["carry_out_whole"]

_CARRY_OUT, _LOOK = "on_script_will_rerun", "_maybe_handle_execution_control_request"
_log = logging.getLogger(__name__)
_here = threading.local()  # each run of a page has a thread of its own


def carry_out_whole() -> None:
    """Let nothing stop what a press set off, from now on, in every visit; a Streamlit that differs inside is left."""
    carry_out, look = getattr(SafeSessionState, _CARRY_OUT, None), getattr(ScriptRunner, _LOOK, None)
    if carry_out is None or look is None:
        _log.warning("this Streamlit may cut short what a press sets off: install the version in constraints.txt")
        return
    if hasattr(carry_out, "__wrapped__"):
        return

    @wraps(carry_out)
    def carry_out_unstopped(state: SafeSessionState, *args: Any, **named: Any) -> None:
        _here.is_pressed = True
        try:
            carry_out(state, *args, **named)
        finally:
            _here.is_pressed = False

    @wraps(look)
    def look_unless_pressed(runner: ScriptRunner) -> None:
        if not getattr(_here, "is_pressed", False):
            look(runner)

    setattr(SafeSessionState, _CARRY_OUT, carry_out_unstopped)
    setattr(ScriptRunner, _LOOK, look_unless_pressed)
