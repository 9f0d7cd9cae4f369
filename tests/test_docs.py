"""What the documentation says is what the code does."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from click.testing import CliRunner

from audiokit.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_table_of_settings_is_fresh() -> None:
    spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs" / "refresh.py")
    assert spec
    assert spec.loader
    refresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(refresh)
    assert refresh.with_settings(README) == README, "run: python docs/refresh.py"


def test_every_command_in_the_readme_exists() -> None:
    commands = re.findall(r"^audiokit ((?:[a-z]+ ?)+)", README, re.MULTILINE)
    assert len(commands) >= 4
    for command in commands:
        done = CliRunner().invoke(main, [*command.split(), "--help"])
        assert done.exit_code == 0, done.output


def test_every_file_and_picture_that_is_linked_exists() -> None:
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_installs_with_the_constraints() -> None:
    installs = re.findall(r"pip install .*", README)
    assert installs
    assert all("-c constraints.txt" in line for line in installs)


def test_no_constraint_names_an_index() -> None:
    constraints = (ROOT / "constraints.txt").read_text("utf-8")
    assert not re.search(r"https?:|index-url|find-links|file:", constraints)
