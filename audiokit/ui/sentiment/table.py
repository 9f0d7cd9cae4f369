"""The recordings of a batch as a table in the browser; a press on a row opens it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from audiokit import money
from audiokit.sentiment.kept import Batch, Progress, RecordingHeading
from audiokit.sentiment.tone import Tone
from audiokit.ui.sentiment import actions, words
from audiokit.ui.sentiment.parts import part

__all__ = ["table"]

_ORDER = {state: number for number, state in enumerate(Progress)}
_BUSY = frozenset({Progress.PREPARING, Progress.HEARING, Progress.READING})


def table(batch: Batch, *, is_under_way: bool) -> None:
    """Show a row for each recording."""
    key = f"sentiment.table.{batch.id}"

    def pressed(name: str) -> str | None:
        told = st.session_state[key].get(name)
        return None if told is None else str(told)

    def opened() -> None:
        if recording_id := pressed("open"):
            actions.open_recording(batch.id, recording_id)

    def retried() -> None:
        if recording_id := pressed("retry"):
            actions.retry(batch.id, [recording_id])

    def removed() -> None:
        if recording_id := pressed("remove"):
            actions.remove_recording(batch.id, recording_id)

    above = None if is_under_way else next((one.trouble for one in batch.recordings if _is_paused_for(one)), None)
    rows = [_row(one, is_under_way=is_under_way, above=above) for one in batch.recordings]
    changes = {"on_open_change": opened, "on_retry_change": retried, "on_remove_change": removed}
    part("batch_table", key=key, data={"rows": rows}, **changes)


def _is_paused_for(one: RecordingHeading) -> bool:
    return one.state is Progress.PAUSED and one.trouble is not None


def _row(one: RecordingHeading, *, is_under_way: bool, above: str | None) -> dict[str, Any]:
    """Return a row; what made all of them stop, and stands ``above`` the table, is not said again in each."""
    mark, said = words.STATES[one.state]
    is_kept_waiting = one.state is Progress.WAITING and not is_under_way
    return {
        "id": one.id,
        "name": one.name,
        "duration": one.duration_s,
        "speakers": one.n_speakers,
        "strip": [[start_s, end_s, Tone(tone).family.value] for start_s, end_s, tone in one.strip],
        "turning": one.turning_point,
        "contrasts": one.n_contrasts,
        "counted": one.n_segments > 0,
        "state": one.state.value,
        "order": _ORDER[one.state],
        "mark": mark,
        "words": "Not begun" if is_kept_waiting else said,
        "sentence": None if _is_paused_for(one) and one.trouble == above else one.trouble,
        "busy": is_under_way and one.state in _BUSY,
        "cost": _cost(one),
        "nanousd": one.spent_nanousd,
        "can_retry": one.state is Progress.FAILED and one.duration_s is not None,
        "can_remove": not is_under_way and not one.n_segments,  # what was analysed is removed on its own page
    }


def _cost(one: RecordingHeading) -> str:
    """Return what was spent; nothing yet is a dash, and what nobody knows is said to be unknown."""
    if one.spent_nanousd == 0 and one.state is not Progress.DONE:
        return "–"  # noqa: RUF001 - a dash stands for nothing
    return money.show(one.spent_nanousd)
