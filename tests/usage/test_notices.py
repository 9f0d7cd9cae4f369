"""Notices of budgets: who is shown them, and that each leaves the house once, whatever stands in its way."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from postgres import fresh_database_url
from sqlalchemy import select

from audiokit.people.persons import Persons
from audiokit.store.database import Database, open_database
from audiokit.store.ids import new_id
from audiokit.store.tables import notice_letter
from audiokit.studio import open_studio
from audiokit.usage.budgets import Budgets, Every, ScopeKind
from audiokit.usage.ledger import Entry, Ledger
from audiokit.usage.letters import Letters, NotSent, Postman
from audiokit.usage.notices import Notice, Notices
from audiokit.usage.ways_out import Mail, Webhook

UTC_ZONE = ZoneInfo("UTC")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(None if request.param == "sqlite" else fresh_database_url(), tmp_path)
    Persons(opened).local()
    yield opened
    opened.close()


def spend(database: Database, cost_nanousd: int, person_id: str = "local", *, at: datetime = NOON) -> None:
    Ledger(database).write(
        Entry(
            id=new_id(),
            at=at,
            person_id=person_id,
            page="p",
            endpoint="openai",
            kind="converse",
            model_asked="m",
            cost_nanousd=cost_nanousd,
            total_ms=1,
            outcome="answered",
        )
    )


def budgets_of(database: Database) -> Budgets:
    return Budgets(database, UTC_ZONE, now=lambda: NOON)


class Scripted:
    """A way out that takes what it is given, or fails as it is told."""

    name = "scripted"

    def __init__(self, *failures: NotSent | None) -> None:
        self.failures, self.sent = list(failures), list[Notice]()

    def send(self, notice: Notice) -> None:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.sent.append(notice)


def test_a_person_is_shown_their_own_notices_and_the_shared_ones_until_they_put_them_away(database: Database) -> None:
    budgets, notices = budgets_of(database), Notices(database, UTC_ZONE, now=lambda: NOON)
    budgets.put(ScopeKind.PERSON, "local", Every.DAY, 100)
    budgets.put(ScopeKind.PERSON, "ada", Every.DAY, 100)
    budgets.put(ScopeKind.INSTALLATION, "", Every.MONTH, 200)
    spend(database, 60)
    spend(database, 90, "ada")

    mine = notices.of("local")
    assert {(one.budget.scope_kind, one.percent) for one in mine} == {
        (ScopeKind.PERSON, 50),
        (ScopeKind.INSTALLATION, 50),
    }
    assert mine[0].sentence.endswith(("Sunday, 22 November 2026.", "Tuesday, 1 December 2026."))
    assert len(notices.of("local", sees_all=True)) == 3

    spend(database, 22)
    (own,) = (one for one in notices.of("local") if one.budget.scope_kind is ScopeKind.PERSON)
    assert own.percent == 80
    notices.put_away("local", own.id)
    assert [one.budget.scope_kind for one in notices.of("local")] == [ScopeKind.INSTALLATION]
    assert len(notices.of("ada")) == 2
    later = Notices(database, UTC_ZONE, now=lambda: NOON + timedelta(days=1))
    assert [one.budget.period for one in later.of("ada")] == [Every.MONTH]


def test_a_letter_goes_out_once_though_many_processes_look_for_it(database: Database) -> None:
    budgets_of(database).put(ScopeKind.INSTALLATION, "", Every.DAY, 100)
    spend(database, 50)
    way = Scripted()
    houses = [Letters(database, [way], now=lambda: NOON) for _ in range(4)]

    with ThreadPoolExecutor(4) as threads:
        n_sent = sum(threads.map(Letters.send_due, houses))

    assert n_sent == len(way.sent) == 1
    assert houses[0].send_due() == 0


def test_a_letter_is_tried_again_unless_it_may_have_arrived(database: Database) -> None:
    budgets_of(database).put(ScopeKind.INSTALLATION, "", Every.DAY, 100)
    spend(database, 50)
    busy, unsure = NotSent("no"), NotSent("who knows", may_have_arrived=True)
    patient, doubtful, hopeless = Scripted(busy, None), Scripted(unsure), Scripted(*[busy] * 9)
    doubtful.name, hopeless.name = "doubtful", "hopeless"
    now = [NOON]
    letters = Letters(database, [patient, doubtful, hopeless], now=lambda: now[0])

    assert letters.send_due() == 0
    assert letters.send_due() == 0  # not due yet
    for _ in range(9):
        now[0] += timedelta(hours=9)
        letters.send_due()

    assert [len(way.sent) for way in (patient, doubtful, hopeless)] == [1, 0, 0]
    with database.read() as connection:
        rows = connection.execute(select(notice_letter.c.way, notice_letter.c.state, notice_letter.c.n_tries)).all()
    assert {tuple(row) for row in rows} == {
        ("scripted", "sent", 2),
        ("doubtful", "given up", 1),
        ("hopeless", "given up", 6),
    }


def test_the_postman_sends_what_is_due_and_ends_when_he_is_told(database: Database) -> None:
    budgets_of(database).put(ScopeKind.INSTALLATION, "", Every.DAY, 100)
    spend(database, 95)
    arrived = threading.Event()

    class Ringing(Scripted):
        def send(self, notice: Notice) -> None:
            super().send(notice)
            arrived.set()

    way = Ringing()
    postman = Postman(Letters(database, [way], now=lambda: NOON), look_every_s=0.05)
    postman.start()
    postman.start()
    assert arrived.wait(30)
    postman.close()
    assert [one.percent for one in way.sent] == [95]


class Hook(BaseHTTPRequestHandler):
    """Answers with the status in its path, or not at all."""

    seen: ClassVar[list[tuple[str, dict[str, object]]]] = []
    on_seen: ClassVar[Callable[[], None]] = staticmethod(lambda: None)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.headers["Idempotency-Key"], body))
        type(self).on_seen()
        if self.path != "/silent":
            self.send_response(int(self.path[1:]))
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def hook() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def notice(tmp_path: Path) -> Iterator[Notice]:
    database = open_database(None, tmp_path)
    budgets_of(database).put(ScopeKind.PERSON, "local", Every.WEEK, 2_000_000_000)
    spend(database, 1_900_000_000)
    (one,) = Notices(database, UTC_ZONE, now=lambda: NOON).of("local")
    yield one
    database.close()


def test_a_webhook_is_posted_what_a_chat_program_can_show(notice: Notice) -> None:
    n_before = len(Hook.seen)
    with hook() as address:
        Webhook(address=f"{address}/204", allow_private=True).send(notice)
        n_seen = len(Hook.seen)
        key, body = Hook.seen[-1]
        for path, is_over in (("/500", False), ("/silent", True)):
            with pytest.raises(NotSent) as failed:
                Webhook(address=f"{address}{path}", allow_private=True).send(notice)
            assert failed.value.is_over is is_over
    assert n_seen == n_before + 1
    assert key == body["id"] == notice.id
    assert body["text"] == "95 % of the budget of a person for this week (person local) is spent: $1.90 of $2.00."
    assert notice.in_full_to("local") == "95 % of your budget for this week is spent: $1.90 of $2.00."
    assert notice.in_full_to("other") == body["text"]
    assert (body["spent_usd"], body["limit_usd"], body["starts_on"]) == ("1.900000000", "2.000000000", "2026-11-16")
    with pytest.raises(NotSent) as gone:
        Webhook(address=address, allow_private=True).send(notice)
    assert not gone.value.is_over


def test_the_app_sends_a_notice_to_the_webhook_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    arrived = threading.Event()
    monkeypatch.setattr(Hook, "on_seen", arrived.set)
    with hook() as address:
        monkeypatch.setenv("AUDIOKIT_NOTICE_WEBHOOK", f"{address}/200")
        monkeypatch.setenv("AUDIOKIT_NOTICE_WEBHOOK_PRIVATE", "true")
        studio = open_studio()
        studio.usage.budgets.put(ScopeKind.INSTALLATION, "", Every.DAY, 100)
        spend(studio.database, 50, at=datetime.now(UTC))
        studio.postman.start()
        assert arrived.wait(30)
        assert [one.percent for one in studio.notices.of("local")] == [50]
        studio.close()
    assert str(Hook.seen[-1][1]["text"]).startswith("50 % of the budget of everybody here for today is spent")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "http://169.254.169.254/", "http://[::1]/", "file:///etc"])
def test_a_webhook_never_reaches_into_a_private_network_unless_that_is_meant(address: str, notice: Notice) -> None:
    with pytest.raises(NotSent, match="AUDIOKIT_NOTICE_WEBHOOK_PRIVATE") as refused:
        Webhook(address=address).send(notice)
    assert refused.value.is_over
    assert "127.0.0.1" not in repr(Webhook(address=address))


class MailServer(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as it takes to be given a letter; ``refuses`` is the command that it says no to."""

    letters: ClassVar[list[str]] = []
    refuses: ClassVar[str] = ""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().decode().strip():
            command = line.split(maxsplit=1)[0].upper()
            if command == self.refuses:
                self.wfile.write(b"451 not now\r\n")
            elif command == "DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                self.letters.append("".join(lines))
                self.wfile.write(b"250 taken\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if command == "QUIT" else b"250 fine\r\n")


def test_an_email_says_how_much_of_which_budget_is_spent(notice: Notice, monkeypatch: pytest.MonkeyPatch) -> None:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    mail = Mail(server=f"smtp://127.0.0.1:{server.server_address[1]}", to=("a@example.org",), sender="b@example.org")
    try:
        mail.send(notice)
        monkeypatch.setattr(MailServer, "refuses", "RCPT")
        with pytest.raises(NotSent, match="refused") as refused:
            mail.send(notice)
        with pytest.raises(NotSent, match="offers no TLS") as plain:
            replace(mail, server=mail.server.replace("://", "://me:secret@")).send(notice)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert not refused.value.is_over
    assert plain.value.is_over
    assert "secret" not in str(plain.value)
    (letter,) = MailServer.letters
    assert f"Message-ID: <{notice.id}@audiokit>" in letter
    assert "95 % of the budget of a person" in letter
