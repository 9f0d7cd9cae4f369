"""``audiokit offline`` as it is typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from real import real_file

from audiokit.audio.decode import decode
from audiokit.cli.offline import offline


@pytest.mark.usefixtures("speaking")
def test_a_text_is_said_into_a_file(tmp_path: Path) -> None:
    file = tmp_path / "hello.wav"
    result = CliRunner().invoke(offline, ["say", "Hello there.", "--voice", "echo", "--out", str(file)])

    assert result.exit_code == 0, result.output
    assert 0.5 < decode(file.read_bytes()).duration_s < 2


def test_an_unknown_voice_is_a_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(offline, ["say", "Hello", "--voice", "nobody", "--out", str(tmp_path / "x.wav")])

    assert result.exit_code == 1
    assert "no voice 'nobody'" in result.output


@pytest.mark.real
@pytest.mark.usefixtures("hearing")
def test_a_file_is_heard() -> None:
    file = real_file("speech/openai__openai-dotnet/tests__Assets__audio_hello_world.mp3")
    result = CliRunner().invoke(offline, ["hear", str(file)])

    assert result.exit_code == 0, result.output
    assert "hello world this is a test" in re.sub(r"[\[\]]", "", result.output)


def test_a_file_that_is_no_sound_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("hello")

    assert "not sound" in CliRunner().invoke(offline, ["hear", str(tmp_path / "x.txt")]).output


def test_other_machines_are_let_in_with_a_token_of_ones_own_only() -> None:
    result = CliRunner().invoke(offline, ["serve", "--host", "0.0.0.0"])

    assert result.exit_code == 2
    assert "--token" in result.output


def test_what_is_printed_is_what_a_client_needs() -> None:
    import socket  # noqa: PLC0415 - to find a free port

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from audiokit.cli.offline import offline; offline()"]
    with subprocess.Popen(  # noqa: S603 - our own
        [*command, "serve", "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as server:
        assert server.stdout is not None
        printed = dict(pair.split("=", 1) for pair in server.stdout.readline().split()[1:])
        headers = {"authorization": f"Bearer {printed['OPENAI_API_KEY']}"}
        transport = httpx2.HTTPTransport(retries=40)  # until it listens
        with httpx2.Client(transport=transport) as client:
            answer = client.get(f"{printed['OPENAI_BASE_URL']}/models", headers=headers)
        server.terminate()

    assert answer.status_code == 200
