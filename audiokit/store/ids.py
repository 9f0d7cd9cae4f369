"""Names for rows: 128 bits that sort by the time they were made."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

__all__ = ["new_id"]

_NS_PER_MS = 1_000_000


def new_id(*, clock_ns: Callable[[], int] = time.time_ns, random_bits: Callable[[int], int] = secrets.randbits) -> str:
    """Return a UUID of version 7 as 32 hex digits; two made 250 ns apart or more sort in the order they were made.

    Layout of RFC 9562, section 5.7: 48 bits of Unix milliseconds, the version, 12 bits, the variant, 62 random bits.
    The 12 bits hold the fraction of the millisecond (section 6.2, method 3), so that no counter need be shared.
    """
    milliseconds, rest_ns = divmod(clock_ns(), _NS_PER_MS)
    fraction = (rest_ns << 12) // _NS_PER_MS
    return f"{milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random_bits(62):032x}"
