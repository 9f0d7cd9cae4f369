"""A person can be more careful than the settings are, and never less; words are redacted before anybody stores them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conversing import ME

from audiokit.people.discretion import Discreet, Discretion
from audiokit.people.preferences import Preferences
from audiokit.speech.redacted import Redacted
from audiokit.speech.replies import Event, Reply, TimedText, WordPiece
from audiokit.speech.requests import Converse, Request
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, open_database
from audiokit.store.tables import person

SAID = "Call me on 030 1234567, or write to ada@mail.example."
KEPT = "Call me on [phone number], or write to [e-mail]."


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(None, tmp_path)
    with database.write() as connection:
        connection.execute(person.insert(), {"id": ME, "name": "You", "created_at": utc_now()})
    yield database
    database.close()


def test_of_two_wishes_the_more_careful_one_holds(database: Database) -> None:
    discretion = Discretion(preferences=Preferences(database), everybody=Discreet(redacts=True))
    assert discretion.as_kept(ME, SAID) == KEPT
    discretion.choose(ME, Discreet(keeps_nothing=True, keeps_words=False))
    assert discretion.redacts(ME), "the installation redacts, whatever a person says"
    assert discretion.keeps_nothing(ME)
    assert discretion.as_kept(ME, SAID) is None
    assert not discretion.keeps_nothing("somebody else")
    discretion.choose(ME, Discreet(keeps_words=False))
    assert discretion.as_kept(ME, SAID) == KEPT, "words go only where the sound does"


class Hears:
    """Hears the same in whatever it is given."""

    def reply(self, _request: Request) -> Reply:
        words = tuple(TimedText(word, n / 2, n / 2 + 0.4) for n, word in enumerate(SAID.split()))
        return Reply(words=SAID, timed_words=words, timed_segments=(TimedText(SAID, 0.0, 5.0, "A"),))

    def stream(self, request: Converse) -> Iterator[Event]:
        yield WordPiece(SAID)
        yield replace(self.reply(request), timed_words=())


def test_a_reply_is_redacted_in_all_its_forms_and_times_stay_in_order() -> None:
    request = Converse(model="m", turns=(), instructions="")
    reply = Redacted(Hears()).reply(request)
    assert reply.words == KEPT
    assert reply.timed_segments == (TimedText(KEPT, 0.0, 5.0, "A"),)
    assert " ".join(word.text for word in reply.timed_words) == KEPT
    number = next(word for word in reply.timed_words if "phone" in word.text)
    assert (number.start_s, number.end_s) == (1.5, 2.4), "from its first group to its last"
    *_, whole = Redacted(Hears()).stream(request)
    assert isinstance(whole, Reply)
    assert whole.words == KEPT


def test_people_who_came_once_are_not_remembered_for_ever(database: Database) -> None:
    discretion = Discretion(preferences=Preferences(database))

    for number in range(1_500):
        assert not discretion.keeps_nothing(f"person{number}")

    assert len(discretion._known) <= 1_000
