from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import fresh_database_url
from sqlalchemy import select

from audiokit.errors import NotConfigured
from audiokit.people.signing_secret import signing_secret
from audiokit.settings import Settings
from audiokit.store.database import Database, open_database
from audiokit.store.tables import installation

ONE, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Database]:
    url = fresh_database_url()
    monkeypatch.setenv("AUDIOKIT_DATABASE_URL", url)
    database = open_database(url, tmp_path)
    yield database
    database.close()


def at(monkeypatch: pytest.MonkeyPatch, folder: Path, secret: str | None = None) -> Settings:
    monkeypatch.setenv("AUDIOKIT_DATA_DIR", str(folder))
    if secret is None:
        monkeypatch.delenv("AUDIOKIT_SECRET", raising=False)
    else:
        monkeypatch.setenv("AUDIOKIT_SECRET", secret)
    return Settings.read()


@pytest.mark.postgres
def test_machines_that_share_a_database_sign_alike_or_do_not_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared: Database
) -> None:
    first = signing_secret(at(monkeypatch, tmp_path / "a"), shared)
    assert signing_secret(at(monkeypatch, tmp_path / "a"), shared) == first

    with pytest.raises(NotConfigured, match="Set AUDIOKIT_SECRET to the same"):
        signing_secret(at(monkeypatch, tmp_path / "b"), shared)

    agreed = {signing_secret(at(monkeypatch, tmp_path / folder, ONE), shared) for folder in "abc"}
    assert len(agreed) == 1
    with pytest.raises(NotConfigured):  # also the one that was first, once all others are told
        signing_secret(at(monkeypatch, tmp_path / "a"), shared)
    assert signing_secret(at(monkeypatch, tmp_path / "a", OTHER), shared) not in agreed


@pytest.mark.postgres
def test_the_database_never_has_the_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared: Database) -> None:
    secret = signing_secret(at(monkeypatch, tmp_path, ONE), shared)

    with shared.read() as connection:
        kept = repr(connection.execute(select(installation)).all())
    assert ONE not in kept
    assert secret.hex() not in kept
    assert ONE not in repr(Settings.read())


def test_on_one_machine_the_file_may_be_deleted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    database = open_database(None, tmp_path)
    first = signing_secret(at(monkeypatch, tmp_path), database)
    (tmp_path / "signing.key").unlink()

    assert signing_secret(at(monkeypatch, tmp_path), database) != first
    database.close()


def test_a_short_secret_is_refused_without_being_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="AUDIOKIT_SECRET: must have 32 characters") as caught:
        at(monkeypatch, tmp_path, "hunter2")
    assert "hunter2" not in str(caught.value)
