"""What is said in the real material, and how much of it was heard."""

from __future__ import annotations

import json
import re

from real import real_file


def known_words(name: str) -> list[str]:
    """The words that are known to be said in a recording, in small letters; skips where the material is absent."""
    text: str = json.loads(real_file("transcripts.json").read_text())[name]["text"]
    return re.sub(r"[^a-z' ]+", " ", text.lower()).split()


def n_wrong(said: list[str], heard: list[str]) -> int:
    """Edit distance in words."""
    costs = list(range(len(heard) + 1))
    for row, word in enumerate(said, 1):
        diagonal, costs[0] = costs[0], row
        for column, other in enumerate(heard, 1):
            best = min(costs[column] + 1, costs[column - 1] + 1, diagonal + (word != other))
            diagonal, costs[column] = costs[column], best
    return costs[-1]
