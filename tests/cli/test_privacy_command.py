"""``audiokit privacy`` at the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

from click.testing import CliRunner

from audiokit.cli.main import main
from audiokit.converse.conversation import Options
from audiokit.settings import Settings
from audiokit.studio import open_studio


def run(*words: str, fails: bool = False) -> str:
    result = CliRunner().invoke(main, ["privacy", *words])
    assert (result.exit_code != 0) is fails, result.output
    return result.output


def test_whoever_runs_it_sets_rules_sweeps_exports_erases_and_reads_the_log(tmp_path: Path) -> None:
    studio = open_studio(Settings.read())
    me = studio.person().id
    studio.clips.keep(me, b"sound", "audio/wav", "take")
    studio.converse.keep_words(me, studio.converse.start(me, Options()).id, "Something typed.")
    studio.close()

    assert "recordings   for good" in run("rules")
    assert run("keep", "recordings", "30") == "recordings: deleted after 30 days.\n"
    assert "0" in run("keep", "recordings", "0", fails=True)
    assert "recordings   30 days" in run("rules")
    assert run("sweep") == "0 things deleted for good.\n"
    assert "Something" not in run("export", me, str(tmp_path / "all.zip"))
    with ZipFile(tmp_path / "all.zip") as archive:
        assert "ledger.csv" in archive.namelist()
    assert "Aborted" in CliRunner().invoke(main, ["privacy", "erase", me], input="n\n").output
    receipt = json.loads(run("erase", me, "--yes"))
    assert [item["kind"] for item in receipt["items"]] == ["transcripts"]
    assert "no such person" in run("erase", "nobody", "--yes", fails=True)
    log = run("log")
    assert all(f"operator,{deed}" in log for deed in ("deleted", "exported", "changed retention"))
