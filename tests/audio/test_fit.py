from __future__ import annotations

import base64
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from clips import noise
from hypothesis import given, settings
from hypothesis import strategies as st
from talks import activity_from, long_talk

from audiokit.audio.clip import Clip
from audiokit.audio.fit import Bounds, Form, Given, fit
from audiokit.audio.measuring.activity import Activity
from audiokit.audio.reading.sniff import Container
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.write import write
from audiokit.errors import InputError, UnsupportedFormat

RATE = 24_000
FORMS = [
    Form(format=SoundFormat.WAV, sample_rate_hz=24_000),
    Form(format=SoundFormat.WAV, sample_rate_hz=16_000),
    Form(format=SoundFormat.MP3, sample_rate_hz=24_000, kbits=64),
]
HEARD = Given(container=Container.WAV, size_bytes=5_000_000, is_final=False)


def lasting(seconds: float, *pauses_s: float) -> Activity:
    """Speech with pauses of 0.2 s around these times."""
    n_frames = round(seconds * RATE)
    is_speech = np.ones(-(-n_frames * 100 // RATE), np.bool_)
    for pause_s in pauses_s:
        is_speech[round(100 * pause_s) - 10 : round(100 * pause_s) + 10] = False
    return activity_from(is_speech, n_frames=n_frames, rate=RATE)


def wav_bytes(seconds: float, rate: int = 24_000) -> int:
    return FORMS[0].header_bytes + round(2 * rate * seconds)


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("n_frames", [1, 100, 575, 577, 1_153, 24_000, 100_001, 30 * RATE])
def test_a_size_is_never_told_too_small_and_hardly_too_large(form: Form, n_frames: int) -> None:
    file = io.BytesIO()

    written = write(form.taken(iter([Clip(noise(seconds=30)[:n_frames], RATE)])), file, form.format, kbits=form.kbits)

    told = form.size_bytes(n_frames / RATE)
    assert written.size_bytes <= told <= written.size_bytes + form.header_bytes


@pytest.mark.parametrize(
    ("container", "accepted"),
    [
        (Container.WAV, (SoundFormat.WAV,)),
        (Container.MP3, (SoundFormat.MP3, SoundFormat.WAV)),
        (Container.FLAC, (SoundFormat.FLAC,)),
    ],
)
def test_what_is_accepted_and_needs_no_change_goes_as_it_is(
    container: Container, accepted: tuple[SoundFormat, ...]
) -> None:
    planned = fit(replace(HEARD, container=container, is_final=True), lasting(100), Bounds(formats=accepted))

    assert (planned.form, planned.sizes_bytes, planned.sentence) == (None, (5_000_000,), "2 min, 5.0 MB → as it is")
    assert [(part.start_frame, part.end_frame) for part in planned.parts] == [(0, 100 * RATE)]


@pytest.mark.parametrize(
    ("given_", "bounds"),
    [
        ({"is_final": False}, {}),
        ({"container": Container.WEBM}, {}),
        ({"container": Container.MP3}, {"formats": (SoundFormat.WAV,)}),
        ({"size_bytes": 10_000_001}, {"max_bytes": 10_000_000}),
        ({"container": Container.MP3, "size_bytes": 750_001}, {"max_base64_bytes": 1_000_003}),
        ({"size_bytes": 9_999_999}, {"max_bytes": 10_000_000}),
        ({"size_bytes": 33_000_000}, {}),
        ({}, {"max_duration_s": 99.9}),
        ({}, {"max_tokens": 999, "tokens_per_s": 10}),
    ],
    ids=["changed", "webm", "mp3", "bytes", "base64", "a WAV that may grow", "a huge WAV", "seconds", "tokens"],
)
def test_what_is_not_accepted_as_it_is_is_written_anew(given_: dict[str, Any], bounds: dict[str, Any]) -> None:
    planned = fit(replace(HEARD, **({"is_final": True} | given_)), lasting(100), Bounds(**bounds))

    assert planned.form is not None


def test_base64_is_reckoned_to_the_letter() -> None:
    mp3 = replace(HEARD, container=Container.MP3, is_final=True)

    for n_bytes in range(749_990, 750_010):
        letters = len(base64.b64encode(bytes(n_bytes)))
        given_ = replace(mp3, size_bytes=n_bytes)
        assert fit(given_, lasting(10), Bounds(max_base64_bytes=letters)).form is None
        assert fit(given_, lasting(10), Bounds(max_base64_bytes=letters - 1)).form is not None


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        ({}, "WAV 24 kHz"),
        ({"max_bytes": wav_bytes(100)}, "WAV 24 kHz"),
        ({"max_bytes": wav_bytes(100) - 1}, "WAV 16 kHz"),
        ({"max_bytes": wav_bytes(100, 16_000) - 1}, "MP3 64k"),
        ({"max_bytes": wav_bytes(100, 16_000) - 1, "formats": (SoundFormat.WAV,)}, "WAV 24 kHz"),
        ({"formats": (SoundFormat.MP3,)}, "MP3 64k"),
        ({"max_duration_s": 30}, "WAV 24 kHz"),
    ],
)
def test_the_best_sound_is_taken_that_needs_the_fewest_parts(room: dict[str, Any], expected: str) -> None:
    assert str(fit(HEARD, lasting(100), Bounds(**room)).form) == expected


