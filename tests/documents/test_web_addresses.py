"""Addresses: those of the public web are taken as they are meant, and no spelling of any other is followed."""

from __future__ import annotations

import socket
import threading

import pytest

from audiokit.documents.addresses import is_public, places_of, target_of
from audiokit.documents.fetched import fetch
from audiokit.errors import AddressRefused, AddressUnreachable


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.9", "192.88.99.1", "168.63.129.16", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::8.8.8.8",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1", "2002:808:808::1",
        "2001::1", "2001:db8::1", "3fff::1", "4000::1", "5f00::1", "", "localhost", "1.2.3",
    ],
)  # fmt: skip
def test_places_that_are_not_public_are_known(place: str) -> None:
    assert not is_public(place)


@pytest.mark.parametrize(
    "place", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_places_that_are_public_are_known(place: str) -> None:
    assert is_public(place)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/", "http://localhost/", "http://localhost./", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
        "http://0/", "http://0x7f.1/", "http://2130706433/", "http://0177.0.0.1/", "http://127.1/", "http://①②⑦.0.0.1/",
        "http://[fe80::1]/", "http://10.0.0.1/", "https://169.254.169.254/latest/meta-data/", "http://[::]/",
        "http://0x7f000001/", "http://0300.0250.1.1/", "http://169.254.43518/", "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::7f00:1]/", "http://127.0.0.1:8501/_stcore/health", "http://127.0.0.1%2f@8.8.8.8/",
        "http://8.8.8.8@127.0.0.1/", "http://127.0.0.1\\@8.8.8.8/", "http://127。0。0。1/",
    ],
)  # fmt: skip
def test_no_spelling_of_a_private_place_is_fetched(address: str) -> None:
    with pytest.raises((AddressRefused, AddressUnreachable)) as refused:
        fetch(address)

    assert isinstance(refused.value, AddressRefused) or "There is no server" in str(refused.value)


def test_one_private_place_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 80)) for place in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)

    with pytest.raises(AddressRefused, match="private network"):
        places_of(target_of("http://rebinding.example/"), timeout_s=1)


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("", "not complete"), ("   ", "not complete"), ("file:///etc/passwd", "not the address of a web page"),
        ("javascript:alert(1)", "not the address"), ("data:text/plain,hello", "not the address"),
        ("ftp://example.org/", "not the address"), ("http://", "not complete"), ("http://[::1", "not complete"),
        ("http://example.org:99999/", "not complete"), ("http://a:b@example.org/", "name or a password"),
        ("http://example.org:22/", "not the web"), ("http://example.org:25/", "not the web"),
        ("http://example.org/" + "a" * 5_000, "not complete"), ("some words", "not the address"),
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_a_sentence(address: str, word: str) -> None:
    with pytest.raises(AddressRefused, match=word) as refused:
        fetch(address)

    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("example.org", "https://example.org/"),
        (" www.example.org/a b?q=ä#part ", "https://www.example.org/a%20b?q=%C3%A4"),
        ("HTTP://Example.ORG:80/x", "http://example.org/x"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("http://example.org/a%20b/../c", "http://example.org/a%20b/../c"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("example.org:8080/x", "https://example.org:8080/x"),
    ],
)
def test_addresses_are_taken_as_they_are_meant(given: str, meant: str) -> None:
    assert target_of(given).address == meant


def test_a_name_that_nobody_knows_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(AddressUnreachable, match=r"no server named nowhere\.example"):
        fetch("https://nowhere.example/")


def test_a_name_that_is_never_answered_for_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def silent(*_: object, **__: object) -> object:
        over.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", silent)

    with pytest.raises(AddressUnreachable, match="Nobody answered"):
        fetch("https://silent.example/", max_seconds=0.2)
    over.set()
