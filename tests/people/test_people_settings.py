"""What has to be set so that people sign in, and what is refused at the start: each with a sentence naming the key."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from audiokit.errors import NotConfigured
from audiokit.settings import Mode, Settings
from audiokit.ui.account.provider import secrets

APP = Path(__file__).resolve().parents[2] / "app.py"
OIDC = {
    "AUDIOKIT_MODE": "oidc",
    "AUDIOKIT_OIDC_METADATA_URL": "https://id.example.org/.well-known/openid-configuration",
    "AUDIOKIT_OIDC_CLIENT_ID": "audiokit",
    "AUDIOKIT_OIDC_CLIENT_SECRET": "very-secret-0",
    "AUDIOKIT_PUBLIC_URL": "https://desk.example.org/",
    "AUDIOKIT_COOKIE_SECRET": "very-secret-and-thirty-two-long-1",
}


def having(monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_streamlit_is_told_of_the_provider_without_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    having(monkeypatch, **OIDC, AUDIOKIT_HOST="0.0.0.0")
    auth = secrets()["auth"]
    assert auth["redirect_uri"] == "https://desk.example.org/oauth2callback"
    assert auth["cookie_secret"] == OIDC["AUDIOKIT_COOKIE_SECRET"]
    assert auth["server_metadata_url"] == OIDC["AUDIOKIT_OIDC_METADATA_URL"]
    assert "very-secret" not in repr(Settings.read())


@pytest.mark.parametrize("missing", sorted(OIDC.keys() - {"AUDIOKIT_MODE"}))
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    having(monkeypatch, **{name: value for name, value in OIDC.items() if name != missing})
    with pytest.raises(NotConfigured, match=f"that needs {missing}"):
        Settings.read()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("AUDIOKIT_COOKIE_SECRET", "short", "32 characters"),
        ("AUDIOKIT_PUBLIC_URL", "https://desk.example.org/app", "an origin alone"),
        ("AUDIOKIT_OIDC_ROLES", '{"staff": "boss"}', "AUDIOKIT_OIDC_ROLES"),
        ("AUDIOKIT_OIDC_ROLES", "staff", "must be JSON, such as .*audio-admins"),
        ("AUDIOKIT_DEFAULT_ROLE", "admin", "AUDIOKIT_DEFAULT_ROLE"),
        ("AUDIOKIT_OPEN", "true", "AUDIOKIT_OPEN belongs to"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str) -> None:
    having(monkeypatch, **{**OIDC, name: value})
    with pytest.raises(NotConfigured, match=told) as refused:
        Settings.read()
    assert "very-secret" not in str(refused.value)


def test_where_nobody_signs_in_only_loopback_is_served_unless_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Settings.read()
    assert here.mode is Mode.SINGLE
    for host in ("127.0.0.1", "localhost", "::1"):
        here.refuse_open_address(host)
    for host in ("0.0.0.0", "192.168.1.7", "::", "desk.example.org", ""):
        with pytest.raises(NotConfigured, match="AUDIOKIT_OPEN=true"):
            here.refuse_open_address(host)

    having(monkeypatch, AUDIOKIT_HOST="0.0.0.0")
    with pytest.raises(NotConfigured, match=r"AUDIOKIT_HOST is 0\.0\.0\.0"):
        Settings.read()
    having(monkeypatch, AUDIOKIT_OPEN="true")
    Settings.read().refuse_open_address("0.0.0.0")


def test_streamlit_itself_does_not_serve_everybody_by_mistake(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.address=0.0.0.0", "--server.port=0"]
    around = {**os.environ, "AUDIOKIT_DATA_DIR": str(tmp_path)}
    done = subprocess.run(  # noqa: S603 - our own app
        command, env=around, capture_output=True, text=True, timeout=150, check=False, cwd=tmp_path
    )
    assert done.returncode != 0
    assert "AUDIOKIT_OPEN=true" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
