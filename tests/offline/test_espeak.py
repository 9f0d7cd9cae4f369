"""The binding to espeak-ng finds its data wherever Python is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

espeakng_loader = pytest.importorskip("espeakng_loader", reason="espeakng_loader has no wheel for this machine")

from audiokit.offline import espeak  # noqa: E402 - it needs that wheel


def test_espeaks_data_is_found_behind_a_very_long_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / ("long" * 40) / "espeak-ng-data"
    data.mkdir(parents=True)
    (data / "phontab").write_text("here")
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(data))

    short = espeak._short_data_path()

    assert len(short) < 150
    assert (Path(short) / "phontab").read_text() == "here"


def test_where_links_are_forbidden_espeaks_data_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / ("long" * 40)
    data.mkdir()
    (data / "phontab").write_text("here")

    def forbidden(*_: object, **__: object) -> None:
        raise OSError("A required privilege is not held by the client")

    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(data))
    monkeypatch.setattr(Path, "symlink_to", forbidden)

    assert (Path(espeak._short_data_path()) / "phontab").read_text() == "here"
