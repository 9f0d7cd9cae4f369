"""What a process that reads strangers' bytes may take, said to the system, which ends it or refuses it more.

POSIX only; where it cannot be said (Windows), the deadline of whoever asks is the only bound.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["bound_memory", "bound_work"]


def bound_memory(most_bytes: int) -> None:
    """Let there be so much memory beyond what is taken now; what asks for more is refused it."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - POSIX only

        limit = _data_bytes() + most_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def bound_work(seconds: float) -> None:
    """Let the processor work so many seconds more for this process, whole ones; then the system ends it (SIGXCPU).

    Others that keep a machine busy do not count in this, as they do in a deadline. Say it before each piece of work.
    """
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - POSIX only

        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, most))


def _data_bytes() -> int:
    """Return how much memory the libraries have taken (Linux: proc_pid_statm, data and stack), or a good guess."""
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 200 * 2**20
