"""The door: what comes through it is what would be heard here, and nothing that comes can harm us."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pytest
from clips import noise, silence, tone
from made_recordings import file_of
from pydantic import TypeAdapter
from real import REAL, real_files
from talks import talk

from audiokit.audio.clip import Clip
from audiokit.audio.door import Admitted, Door, _refusal
from audiokit.audio.fit import Bounds
from audiokit.audio.intake import Order, receive
from audiokit.audio.prepare import Preparation
from audiokit.audio.steps import done
from audiokit.audio.wav import to_wav
from audiokit.audio.writing.formats import SoundFormat
from audiokit.errors import (
    ClipTooLong,
    FileTooLarge,
    InputError,
    NotConfigured,
    StoreError,
    UnreadableAudio,
    UnsupportedFormat,
)

RATE = 24_000
TALK = talk([(1, 3), (4, 6)], seconds=8, rate=RATE)
GIVEN = to_wav(Clip(TALK, RATE))
LONG = file_of(silence(seconds=100), kind="FLAC", subtype="PCM_16")  # a few thousand bytes
LENGTHS_S: dict[str, float] = json.loads(Path(__file__).with_name("lengths.json").read_text("utf-8"))
PARTS = Order(wanted=Preparation(max_pause_s=0.5, denoises=True), bounds=Bounds(max_duration_s=2), overlap_s=0.5)
EVERYTHING_ELSE = Order(
    wanted=Preparation(removes_dc=False, trims=False, loudness_lufs=None, ceiling_dbtp=-3.0),
    bounds=Bounds(formats=(SoundFormat.MP3,), max_bytes=2**40, max_base64_bytes=7, max_tokens=-1, tokens_per_s=0.5),
    max_duration_s=float("inf"),
    max_size_bytes=sys.maxsize,
)
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX only")


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where we and our processes put temporary files."""
    folder = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        patch.setattr(tempfile, "tempdir", str(folder))
        yield folder


@pytest.fixture(scope="module")
def door(places: Path) -> Iterator[Door]:
    opened = Door()
    opened.warm()
    yield opened
    opened.close()
    assert [*places.iterdir()] == []


@pytest.fixture(autouse=True)
def _nothing_is_left_behind(places: Path) -> Iterator[None]:
    yield
    assert [*places.iterdir()] == []


def processes_of(door: Door) -> list[int]:
    return [worker.process_id for worker in door._workers if worker.process_id is not None]


def signalling(door: Door, number: int) -> Callable[[float], None]:
    """What kills, or stops, whoever is at work as soon as it tells how far it is."""

    def strike(_: float) -> None:
        for process_id in processes_of(door):
            os.kill(process_id, number)

    return strike


def allowing(door: Door, kind: str, most_bytes: int) -> Callable[[float], None]:
    """What takes memory or disk away from whoever is at work."""

    def narrow(_: float) -> None:
        import resource  # noqa: PLC0415 - Linux only

        for process_id in processes_of(door):
            resource.prlimit(process_id, getattr(resource, kind), (most_bytes, most_bytes))

    return narrow


def refusal_of(ask: Callable[[], object]) -> InputError:
    with pytest.raises(InputError) as refused:
        ask()
    return refused.value


@pytest.mark.parametrize("order", [Order(), PARTS], ids=["whole", "parts"])
@pytest.mark.parametrize(
    "samples",
    [TALK, silence(seconds=2), tone(), np.hstack([TALK, -TALK]), TALK + np.float32(0.1), noise(seconds=0.01)],
    ids=["talk", "silence", "tone", "cancelling", "offset", "moment"],
)
def test_what_comes_through_is_what_is_heard_here(
    door: Door, samples: np.ndarray, order: Order, tmp_path: Path
) -> None:
    data = file_of(samples)

    admitted = door.admit(data, order)

    received, waveform = done(receive(data, order, tmp_path))
    assert admitted.received == received
    assert admitted.waveform == waveform
    assert list(admitted.files) == [(tmp_path / name).read_bytes() for name in received.files]


def test_a_look_is_the_same_without_files(door: Door) -> None:
    looked, admitted = door.look(GIVEN, Order()), door.admit(GIVEN, Order())

    assert (looked.files, looked.received.files) == ((), ())
    assert looked.received.fit == admitted.received.fit
    assert looked.received.measures == admitted.received.measures
    assert looked.received.changes.kept.to_original_s(0) == pytest.approx(0.88, abs=0.05)


@pytest.mark.parametrize("order", [Order(), PARTS, EVERYTHING_ELSE])
def test_an_order_arrives_as_it_was_given(order: Order) -> None:
    assert TypeAdapter(Order).validate_python(json.loads(json.dumps(asdict(order)))) == order


