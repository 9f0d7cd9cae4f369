from __future__ import annotations

import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiokit.store.waves import Waves

KEY, OTHER = "a" * 64, "b" * 64
SOUND = bytes(range(256)) * 100
MB = 1_000_000
_any_bytes = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "waves"


@pytest.fixture
def waves(folder: Path) -> Waves:
    return Waves(folder, max_bytes=10 * MB)


def change(folder: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(folder / "cache.db")
    with connection:
        connection.execute(statement, values)
    connection.close()


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.val"))


class Evil:
    """Pickled, it is a command that leaves a file behind."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.trace}",)


@given(data=st.binary(max_size=3000))
@_any_bytes
def test_what_is_put_is_got(waves: Waves, data: bytes) -> None:
    waves.put(KEY, data)
    assert waves.get(KEY) == data


def test_what_was_never_put_is_a_miss_and_dropping_it_is_no_error(waves: Waves) -> None:
    assert waves.get(KEY) is None
    waves.drop(KEY)


def test_what_is_dropped_is_gone_with_its_file(waves: Waves, folder: Path) -> None:
    waves.put(KEY, SOUND)
    waves.drop(KEY)
    assert waves.get(KEY) is None
    assert files(folder) == []


def test_nothing_is_opened_before_the_first_use_and_the_folder_is_its_owners_alone(waves: Waves, folder: Path) -> None:
    assert not folder.exists()
    waves.put(KEY, SOUND)
    assert folder.stat().st_mode & 0o077 == 0


def test_another_process_finds_what_this_one_put(waves: Waves, folder: Path) -> None:
    waves.put(KEY, SOUND)
    code = (
        "import sys, pathlib; from audiokit.store.waves import Waves;"
        f"print(len(Waves(pathlib.Path(sys.argv[1]), max_bytes={10 * MB}).get({KEY!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)  # noqa: S603
    assert int(done.stdout) == len(SOUND)


def test_after_closing_it_opens_itself_again(waves: Waves) -> None:
    waves.put(KEY, SOUND)
    waves.close()
    assert waves.get(KEY) == SOUND


def test_threads_share_it(waves: Waves) -> None:
    def both(number: int) -> bytes | None:
        waves.put(f"{number:064x}", SOUND + bytes([number]))
        return waves.get(f"{number:064x}")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(both, range(24))) == [SOUND + bytes([number]) for number in range(24)]


def test_it_stays_within_its_bound_and_the_last_ones_used_stay(folder: Path) -> None:
    waves, each = Waves(folder, max_bytes=2 * MB), bytes(100_000)
    for number in range(50):
        waves.put(f"{number:064x}", each)
        waves.get(f"{0:064x}")
    assert 1 * MB < waves.size_bytes <= 2 * MB
    assert sum(file.stat().st_size for file in files(folder)) <= 2 * MB
    assert waves.get(f"{49:064x}") == waves.get(f"{0:064x}") == each
    assert waves.get(f"{1:064x}") is None


def test_what_would_push_out_all_others_is_not_kept(folder: Path) -> None:
    waves = Waves(folder, max_bytes=2 * MB)
    waves.put(KEY, SOUND)
    waves.put(OTHER, bytes(MB))
    assert waves.get(OTHER) is None
    assert waves.get(KEY) == SOUND


def test_a_bound_of_nothing_keeps_nothing_and_makes_no_folder(folder: Path) -> None:
    waves = Waves(folder, max_bytes=0)
    waves.put(KEY, SOUND)
    assert waves.get(KEY) is None
    assert waves.size_bytes == 0
    assert not folder.exists()


@pytest.mark.parametrize("in_a_file", [False, True])
def test_a_poisoned_row_is_a_miss_and_runs_nothing(waves: Waves, folder: Path, tmp_path: Path, in_a_file: bool) -> None:
    trace = tmp_path / "trace"
    waves.put(KEY, SOUND)
    poison = pickle.dumps(Evil(trace))
    if in_a_file:
        files(folder)[0].write_bytes(poison)
        change(folder, "UPDATE Cache SET mode = 4")
    else:
        change(folder, "UPDATE Cache SET mode = 4, filename = NULL, value = ?", poison)

    assert waves.get(KEY) is None
    assert not trace.exists()
    waves.put(KEY, SOUND)
    assert waves.get(KEY) == SOUND


def test_a_poisoned_key_runs_nothing_while_the_cache_is_used_and_culled(folder: Path, tmp_path: Path) -> None:
    waves, trace = Waves(folder, max_bytes=MB), tmp_path / "trace"
    waves.put(KEY, SOUND)
    change(folder, "UPDATE Cache SET raw = 0, key = ?", pickle.dumps(Evil(trace)))
    for number in range(45):
        waves.put(f"{number:064x}", SOUND)
        waves.get(KEY)
    assert not trace.exists()
    assert waves.size_bytes <= MB


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "ab/cd/../../../secret.txt", "ab"])
def test_a_row_that_leads_out_of_the_folder_is_not_followed_and_nothing_there_is_removed(
    waves: Waves, folder: Path, name: str
) -> None:
    waves.put(KEY, SOUND)
    secret = folder.parent / "secret.txt"
    secret.write_text("mine")
    change(folder, "UPDATE Cache SET filename = ?", name)

    assert waves.get(KEY) is None
    assert secret.read_text() == "mine"


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:10], lambda data: b"x" + data[1:]])
def test_a_torn_or_changed_file_is_a_miss_and_goes(
    waves: Waves, folder: Path, damage: Callable[[bytes], bytes]
) -> None:
    waves.put(KEY, SOUND)
    (file,) = files(folder)
    file.write_bytes(damage(file.read_bytes()))
    assert waves.get(KEY) is None
    assert files(folder) == []


def test_a_file_that_is_gone_is_a_miss(waves: Waves, folder: Path) -> None:
    waves.put(KEY, SOUND)
    files(folder)[0].unlink()
    assert waves.get(KEY) is None


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE Cache",
        "UPDATE Settings SET value = 'nonsense' WHERE key = 'size'",
        "INSERT OR REPLACE INTO Settings VALUES ('disk_remove', 'nonsense')",
        "INSERT OR REPLACE INTO Settings VALUES ('sqlite_x; DROP TABLE Cache', 1)",
    ],
)
def test_a_file_of_rows_that_others_have_changed_is_mended_or_begun_anew(
    waves: Waves, folder: Path, statement: str
) -> None:
    waves.put(KEY, SOUND)
    change(folder, statement)
    for _ in range(3):
        waves.close()
        waves.put(KEY, SOUND)
        waves.size_bytes  # noqa: B018 - whatever it is, it raises nothing
    assert waves.get(KEY) == SOUND


def test_a_file_of_rows_that_is_none_is_begun_anew(waves: Waves, folder: Path) -> None:
    folder.mkdir()
    (folder / "cache.db").write_bytes(b"this is no database" * 1000)
    waves.put(KEY, SOUND)
    waves.put(KEY, SOUND)
    assert waves.get(KEY) == SOUND


def test_where_the_folder_cannot_be_used_there_is_simply_no_cache(tmp_path: Path) -> None:
    (tmp_path / "waves").write_text("a file, and no folder")
    waves = Waves(tmp_path / "waves", max_bytes=MB)
    waves.put(KEY, SOUND)
    assert waves.get(KEY) is None
    assert waves.size_bytes == 0


def test_what_has_been_kept_for_its_time_is_a_miss_and_leaves_the_disk(folder: Path) -> None:
    waves = Waves(folder, max_bytes=10 * MB, keeps_s=3600)
    waves.put(KEY, SOUND)
    waves.sweep()
    assert waves.get(KEY) == SOUND
    change(folder, "UPDATE Cache SET expire_time = expire_time - 3601")

    assert waves.get(KEY) is None
    waves.sweep()

    assert list(folder.rglob("*.val")) == []
