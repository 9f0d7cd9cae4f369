"""Real worker processes for tests, and the jobs that they run: see ``tests/jobs/scratch_worker.py``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from audiokit.jobs.queue import Jobs

__all__ = ["Workshop", "eventually", "workshop"]

_SCRIPT = Path(__file__).parent / "jobs" / "scratch_worker.py"
_PATIENCE_S = 60.0


def eventually(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; a test fails that waits for a minute."""
    until = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < until, f"waited in vain for: {what}"
        time.sleep(0.02)


class Workshop:
    """A data folder with jobs in it, and any number of workers on it."""

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.folder, self.database_url = folder, database_url
        self.jobs = Jobs(database_url, folder)
        self.workers: dict[str, subprocess.Popen[str]] = {}

    def open(self, n_workers: int = 1) -> None:
        """Start workers and wait until they take jobs."""
        command = [sys.executable, str(_SCRIPT), str(self.folder), *filter(None, [self.database_url])]
        root = Path(__file__).resolve().parents[1]
        started = [
            subprocess.Popen(  # noqa: S603 - our own script
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | {"PYTHONPATH": str(root)},
            )
            for _ in range(n_workers)
        ]
        for process in started:
            assert process.stdout
            name = process.stdout.readline().strip()
            if name in self.workers:  # whose place it took
                _wait_for(self.workers[name])
            self.workers[name] = process
        assert "" not in self.workers, "a worker did not start; see its traceback above"

    def kill(self, worker: str) -> None:
        """As the kernel would."""
        process = self.workers.pop(worker)
        os.kill(process.pid, signal.SIGKILL)
        _wait_for(process)

    def end(self, worker: str) -> Callable[[], int]:
        """Ask a worker to end in good order; what is returned waits for its exit code."""
        process = self.workers.pop(worker)
        assert process.stdin
        process.stdin.close()
        return lambda: _wait_for(process)

    def fallen(self) -> list[str]:
        """Return the workers that have ended by themselves."""
        return [name for name, process in self.workers.items() if process.poll() is not None]

    def told(self) -> Counter[str]:
        """Return what the workflows have told, and how often."""
        log = self.folder / "done.log"
        return Counter(log.read_text("utf-8").splitlines()) if log.exists() else Counter()

    def until_told(self, *lines: str) -> None:
        """Wait until the workflows have told all of this."""
        eventually(lambda: self.told().keys() >= set(lines), f"{lines} to be told")

    def let(self, name: str) -> None:
        """Open a gate."""
        (self.folder / name).touch()

    def runs(self, job: str) -> str:
        """Return the worker that a job was last taken by."""
        with self.jobs._client() as client:
            return client.list_workflows(workflow_ids=[job])[0].executor_id or ""

    def recorded(self, job: str) -> list[int]:
        """Return the places of the steps that are recorded."""
        with self.jobs._client() as client:
            return [step["function_id"] for step in client.list_workflow_steps(job, load_output=False)]

    def until_recorded(self, job: str, n_steps: int) -> None:
        """Wait until so many steps of a job are recorded."""
        eventually(lambda: len(self.recorded(job)) >= n_steps, f"{n_steps} steps recorded")

    def until_taken_from(self, worker: str, job: str) -> None:
        """Wait until another worker has a job, if there is anything left of it."""
        eventually(lambda: self.runs(job) != worker or self.jobs.state(job).is_over, "another worker has the job")

    def close(self) -> None:
        for process in self.workers.values():
            process.kill()
            _wait_for(process)
        self.jobs.close()


def _wait_for(process: subprocess.Popen[str]) -> int:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    return process.wait(_PATIENCE_S)


@contextmanager
def workshop(folder: Path, n_workers: int = 1, database_url: str | None = None) -> Iterator[Workshop]:
    """Open a workshop; its workers are killed at the end."""
    shop = Workshop(folder, database_url)
    try:
        shop.open(n_workers)
        yield shop
    finally:
        shop.close()
