"""What the sound was like that went in and came out, by model and page."""

from __future__ import annotations

from typing import Any, Final

from audiokit.ui.usage import words
from audiokit.ui.usage.table import Column, Row, cell, table
from audiokit.usage.sound import Direction, Sound
from audiokit.usage.views import View

__all__ = ["show"]

_OFTEN: Final = 0.05  # of sounds that are clipped, or said again
_NOISY_DB: Final = 10.0
_TELEPHONE_HZ: Final = 4_200  # what a telephone lets through
_MS_PER_MINUTE: Final = 60_000
_DIRECTIONS: Final[dict[Direction, str]] = {"in": "In", "out": "Out"}
_DASH: Final = "–"  # noqa: RUF001 - a dash stands for nothing
_LEAST: Final = -1000.0


def show(view: View) -> None:
    """Show how loud, how clear and how clipped sounds were, and how much had to be said again."""
    columns = [
        Column("Model"),
        Column("Page"),
        Column("Sound"),
        Column("Measured", "number"),
        Column("Clipped", "number"),
        Column("Speech", "number"),
        Column("Loudness", "number"),
        Column("Above noise", "number"),
        Column("Reaches", "number"),
        Column("Said again", "number"),
    ]
    table(
        "Sound",
        columns,
        [_row(one) for one in view.sound()],
        key="usage.sound",
        empty="No sound was measured in these days.",
        hint="What goes in is told as it was recorded, what comes out as the model sent it. Half of all sounds are "
        "below each figure, and one in ten is below its p10. Live talk is not measured.",
        as_file=(view, "sound"),
    )


def _row(one: Sound) -> Row:
    cells = (
        cell(one.model),
        cell(words.page_name(one.page)),
        cell(_DIRECTIONS[one.direction]),
        cell(f"{one.n_sounds:,}", one.n_sounds, note=words.length(one.sound_ms / _MS_PER_MINUTE)),
        _share(one.clipped_share, "often"),
        cell(_DASH if one.speech_share is None else words.percent(one.speech_share), _sorted(one.speech_share)),
        _level(one.loudness_p50_lufs, one.loudness_p10_lufs, "LUFS"),
        _level(one.snr_p50_db, one.snr_p10_db, "dB", below=_NOISY_DB, said="noisy"),
        _reach(one.bandwidth_p50_hz),
        _share(one.again_share, "often"),
    )
    return Row(f"{one.page}/{one.model}/{one.direction}", cells)


def _share(share: float | None, said: str) -> dict[str, Any]:
    if share is None:
        return cell(_DASH, _LEAST)
    is_often = share > _OFTEN
    return cell(
        words.percent(share) + (f", {said}" if is_often else ""), share, **({"level": "warn"} if is_often else {})
    )


def _level(
    half: float | None, tenth: float | None, unit: str, *, below: float = _LEAST, said: str = ""
) -> dict[str, Any]:
    note = {} if tenth is None else {"note": f"p10 {words.rounded(tenth, '').strip()}"}
    is_low = half is not None and half < below
    text = words.rounded(half, unit) + (f", {said}" if is_low else "")
    return cell(text, _sorted(half), **note, **({"level": "warn"} if is_low else {}))


def _reach(hertz: float | None) -> dict[str, Any]:
    if hertz is None:
        return cell(_DASH, _LEAST)
    note = {"note": "like a telephone"} if hertz <= _TELEPHONE_HZ else {}
    return cell(f"{hertz / 1000:.1f} kHz", hertz, **note)


def _sorted(value: float | None) -> float:
    return _LEAST if value is None else value
