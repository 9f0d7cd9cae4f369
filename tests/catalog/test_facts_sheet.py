"""The catalog against the fact sheet it was written from, which stands beside the project and not in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from audiokit.catalog.models import Catalog, Model, Provider
from audiokit.catalog.prices import price_on

SHEET = Path(__file__).resolve().parents[3] / "shared" / "facts" / "openai-audio.md"
CATALOG = Catalog.load()
TODAY = date(2026, 11, 21)
_DASH = "\N{EN DASH}"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME = re.compile(r"`((?:gpt|tts|whisper)-[\w.-]+?)\*?`")

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not SHEET.is_file(), reason="the fact sheet is not here (shared/facts/openai-audio.md)"),
]


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of every table row of one chapter, without heads and rules."""
    _, _, rest = SHEET.read_text(encoding="utf-8").partition(f"\n## {heading}")
    chapter, _, _ = rest.partition("\n## ")
    for line in chapter.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and "---" not in line and cells[0] not in {"id", "model"}:
            yield cells


def known(name: str) -> Model:
    model = CATALOG.find(name)
    assert model is not None, f"{name} stands in the fact sheet and not in the catalog"
    return model


def amounts(cell: str, n: int) -> list[Decimal | None]:
    """The numbers of a cell such as ``4 / 0.40 / 24``; None for a dash; nothing if it is not of that form."""
    parts = [part.strip(" *") for part in cell.partition(" (")[0].split("/")]
    if len(parts) != n or not all(re.fullmatch(rf"{_DASH}|\d+(\.\d+)?", part) for part in parts):
        return []
    return [None if part == _DASH else Decimal(part) * 1000 for part in parts]


def test_every_shutdown_date_of_the_sheet_is_the_catalog_s() -> None:
    compared = 0
    for first, _, shutdown, *_ in rows("1. Lifecycle"):
        days = _DAY.findall(shutdown)
        for name in _NAME.findall(first.split(" + the endpoint")[0]):
            announced = known(name).shuts_down_on(Provider.OPENAI)
            if days:
                assert announced == date.fromisoformat(days[0]), name
            elif shutdown.startswith("none"):
                assert announced is None, name
                assert known(name).lives(TODAY, Provider.OPENAI), name
            else:
                continue
            compared += 1
    assert compared >= 40


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gpt-audio-1.5", "gpt-audio-1.5 (2026-02-23) **2027-08-24**"),
        ("gpt-audio", "gpt-audio 2027-03-02"),
        ("gpt-audio-mini", "gpt-audio-mini 2025-12-15 2027-06-15"),
        ("gpt-audio-mini-2025-10-06", "2025-10-06 2027-04-06"),
        ("gpt-realtime-2.1", "2.1 and 2.1-mini Preview 2027-06-25"),
        ("gpt-realtime-2.1-mini", "2.1 and 2.1-mini Preview 2027-06-25"),
        ("gpt-4o-transcribe", "transcribe 2025-03-20 retired 2026-10-15"),
        ("gpt-4o-mini-tts", "mini-transcribe/mini-tts 2025-12-15 2027-06-15"),
        ("gpt-4o-mini-transcribe", "mini-transcribe/mini-tts 2025-12-15 2027-06-15"),
        ("gpt-4o-transcribe-diarize", "diarize 2027-04-15"),
        ("whisper-1", "whisper, tts, tts-hd 2026-12-15"),
        ("tts-1-hd", "whisper, tts, tts-hd 2026-12-15"),
        ("gpt-live-1", "azure gpt-live-1 2027-09-10"),
        ("gpt-transcribe", "gpt-transcribe / gpt-live-transcribe 2028-02-01"),
        ("gpt-6-luna", "gpt-6-luna 2028-03-11"),
    ],
)
def test_an_azure_date_of_the_sheet_is_the_catalog_s(name: str, words: str) -> None:
    assert words in SHEET.read_text(encoding="utf-8")
    assert known(name).shuts_down_on(Provider.AZURE) == date.fromisoformat(_DAY.findall(words)[-1])


def test_every_token_price_of_the_sheet_is_the_catalog_s() -> None:
    compared = 0
    for first, text, audio, *_ in (row for row in rows("2. Prices") if len(row) >= 4 and row[0].startswith("gpt-")):
        name = re.split(r"[ ,(/]", first)[0]
        price = price_on(known(name), TODAY, Provider.OPENAI)
        assert price is not None, name
        for cell, ours in (
            (text, (price.text_in, price.cached_text_in, price.text_out)),
            (audio, (price.audio_in, price.cached_audio_in, price.audio_out)),
        ):
            if theirs := amounts(cell, 3):
                assert theirs == list(ours), name
                compared += 1
    assert compared >= 15


def test_every_price_by_the_minute_of_the_sheet_is_the_catalog_s() -> None:
    compared = 0
    for row in (row for row in rows("2. Prices") if row[0].startswith(("gpt-", "whisper-")) and len(row) >= 4):
        if row[1] != _DASH or not (said := re.match(r"\**\$([\d.]+)(?:/min| per session minute)", row[3])):
            continue
        for name in re.findall(r"(?:gpt|whisper)-[\w.-]+", row[0]):
            price = price_on(known(name), TODAY, Provider.OPENAI)
            assert price is not None, name
            assert price.per_minute == Decimal(said[1]) * 1_000_000_000, name
            compared += 1
    assert compared >= 6


def test_the_historical_prices_are_the_catalog_s() -> None:
    compared = 0
    for row in (row for row in rows("2. Prices") if len(row) == 3 and row[0].startswith("gpt-4o-")):
        name = re.split(r"[ ,(]", row[0])[0]
        price = price_on(known(name), TODAY, Provider.OPENAI)
        assert price is not None, name
        assert amounts(row[1], 2) == [price.text_in, price.text_out], name
        if theirs := amounts(row[2], 2):
            assert theirs == [price.audio_in, price.audio_out], name
        compared += 1
    assert compared == 4