@pytest.mark.parametrize(
    ("source", "order"),
    [
        (GIVEN, Order(max_size_bytes=1_000)),
        (GIVEN, Order(max_duration_s=2.5)),
        (GIVEN, Order(bounds=Bounds(max_bytes=10))),
        (GIVEN, Order(bounds=Bounds(formats=()))),
        (GIVEN[:44], Order()),
        (b"", Order()),
        (b"PK\x03\x04", Order()),
    ],
    ids=["large", "long", "no room", "no format", "no frames", "empty", "zip"],
)
def test_a_refusal_is_the_one_that_is_made_here(door: Door, source: bytes, order: Order) -> None:
    here = refusal_of(lambda: done(receive(source, order)))

    there = refusal_of(lambda: door.look(source, order))

    assert type(there) is type(here)
    assert (str(there), there.detail, vars(there)) == (str(here), here.detail, vars(here))


def test_a_refusal_keeps_its_numbers(door: Door) -> None:
    too_long = refusal_of(lambda: door.look(GIVEN, Order(max_duration_s=2.5)))
    too_large = refusal_of(lambda: door.look(GIVEN, Order(max_size_bytes=10)))

    assert isinstance(too_long, ClipTooLong)
    assert (too_long.duration_s, too_long.max_duration_s) == (8, 2.5)
    assert isinstance(too_large, FileTooLarge)
    assert (too_large.size_bytes, too_large.max_size_bytes) == (len(GIVEN), 10)
    assert isinstance(refusal_of(lambda: door.look(GIVEN, Order(bounds=Bounds(formats=())))), UnsupportedFormat)


@pytest.mark.parametrize("kind", ["InputError", "Mapping", "__all__", "SystemExit"])
def test_of_what_is_no_error_of_ours_the_sentence_is_kept(kind: str) -> None:
    error = _refusal(kind=kind, sentence="This is not it.", detail={"reason": "strange"})

    assert (type(error), str(error), dict(error.detail)) == (InputError, "This is not it.", {"reason": "strange"})


