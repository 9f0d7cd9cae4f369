"""What was paid for is not thrown away because the store was out of reach for a moment: it is kept at last."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from audiokit.errors import StoreError

__all__ = ["PATIENCE_S", "insist"]

Result = TypeVar("Result")
_log = logging.getLogger(__name__)

PATIENCE_S: Final = 120.0
"""Longer than a database that is watched over takes to come back, or another one to take its place."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0


def insist(
    work: Callable[[], Result],
    *,
    patience_s: float = PATIENCE_S,
    wait: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Result:
    """Do ``work``, again and again while the store is busy or out of reach, and return its result.

    ``work`` may have been done although it seemed not to be: where a connection is cut just when a transaction is
    committed, nobody is told which. So it must come to the same when it is done twice. Pauses differ by chance, so that
    many who were refused together do not come back together.

    Raises:
        StoreError: the store was out of reach for longer than our patience, or waiting does not help.
    """
    give_up_at, pause_s = clock() + patience_s, _FIRST_PAUSE_S
    while True:
        try:
            return work()
        except StoreError as error:
            if not error.retryable or clock() >= give_up_at:
                raise
            _log.warning("the store cannot be used now, and is asked again: %s", type(error).__name__)
        wait(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - a pause, no secret
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
