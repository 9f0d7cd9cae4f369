"""Where each of a row of sounds begins: the cheapest way to lay them along time, within a band around a first guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Costs", "Part", "Pause", "Sound", "fitted"]

Costs = npt.NDArray[np.float32]

_NEVER = np.float32(1e9)


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """One sound. ``lasting`` is what it costs to last 1, 2, … steps; it cannot last longer."""

    kind: str
    lasting: Costs


@dataclass(frozen=True, slots=True)
class Pause:
    """Where there may be a pause of any length: what it costs to make one, and what to go on without."""

    kind: str
    pausing: float
    going_on: float


Part = Sound | Pause


def fitted(
    parts: Sequence[Part], totals: Mapping[str, Costs], ends: npt.NDArray[np.intp], half_band: int
) -> npt.NDArray[np.intp] | None:
    """Return the step at which each part begins, and after the last one the end of time; None if they do not fit.

    ``totals[kind][n]`` is what the first n steps cost, all as that kind. Part ``i`` is looked for where it would end
    no more than ``half_band`` steps from ``ends[i]``, which must not decrease. Time and memory are proportional to the
    number of parts times the band.
    """
    n_steps = len(next(iter(totals.values()))) - 1
    width = min(2 * half_band, n_steps + 1)
    lows = np.clip(ends - half_band, 0, n_steps + 1 - width).astype(np.intp).tolist()
    costs = [np.full(width, _NEVER, np.float32)]
    costs[0][0] = 0
    low = 0
    for part, next_low in zip(parts, lows, strict=True):
        step = _after_sound if isinstance(part, Sound) else _after_pause
        costs.append(step(part, costs[-1], totals[part.kind], low, next_low))  # type: ignore[arg-type]  # one of each
        low = next_low
    return _traced(parts, totals, costs, [0, *lows], n_steps)


def _after_sound(sound: Sound, before: Costs, totals: Costs, low: int, next_low: int) -> Costs:
    """Return the least cost of all up to the end of a sound, for each step of the band at which it may end."""
    width, longest = len(before), len(sound.lasting)
    reached = np.full(longest + width, _NEVER, np.float32)
    shift = low - next_low + longest  # of the old band, against the first step from which the new one is reached
    first, last = max(0, shift), min(longest + width, shift + width)
    if first < last:
        reached[first:last] = before[first - shift : last - shift] - totals[low + first - shift : low + last - shift]
    by_length = np.ndarray((longest, width), np.float32, reached, (longest - 1) * 4, (-4, 4))
    return np.asarray(
        (by_length + sound.lasting[:, None]).min(axis=0) + totals[next_low : next_low + width], np.float32
    )


def _after_pause(pause: Pause, before: Costs, totals: Costs, low: int, next_low: int) -> Costs:
    width = len(before)
    shift = min(next_low - low, width)
    started = np.minimum.accumulate(before - totals[low : low + width])
    after = np.full(width, started[-1], np.float32)
    after[: width - shift] = started[shift:]
    after += totals[next_low : next_low + width] + np.float32(pause.pausing)
    after[: width - shift] = np.minimum(after[: width - shift], before[shift:] + np.float32(pause.going_on))
    return after


def _traced(
    parts: Sequence[Part], totals: Mapping[str, Costs], costs: Sequence[Costs], lows: Sequence[int], n_steps: int
) -> npt.NDArray[np.intp] | None:
    """Go back from the end, along what was cheapest."""
    if costs[-1][n_steps - lows[-1]] >= _NEVER / 2:
        return None
    starts = np.full(len(parts) + 1, n_steps, np.intp)
    at = n_steps
    for index in range(len(parts) - 1, -1, -1):
        part, before, low = parts[index], costs[index], lows[index]
        if isinstance(part, Sound):
            at = _start_of_sound(part, before, totals[part.kind], low, at)
        else:
            at = _start_of_pause(part, before, totals[part.kind], low, at)
        starts[index] = at
    return starts


def _start_of_sound(sound: Sound, before: Costs, totals: Costs, low: int, end: int) -> int:
    first, last = max(end - len(sound.lasting), low), min(end, low + len(before))
    ways = before[first - low : last - low] - totals[first:last] + sound.lasting[end - last : end - first][::-1]
    return first + int(ways.argmin())


def _start_of_pause(pause: Pause, before: Costs, totals: Costs, low: int, end: int) -> int:
    reached = before[: end - low + 1]
    started = reached - totals[low : low + len(reached)]
    best = int(started.argmin())
    is_left_out = (
        end - low < len(before) and before[end - low] + pause.going_on <= started[best] + totals[end] + pause.pausing
    )
    return end if is_left_out else low + best
