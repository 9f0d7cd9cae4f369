"""``audiokit offline``: the embedded engine in a terminal. It serves, it says, it hears."""

from __future__ import annotations

import secrets
from ipaddress import ip_address
from pathlib import Path

import click

from audiokit.errors import AudiokitError

__all__ = ["offline"]


@click.group()
def offline() -> None:
    """Use the engine that needs no key and no network."""


@offline.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to bind.")
@click.option("--port", default=8600, show_default=True, type=click.IntRange(1, 65535), help="Port to bind.")
@click.option("--token", help="What clients must send as their key; one is made up if none is given.")
def serve(host: str, port: int, token: str | None) -> None:
    """Serve OpenAI's wire format, for any client and any program."""
    import uvicorn  # noqa: PLC0415 - heavy, and only wanted here

    from audiokit.offline.engine import Engine  # noqa: PLC0415 - the same
    from audiokit.offline.server import create_app  # noqa: PLC0415 - the same

    if token is None and not _is_loopback(host):
        raise click.UsageError(f"{host} can be reached from other machines. Choose a --token yourself, and keep it.")
    token = token or secrets.token_urlsafe(24)
    with Engine() as engine:
        for sentence in engine.capabilities().why_not:
            click.echo(sentence, err=True)
        click.echo(f"export OPENAI_BASE_URL=http://{host}:{port}/v1 OPENAI_API_KEY={token}")
        engine.warm()
        app = create_app(engine, token=token)
        uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, ws_per_message_deflate=False)


@offline.command()
@click.argument("text")
@click.option("--voice", default="alloy", show_default=True, help="One of OpenAI's voice names.")
@click.option("--speed", default=1.0, show_default=True, type=click.FloatRange(0.25, 4.0), help="1 is the usual pace.")
@click.option("--out", "file", type=click.Path(dir_okay=False, path_type=Path), default="said.wav", show_default=True)
def say(text: str, voice: str, speed: float, file: Path) -> None:
    """Speak TEXT into a WAV file."""
    from audiokit.audio.wav import wav_header  # noqa: PLC0415 - heavy, and only wanted here
    from audiokit.offline.engine import Engine  # noqa: PLC0415 - the same
    from audiokit.offline.speak import SAMPLE_RATE_HZ  # noqa: PLC0415 - the same

    try:
        with Engine() as engine:
            pcm = b"".join(engine.speak(text, voice, speed))
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error
    file.write_bytes(wav_header(len(pcm), sample_rate_hz=SAMPLE_RATE_HZ) + pcm)
    click.echo(f"{file}: {len(pcm) / 2 / SAMPLE_RATE_HZ:.1f} s")


@offline.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def hear(file: Path) -> None:
    """Write down the English speech in FILE; words it is not sure of stand in brackets."""
    from audiokit.audio.decode import decode  # noqa: PLC0415 - heavy, and only wanted here
    from audiokit.offline.engine import Engine  # noqa: PLC0415 - the same

    try:
        with Engine() as engine:
            for utterance in engine.listen(decode(file.read_bytes())):
                words = [word.text if word.is_sure else f"[{word.text}]" for word in utterance]
                click.echo(f"{utterance[0].start_s:7.2f} s  {' '.join(words)}")
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
