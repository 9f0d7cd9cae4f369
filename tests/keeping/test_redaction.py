"""Personal data leave the words: found by their form and their check digits, whatever stands around them."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audiokit.words.redaction import CARD, EMAIL, IBAN, IP, PHONE, merged, redacted

_PLAIN = st.text(alphabet=string.ascii_letters + " ,.'äß", max_size=40)
_GROUP = st.sampled_from(["", " ", "-"])
_FIGURES = "0123456789"
_SAID = ["call", "0171", "234", "5678", "a@b.example", "on", "4111", "1111", "then"]


def with_check_digit(digits: str) -> str:
    """A card number, by the formula of Luhn."""
    total = sum(sum(divmod(int(d) * (2 if n % 2 == 0 else 1), 10)) for n, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def iban(country: str, account: str) -> str:
    """An account with its check digits, by ISO 7064."""
    rest = "".join(str(int(char, 36)) for char in f"{account}{country}00")
    return f"{country}{98 - int(rest) % 97:02}{account}"


def grouped(text: str, by: int, with_: str) -> str:
    return with_.join(text[at : at + by] for at in range(0, len(text), by))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Write to ada.lovelace+post@mail.example.co.uk, please.", f"Write to {EMAIL}, please."),
        ("Call +44 20 7946 0958 or 0171/2345678.", f"Call {PHONE} or {PHONE}."),
        ("My number is (030) 123 456-78", f"My number is {PHONE}"),
        ("It is 555-867-5309.", f"It is {PHONE}."),
        ("DE89 3704 0044 0532 0130 00 is the account", f"{IBAN} is the account"),
        ("Take 4111 1111 1111 1111 today", f"Take {CARD} today"),
        ("Card 4111 1111 1111 1111 12/28, code 123", f"Card {CARD} 12/28, code 123"),
        ("The server is 192.168.0.17.", f"The server is {IP}."),
        ("or 2001:db8::8a2e:370:7334", f"or {IP}"),
        ("a@b.example 4111-1111-1111-1111", f"{EMAIL} {CARD}"),
    ],
)
def test_what_can_be_told_by_its_form_is_replaced(said: str, kept: str) -> None:
    assert redacted(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "On 21.11.2026 at 10:45 we met; 1914-1918 was long ago.",
        "It cost 12 500 000 dollars, or 3.14159265 times as much.",
        "Version 1.2.3.4444, section 4.2.1, room 12.",
        "In 2026, 1 in 1000 said 42.",
        "Ada Lovelace lives in London.",  # names are not covered, and we say so
        "ISBN 9780141036144",
        "On 2026-11-21 10 people came.",
        '{"levels": [0.5, 0.25], "at": "0.5 1.5 2.5 3.5 4.5"}',
    ],
)
def test_dates_amounts_and_names_stay(said: str) -> None:
    assert redacted(said) == said


@given(before=_PLAIN, after=_PLAIN, digits=st.text(_FIGURES, min_size=12, max_size=18), gap=_GROUP)
def test_no_card_number_gets_through(before: str, after: str, digits: str, gap: str) -> None:
    number = with_check_digit(digits)
    assume(len(set(number)) > 1)
    kept = redacted(f"{before} {grouped(number, 4, gap)} {after}")
    assert number not in kept.replace(" ", "").replace("-", "")


@given(
    before=_PLAIN,
    country=st.sampled_from(["DE", "GB", "FR", "NO"]),
    account=st.text(_FIGURES, min_size=11, max_size=23),
)
def test_no_account_gets_through(before: str, country: str, account: str) -> None:
    number = iban(country, account)
    for written in (number, grouped(number, 4, " "), number.lower()):
        assert account not in redacted(f"{before} {written}.").replace(" ", "")


@given(st.text(alphabet=string.printable, max_size=200))
def test_any_text_can_be_redacted_and_twice_is_once(text: str) -> None:
    once = redacted(text)
    assert redacted(once) == once


@given(st.lists(st.sampled_from(_SAID), max_size=12))
def test_words_with_times_keep_their_order_and_none_is_lost(words: list[str]) -> None:
    kept = merged(words)
    assert [n for where, _ in kept for n in where] == list(range(len(words)))
    assert " ".join(text for _, text in kept) == redacted(" ".join(words))
