"""Names of jobs: a family, and which try of it this is. Retrying makes the next try; the same asked twice is one."""

from __future__ import annotations

import hashlib
import uuid

__all__ = ["family_of", "family_prefix", "job_id", "new_family", "same_family", "try_of"]


def new_family() -> str:
    """Return a family that no other job is of."""
    return uuid.uuid4().hex


def same_family(workflow: str, person_id: str, deduplicate: str) -> str:
    """Return the family of all jobs of one person that would do the same."""
    return hashlib.sha256(f"{workflow}\0{person_id}\0{deduplicate}".encode()).hexdigest()[:32]


def job_id(family: str, number: int) -> str:
    """Return the name of the ``number``-th try, counted from 1."""
    return f"{family}.{number}"


def family_of(job: str) -> str:
    """Return the family of a job."""
    return job.partition(".")[0]


def family_prefix(job: str) -> str:
    """Return what the names of the whole family begin with, and no other."""
    return f"{family_of(job)}."


def try_of(job: str) -> int:
    """Return which try of its family a job is."""
    return int(job.partition(".")[2] or 1)