def test_parts_are_counted_as_they_are_cut() -> None:
    early = lasting(100, 41, 81.5)  # in the best form the pauses come early, and a third part has to follow

    planned = fit(HEARD, early, Bounds(formats=(SoundFormat.WAV,), max_bytes=wav_bytes(50.5)))

    assert str(planned.form) == "WAV 16 kHz"
    assert len(planned.parts) == 2


@pytest.mark.parametrize("seed", range(6))
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_whatever_the_bounds_all_is_sent_and_each_part_is_within_them(seed: int, data: st.DataObject) -> None:
    activity = long_talk(seed)
    bounds = Bounds(
        formats=data.draw(
            st.sampled_from([(SoundFormat.WAV,), (SoundFormat.MP3,), (SoundFormat.WAV, SoundFormat.MP3)])
        ),
        max_bytes=data.draw(st.sampled_from([None, 500_000, 25_000_000])),
        max_base64_bytes=data.draw(st.sampled_from([None, 1_000_001, 20_000_000])),
        max_duration_s=data.draw(st.sampled_from([None, 10.0, 1_400.0])),
        max_tokens=data.draw(st.sampled_from([None, 16_000])),
    )
    overlap_s = data.draw(st.sampled_from([0.0, 1.0, 1e6]))

    planned = fit(HEARD, activity, bounds, overlap_s=overlap_s)

    assert (planned.parts[0].start_frame, planned.parts[-1].end_frame) == (0, activity.n_frames)
    for part, after in zip(planned.parts, planned.parts[1:], strict=False):
        assert part.start_frame < after.start_frame <= part.end_frame < after.end_frame
    assert planned.form is not None
    assert planned.form.format in bounds.formats
    for part, size_bytes in zip(planned.parts, planned.sizes_bytes, strict=True):
        assert size_bytes == planned.form.size_bytes(part.duration_s)
        assert bounds.max_bytes is None or size_bytes <= bounds.max_bytes
        assert bounds.max_base64_bytes is None or -(-size_bytes // 3) * 4 <= bounds.max_base64_bytes
        assert bounds.max_duration_s is None or part.duration_s <= bounds.max_duration_s
        assert bounds.max_tokens is None or part.duration_s * bounds.tokens_per_s <= bounds.max_tokens


@pytest.mark.parametrize(
    ("seconds", "bounds"),
    [
        (60, {"max_bytes": 10}),
        (60, {"max_bytes": 0}),
        (60, {"max_base64_bytes": 1_000}),
        (60, {"max_duration_s": 0.9}),
        (60, {"max_tokens": -5}),
        (0.5, {"max_duration_s": 0.4}),
    ],
)
def test_where_there_is_no_room_a_person_is_told_so(seconds: float, bounds: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="no room"):
        fit(HEARD, lasting(seconds), Bounds(**bounds))


@pytest.mark.parametrize("accepted", [(), (SoundFormat.AAC,), (SoundFormat.OPUS, SoundFormat.AAC)])
def test_where_nothing_is_accepted_that_we_write_a_person_is_told_so(accepted: tuple[SoundFormat, ...]) -> None:
    with pytest.raises(UnsupportedFormat, match="neither WAV nor MP3"):
        fit(HEARD, lasting(60), Bounds(formats=accepted))


def test_what_is_shorter_than_the_least_part_goes_through_a_small_door() -> None:
    assert len(fit(HEARD, lasting(0.5), Bounds(max_duration_s=0.5)).parts) == 1


@pytest.mark.parametrize(
    ("seconds", "bounds", "sentence"),
    [
        (3.25, {}, "3.2 s, 5.0 MB → WAV 24 kHz, 156 kB"),
        (2_520, {"max_bytes": 25_000_000}, "42 min, 5.0 MB → MP3 64k, 20.2 MB"),
        (100, {"max_duration_s": 60}, "2 min, 5.0 MB → WAV 24 kHz, 4.8 MB → 2 parts, cut at 0:55"),
        (8_000, {"max_duration_s": 4_000}, "133 min, 5.0 MB → WAV 24 kHz, 384.0 MB → 3 parts, cut at 54:05, 1:48:10"),
        (
            600,
            {"max_duration_s": 60},
            "10 min, 5.0 MB → WAV 24 kHz, 28.8 MB → 11 parts, cut at 0:55, 1:50, 2:45, 3:40 …",
        ),
    ],
)
def test_the_plan_is_a_sentence(seconds: float, bounds: dict[str, Any], sentence: str) -> None:
    activity = lasting(seconds, *np.arange(55, seconds - 1, 55))

    assert fit(HEARD, activity, Bounds(**bounds)).sentence == sentence
