"""``python -m benchmarks [NAME] [--json]``: list the benchmarks, or run one and print its figures.

What a benchmark's ``run`` takes can be said on the command line: ``--seconds 600``.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import sys
from pathlib import Path

_NAMES = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py") if path.stem != "servers")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", nargs="?", choices=_NAMES)
    parser.add_argument("--json", action="store_true", help="one object of named figures")
    name = next((word for word in sys.argv[1:] if word in _NAMES), None)
    if name is None:
        parser.parse_args()
        for one in _NAMES:
            print(f"{one:14} {_summary(one)}")
        return
    run = importlib.import_module(f"benchmarks.{name}").run
    takes = inspect.signature(run).parameters
    for word, parameter in takes.items():
        parser.add_argument(f"--{word}", type=type(parameter.default), default=parameter.default)
    given = vars(parser.parse_args())
    figures: dict[str, float] = run(**{word: given[word] for word in takes})
    if given["json"]:
        print(json.dumps(figures))
        return
    print(_summary(name))
    for named, value in figures.items():
        print(f"  {named:32} {value:12.3f}")


def _summary(name: str) -> str:
    return (importlib.import_module(f"benchmarks.{name}").__doc__ or "").splitlines()[0]


if __name__ == "__main__":
    main()
