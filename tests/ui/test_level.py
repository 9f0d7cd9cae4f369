from __future__ import annotations

import json
import re
from collections.abc import Mapping

import numpy as np
import pytest
from clips import silence
from streamlit.testing.v1 import AppTest
from talks import talk

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.levels import levels_of
from audiokit.audio.measuring.quality import measure
from audiokit.audio.measuring.room import Room
from audiokit.ui import level

GOOD = {"peak_dbfs": -3.2, "speech_dbfs": -23.4, "noise_dbfs": -52.0, "clipped_ratio": 0.0, "speech_ratio": 0.6}
ROOM = Room(noise_dbfs=-55.2, bands_dbfs=(-60.0,) * 6)


def words(levels: Mapping[str, float | None], room: Room | None = None) -> str:
    return level.words(levels, room).replace("\N{MINUS SIGN}", "-")


def page() -> None:
    from audiokit.ui.level import meter  # noqa: PLC0415 - Streamlit runs the body of this function as a page

    meter({"peak_dbfs": 0.0, "speech_dbfs": -20.0, "noise_dbfs": -99.0, "clipped_ratio": 0.1}, key="loud")
    meter({"peak_dbfs": None, "speech_dbfs": None, "noise_dbfs": None, "clipped_ratio": 0.0}, key="silent")


def test_levels_are_said_in_one_sentence() -> None:
    assert words(GOOD, ROOM) == "Speech at -23 dB, room at -55 dB, peaks at -3 dB: good."
    assert words(GOOD) == "Speech at -23 dB, background at -52 dB, peaks at -3 dB: good."


def test_minus_is_a_minus_sign_that_is_read_aloud() -> None:
    assert "-" not in level.words(GOOD)


@pytest.mark.parametrize(
    ("levels", "verdict"),
    [
        ({"clipped_ratio": 0.08, "peak_dbfs": 0.0}, "peaks at 0 dB: too loud, 8% is cut off."),
        ({"clipped_ratio": 0.006, "peak_dbfs": 0.0}, "peaks at 0 dB: too loud."),
        ({"peak_dbfs": -0.4}, "peaks at 0 dB: just below too loud."),
        ({"speech_dbfs": -52.0, "noise_dbfs": -80.0}, ": very quiet."),
        ({"noise_dbfs": -30.0}, ": the noise is close to your voice."),
        ({"speech_dbfs": None}, "Background at -52 dB, peaks at -3 dB: nothing was heard."),
    ],
)
def test_what_the_levels_come_to_is_said(levels: dict[str, float | None], verdict: str) -> None:
    assert words({**GOOD, **levels}).endswith(verdict)


def test_the_rooms_own_noise_counts_where_it_was_measured() -> None:
    assert words(GOOD, Room(noise_dbfs=-28, bands_dbfs=ROOM.bands_dbfs)).endswith("the noise is close to your voice.")


def test_a_turn_that_kept_nothing_has_a_sentence_too() -> None:
    assert words({}) == "Nothing was heard."


def test_a_made_up_voice_is_good_and_silence_is_nothing() -> None:
    voice = Clip(talk([(0.5, 3)], seconds=4, rate=24_000), 24_000)
    too_loud = Clip(np.clip(20 * voice.samples, -1, 1), 24_000)

    assert words(levels_of(measure(voice))).endswith(": good.")
    assert re.search(r"too loud, \d\d% is cut off\.$", words(levels_of(measure(too_loud))))
    assert words(levels_of(measure(Clip(silence(), 24_000)))) == "Nothing was heard."


@pytest.mark.parametrize(
    ("noise_dbfs", "kind"), [(-63, "which is quiet."), (-50, "which is fine."), (-34, "which is loud: a closer")]
)
def test_a_room_is_described(noise_dbfs: float, kind: str) -> None:
    assert kind in level.room_words(Room(noise_dbfs=noise_dbfs, bands_dbfs=ROOM.bands_dbfs))


def test_a_rooms_hum_is_told() -> None:
    room = Room(noise_dbfs=-60, bands_dbfs=ROOM.bands_dbfs, hum_hz=50, hum_dbfs=-48.4)

    assert (
        level.room_words(room).replace("\N{MINUS SIGN}", "-")
        == "Your room is at -60 dB, which is quiet. Mains hum of 50 Hz at -48 dB."
    )


def test_the_meter_is_given_places_between_its_ends() -> None:
    app = AppTest.from_function(page).run()

    assert not app.exception
    loud, silent = (json.loads(each.proto.json)[0] for each in app.main if each.type == "bidi_component")
    assert (loud["tone"], loud["peak"], loud["speech"], loud["noise"]) == ("bad", 1.0, 0.75, 0.0)
    assert (silent["tone"], silent["peak"], silent["speech"], silent["noise"]) == ("bad", None, None, None)
    assert silent["words"] == "Nothing was heard."
