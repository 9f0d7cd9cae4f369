"""``python -m benchmarks [NAME] [--json]``: list the benchmarks, or run one and print its figures."""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path

_NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if path.stem != "servers")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", nargs="?", choices=_NAMES)
    parser.add_argument("--json", action="store_true", help="one object of named figures")
    given = parser.parse_args()
    if given.name is None:
        for name in _NAMES:
            print(f"{name:14} {_summary(name)}")
        return
    figures: dict[str, float] = importlib.import_module(f"benchmarks.{given.name}").run()
    if given.json:
        print(json.dumps(figures))
        return
    print(_summary(given.name))
    for name, value in figures.items():
        print(f"  {name:32} {value:12.3f}")


def _summary(name: str) -> str:
    return (importlib.import_module(f"benchmarks.{name}").__doc__ or "").splitlines()[0]


if __name__ == "__main__":
    main()
