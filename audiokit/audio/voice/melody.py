"""The likeliest melody: the best way through what the pitch of each window may be (Viterbi; Boersma's last step)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiokit.audio.measuring.detect import runs

__all__ = ["NEVER", "PRAATS_COSTS", "Costs", "best_path"]

NEVER = -1e3
"""The strength of what cannot be."""

_Floats = npt.NDArray[np.float32]
_Path = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What it costs, every 10 ms, to change between voiced and unvoiced, and to jump by an octave."""

    voicing_change: float
    octave_jump: float


PRAATS_COSTS = Costs(voicing_change=0.14, octave_jump=0.35)
"""Those of "To Pitch (ac)"."""


def best_path(octaves: _Floats, strengths: _Floats, unvoiced: _Floats, costs: Costs = PRAATS_COSTS) -> _Path:
    """Return for each window which candidate it takes, both of shape (n_windows, n); ``n`` stands for no voice at all.

    ``unvoiced`` is how strong the case for that is, of shape (n_windows,).

    A window whose candidates are all so weak that falling silent and beginning again costs less has no voice, whatever
    stands around it. It parts the way into stretches that know nothing of each other; they are walked side by side.
    """
    path = np.full(len(octaves), octaves.shape[1], np.intp)
    may_be_voiced = strengths.max(axis=1, initial=NEVER) > unvoiced - 2 * costs.voicing_change
    firsts, ends = runs(may_be_voiced)
    firsts, ends = np.maximum(firsts - 1, 0), np.minimum(ends + 1, len(octaves))  # with the silence at both ends
    order = np.argsort(firsts - ends, kind="stable")
    firsts, lengths = firsts[order], (ends - firsts)[order]
    if len(order):
        _walk(path, octaves, _gains(strengths, unvoiced, may_be_voiced), firsts, lengths, costs)
    return path


def _gains(strengths: _Floats, unvoiced: _Floats, may_be_voiced: npt.NDArray[np.bool_]) -> _Floats:
    gains = np.empty((len(strengths), strengths.shape[1] + 1), np.float32)
    gains[:, -1] = unvoiced
    gains[:, :-1] = np.where(may_be_voiced[:, None], strengths, np.float32(NEVER))
    return gains


def _walk(path: _Path, octaves: _Floats, gains: _Floats, firsts: _Path, lengths: _Path, price: Costs) -> None:
    """Find the way through stretches, the longest first, one window of each at a time, and write it into ``path``."""
    n_states = gains.shape[1]
    came_from = [np.zeros((len(firsts), n_states), np.int8)]
    totals = gains[firsts].astype(np.float64)
    costs = np.full((len(firsts), n_states, n_states), price.voicing_change, np.float32)
    costs[:, -1, -1] = 0
    going_on = np.searchsorted(-lengths, -np.arange(int(lengths[0])), "left")  # how many are longer than i windows
    for i in range(1, int(lengths[0])):
        n = int(going_on[i])
        at = firsts[:n] + i
        costs[:n, :-1, :-1] = price.octave_jump * np.abs(octaves[at - 1][:, :, None] - octaves[at][:, None, :])
        ways = totals[:n, :, None] - costs[:n]
        best = ways.argmax(axis=1)
        came_from.append(best.astype(np.int8))
        totals[:n] = np.take_along_axis(ways, best[:, None, :], axis=1)[:, 0] + gains[at]
    states = totals.argmax(axis=1)
    for i in range(int(lengths[0]) - 1, -1, -1):
        n = int(going_on[i])
        path[firsts[:n] + i] = states[:n]
        states[:n] = came_from[i][np.arange(n), states[:n]]