@posix_only
@pytest.mark.parametrize("name", ["a:b %d\n*?", "ünï 漢 😀", "-i", "concat:x|y", "'q\"", os.fsdecode(b"\xff\xfe")])
def test_a_path_is_a_name_and_nothing_else(door: Door, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(GIVEN)

    admitted = door.admit(tmp_path / name, Order())

    assert admitted.files == door.admit(GIVEN, Order()).files
    assert (tmp_path / name).read_bytes() == GIVEN


def test_a_path_may_be_told_from_where_one_stands(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").write_bytes(GIVEN)
    monkeypatch.chdir(tmp_path)

    assert door.look(Path("here"), Order()).received.measures.duration_s == 8


@posix_only
def test_what_is_no_file_is_refused_at_once(door: Door, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()

    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe", tmp_path / "empty", Path("a\0b")):
        assert "Record again" in str(refusal_of(lambda path=path: door.look(path, Order())))  # type: ignore[misc] # a default


def test_how_far_it_is_is_told_now_and_then(door: Door) -> None:
    steps = list[float]()

    door.look(LONG, Order(), on_progress=steps.append)

    assert steps == [30, 60, 90]


@linux_only
def test_a_process_that_dies_takes_nothing_with_it(door: Door) -> None:
    error = refusal_of(lambda: door.admit(LONG, Order(), on_progress=signalling(door, signal.SIGKILL)))

    assert isinstance(error, UnreadableAudio)
    assert "The decoder stopped at this recording" in str(error)
    assert len(door.admit(GIVEN, Order()).files) == 1


@linux_only
def test_a_process_that_hangs_is_stopped(places: Path) -> None:
    door = Door(least_work_s=0.2)
    door.warm()

    error = refusal_of(lambda: door.look(LONG, Order(), on_progress=signalling(door, signal.SIGSTOP)))

    assert "took too long" in str(error)
    assert processes_of(door) == []
    assert [*places.iterdir()] == []
    door.close()


@linux_only
def test_what_bounds_a_process_is_its_own_work_and_not_that_of_others(door: Door) -> None:
    import resource  # noqa: PLC0415 - Linux only

    allowed_s: list[int] = []

    def look(_: float) -> None:
        allowed_s.extend(resource.prlimit(id_, resource.RLIMIT_CPU)[0] for id_ in processes_of(door))

    door.look(LONG, Order(), on_progress=look)

    assert 20 <= min(limit for limit in allowed_s if limit != resource.RLIM_INFINITY) < 60


@linux_only
def test_a_process_without_memory_makes_room_for_another(door: Door) -> None:
    error = refusal_of(lambda: door.admit(LONG, Order(), on_progress=allowing(door, "RLIMIT_AS", 1)))

    assert "Save it as WAV or MP3" in str(error)
    assert len(door.admit(GIVEN, Order()).files) == 1


@linux_only
def test_a_full_disk_is_told_as_one() -> None:
    door = Door()

    with pytest.raises(StoreError, match="no room on its disk"):
        door.admit(LONG, Order(), on_progress=allowing(door, "RLIMIT_FSIZE", 1_000))

    door.close()


def test_no_place_for_what_was_given_is_told_too(door: Door, places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(places / "missing"))

    with pytest.raises(StoreError, match="no room on its disk"):
        door.look(GIVEN, Order())


def test_whoever_stops_the_work_is_free_at_once_and_so_is_the_door(door: Door) -> None:
    class Enough(Exception):
        pass

    def enough(_: float) -> None:
        raise Enough

    kept = list[Enough]()
    for _ in range(2):
        with pytest.raises(Enough) as stopped:
            door.look(LONG, Order(), on_progress=enough)
        kept.append(stopped.value)  # with all that its traceback holds

    assert len(kept) == 2
    assert door.look(GIVEN, Order()).received.measures.duration_s == 8


def test_everybody_at_once_gets_their_own(door: Door) -> None:
    lengths_s = [0.5 + 0.25 * n for n in range(8)]

    def admit(seconds: float) -> Admitted:
        return door.admit(file_of(tone(seconds=seconds)), Order(bounds=Bounds(formats=(SoundFormat.WAV,))))

    with ThreadPoolExecutor(6) as everybody:
        admitted = [*everybody.map(admit, lengths_s)]

    assert [one.received.measures.duration_s for one in admitted] == lengths_s


def test_whoever_waits_when_the_door_is_closed_is_told_so(places: Path) -> None:
    door = Door()
    closing = threading.Thread(target=door.close)

    once = threading.Lock()

    def close(_: float) -> None:
        if once.acquire(blocking=False):
            closing.start()
        closing.join(0.01)  # what is being read shall not be done before

    def admit(_: int) -> str:
        with pytest.raises(NotConfigured) as refused:
            door.admit(LONG, Order(), on_progress=close)
        return str(refused.value)

    with ThreadPoolExecutor(5) as everybody:
        told = {*everybody.map(admit, range(5))}
    closing.join()

    assert told == {"audiokit is closing. Start it again."}
    assert processes_of(door) == []
    assert [*places.iterdir()] == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How a real file fared: ``duration_s`` is None where it was refused with a sentence."""

    name: str
    duration_s: float | None
    sentence: str
    cpu_s: float
    most_memory_mb: float


def looked_at(door: Door, path: Path) -> Looked:
    before_s = cpu_s(door)
    duration_s, sentence = None, ""
    try:
        duration_s = door.look(path, Order()).received.measures.duration_s
    except InputError as error:
        sentence = str(error)
    memory_mb = max(memory_of(process_id) for process_id in processes_of(door))
    return Looked(
        name=path.relative_to(REAL).as_posix(),
        duration_s=duration_s,
        sentence=sentence,
        cpu_s=cpu_s(door) - before_s,
        most_memory_mb=memory_mb,
    )


def memory_of(process_id: int) -> float:
    """The most that a process ever held, in MB (proc_pid_status, VmHWM)."""
    told = Path(f"/proc/{process_id}/status").read_text("ascii").splitlines()
    return int(next(line.split()[1] for line in told if line.startswith("VmHWM"))) / 1024


def cpu_s(door: Door) -> float:
    """What the processes have taken so far (proc_pid_stat, 14 and 15)."""
    told = [Path(f"/proc/{process_id}/stat").read_text("ascii").rpartition(")")[2] for process_id in processes_of(door)]
    return sum(int(line.split()[n]) for line in told for n in (11, 12)) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def looked(door: Door) -> list[Looked]:
    paths = [path for folder in ("containers", "malformed", "speech") for path in real_files(f"{folder}/**/*")]
    if not paths:
        pytest.skip("the real material is not here")
    return [looked_at(door, path) for path in paths]


@pytest.mark.real
@linux_only
def test_every_real_file_lasts_as_long_as_in_ffmpeg_or_is_refused(looked: list[Looked]) -> None:
    """lengths.json has the seconds that ``ffmpeg -i F -map 0:a:0 -ac 1 -ar 24000 -f s16le`` (5.1) gives, where any."""
    off = [one for one in looked if abs((one.duration_s or 0) - LENGTHS_S.get(one.name, 0)) > 0.05]

    assert off == []
    assert {one.name for one in looked if one.duration_s is not None} >= LENGTHS_S.keys()
    assert all("Record again" in one.sentence for one in looked if one.duration_s is None)


@pytest.mark.real
@linux_only
def test_no_real_file_takes_much_time_or_memory(looked: list[Looked]) -> None:
    assert [one for one in looked if one.cpu_s > 5 or one.most_memory_mb > 300] == []
