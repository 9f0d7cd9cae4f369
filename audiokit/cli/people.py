"""``audiokit people``: who is here, what they may do, and their tokens; for whoever looks after the installation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from audiokit.errors import AudiokitError

if TYPE_CHECKING:
    from audiokit.people.persons import Person, Persons
    from audiokit.people.register import Register
    from audiokit.people.tokens import Tokens

__all__ = ["people"]

_SEVERAL = "Several people have that address: {ids}. Name one by its id."
_NOBODY = "Nobody here has that id or e-mail address. `audiokit people list` shows everybody."


@dataclass(frozen=True, slots=True)
class _Opened:
    persons: Persons
    register: Register
    tokens: Tokens

    def find(self, who: str) -> Person:
        """Return the person of an id or an e-mail address."""
        everybody = self.persons.all()
        found = [one for one in everybody if who in {one.id, one.email}]
        if not found:
            raise click.ClickException(_NOBODY)
        if len(found) > 1:
            raise click.ClickException(_SEVERAL.format(ids=", ".join(one.id for one in found)))
        return found[0]


@contextmanager
def _opened() -> Iterator[_Opened]:
    """Open what the settings name; what goes wrong on purpose is a sentence for the person at the terminal."""
    from audiokit.people.persons import Persons  # noqa: PLC0415 - heavy, and only wanted once a command runs
    from audiokit.people.register import Register  # noqa: PLC0415 - the same
    from audiokit.people.tokens import Tokens  # noqa: PLC0415 - the same
    from audiokit.settings import Settings  # noqa: PLC0415 - the same
    from audiokit.store.database import open_database  # noqa: PLC0415 - the same
    from audiokit.usage.budgets import Budgets  # noqa: PLC0415 - the same
    from audiokit.usage.zones import zone_of  # noqa: PLC0415 - the same

    try:
        settings = Settings.read()
        url = settings.database_url.get_secret_value() if settings.database_url else None
        database = open_database(url, settings.data_dir)
        try:
            persons = Persons(database)
            recount = Budgets(database, zone_of(database, settings.time_zone)).count_teams_anew
            yield _Opened(persons, Register(database, persons, recount=recount), Tokens(database))
        finally:
            database.close()
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error


@click.group()
def people() -> None:
    """See who is here, and say what they may do. WHO is an id or an e-mail address."""


@people.command(name="list")
def list_() -> None:
    """List everybody: id, role, name, e-mail address, team, and when they last signed in."""
    with _opened() as opened:
        for one in opened.persons.all():
            seen = f"{one.seen_at:%Y-%m-%d}" if one.seen_at else "-"
            role = f"{one.role}{'*' if one.is_role_fixed else ''}{' (blocked)' if one.is_blocked else ''}"
            click.echo("\t".join((one.id, role, one.name, one.email or "-", one.team or "-", seen)))


@people.command()
@click.argument("who")
@click.argument("role", type=click.Choice(("viewer", "member", "admin", "provider")))
def role(who: str, role: str) -> None:
    """Give WHO a role, which stays; `provider` lets their provider say it again when they next sign in."""
    from audiokit.people.roles import Role  # noqa: PLC0415 - only wanted here

    with _opened() as opened:
        found = opened.find(who)
        if role == "provider":
            opened.register.release_role(found.id)
        else:
            opened.register.set_role(found.id, Role(role))
    click.echo(f"{found.name}: {role}")


@people.command()
@click.argument("who")
@click.argument("team", required=False)
def team(who: str, team: str | None) -> None:
    """Put WHO into TEAM, or into none."""
    with _opened() as opened:
        found = opened.register.set_team(opened.find(who).id, team)
    click.echo(f"{found.name}: {found.team or 'no team'}")


@people.command()
@click.argument("who")
def block(who: str) -> None:
    """Keep WHO out, from their next press of a button on. What is theirs stays."""
    with _opened() as opened:
        found = opened.register.block(opened.find(who).id)
    click.echo(f"{found.name} is kept out.")


@people.command()
@click.argument("who")
def unblock(who: str) -> None:
    """Let WHO in again."""
    with _opened() as opened:
        found = opened.register.unblock(opened.find(who).id)
    click.echo(f"{found.name} may come in.")


@people.command(name="sign-out")
@click.argument("who")
def sign_out(who: str) -> None:
    """Sign WHO out everywhere, and end the addresses that were given to them. Their tokens stay."""
    with _opened() as opened:
        found = opened.register.sign_out_everywhere(opened.find(who).id)
    click.echo(f"{found.name} has to sign in again.")


@people.command()
@click.argument("who", required=False)
@click.option("--revoke", "token_id", help="End the token of that id.")
def tokens(who: str | None, token_id: str | None) -> None:
    """List the tokens of programs: id, whose, name, scopes, until when, last used. They themselves are kept nowhere."""
    with _opened() as opened:
        found = opened.tokens.of(opened.find(who).id) if who else opened.tokens.all()
        if token_id is not None:
            owners = {one.id: one.person_id for one in found}
            opened.tokens.revoke(owners.get(token_id, ""), token_id)
            click.echo("The token lets nobody in any more.")
            return
        now = datetime.now(UTC)
        for one in found:
            until = "revoked" if one.revoked_at else f"{one.expires_at:%Y-%m-%d}" if one.expires_at else "-"
            until += "" if one.is_good(now) or one.revoked_at else " (over)"
            used = f"{one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never"
            click.echo("\t".join((one.id, one.person_id, one.name, ",".join(sorted(one.scopes)), until, used)))
