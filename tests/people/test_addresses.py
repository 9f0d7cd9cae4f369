from __future__ import annotations

import stat
import string
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiokit.errors import NotAllowed, NotConfigured
from audiokit.people.addresses import Signer, load_secret

SECRET = bytes(range(32))
CLAIMS = st.dictionaries(st.text(max_size=8).filter(lambda key: key != "exp"), st.text(max_size=20) | st.integers())


@given(CLAIMS, st.floats(1, 1e6), st.floats(0, 4e9), st.floats(0, 1, exclude_max=True))
def test_what_was_signed_opens_unchanged_for_all_its_lifetime(
    claims: dict[str, str | int], lifetime_s: float, now: float, share: float
) -> None:
    token = Signer(SECRET, clock=lambda: now).sign(claims, lifetime_s)
    assert Signer(SECRET, clock=lambda: now + share * lifetime_s).open(token) == claims
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")


@given(st.floats(1, 1e6), st.floats(0, 4e9))
def test_a_token_is_dead_a_quarter_after_its_lifetime(lifetime_s: float, now: float) -> None:
    token = Signer(SECRET, clock=lambda: now).sign({}, lifetime_s)
    with pytest.raises(NotAllowed, match="expired"):
        Signer(SECRET, clock=lambda: now + 1.25 * lifetime_s + 2).open(token)


def test_the_same_claims_keep_their_address_from_one_rerun_to_the_next() -> None:
    first = Signer(SECRET, clock=lambda: 1000.0).sign({"a": 1}, 3600)
    later = Signer(SECRET, clock=lambda: 1001.0).sign({"a": 1}, 3600)
    assert first == later


@given(st.data())
def test_a_token_that_was_changed_anywhere_does_not_open(data: st.DataObject) -> None:
    token = Signer(SECRET).sign({"person": "a", "digest": "b"}, 60)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.characters().filter(lambda letter: letter != token[at]))
    with pytest.raises(NotAllowed):
        Signer(SECRET).open(token[:at] + letter + token[at + 1 :])


@given(st.text() | st.text(string.ascii_letters + "._-", max_size=200))
def test_what_we_did_not_make_does_not_open(token: str) -> None:
    with pytest.raises(NotAllowed, match="not one of ours"):
        Signer(SECRET).open(token)


def test_a_token_of_another_secret_does_not_open() -> None:
    with pytest.raises(NotAllowed, match="not one of ours"):
        Signer(SECRET).open(Signer(SECRET[::-1]).sign({"a": 1}, 60))


def test_a_short_secret_is_refused_and_no_secret_is_shown() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Signer(b"short")
    assert "secret" not in repr(Signer(SECRET))


def test_the_secret_is_made_once_even_when_many_start_at_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret"
    with ThreadPoolExecutor(8) as starting:
        secrets = set(starting.map(load_secret, [path] * 32))

    assert len(secrets) == 1
    assert len(secrets.pop()) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_no_secret_is_named(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"oops")
    with pytest.raises(NotConfigured, match="Delete it"):
        load_secret(path)
