"""What the pictures show that nobody said or spent: three months of a small team's calls, and one telephone call."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import insert, update

from audiokit.catalog.models import Catalog, Provider
from audiokit.catalog.prices import Usage, price_on
from audiokit.people.persons import LOCAL
from audiokit.store.tables import entry, person
from audiokit.studio import Studio
from audiokit.usage.budget import Every, ScopeKind
from audiokit.usage.entries import Entry, charged
from audiokit.usage.rebuilding import rebuild
from audiokit.usage.reports import Period, Scope

__all__ = ["fill_ledger"]

_USD = 10**9
_DAYS = 92
_PEOPLE = {
    "alice": ("Alice Moreau", "Radio"),
    "bob": ("Bob Okafor", "Radio"),
    "chen": ("Chen Wei", "Research"),
    "dana": ("Dana Ruiz", "Research"),
    "emil": ("Emil Novák", "Museum"),
    "fatima": ("Fatima Noor", "Museum"),
}
_WHO = [LOCAL.id] * 7 + ["alice"] * 9 + ["bob"] * 7 + ["chen"] * 5 + ["dana"] * 3 + ["emil"] * 2 + ["fatima"]


@dataclass(frozen=True, slots=True)
class _Use:
    """What people do: how often, with which model, and how long its first sound takes."""

    page: str
    kind: str
    model: str
    weight: int
    first_ms: int


_USES = (
    _Use("record_and_converse", "converse", "gpt-audio-1.5", 6, 900),
    _Use("record_and_converse", "converse", "gpt-audio-mini", 4, 640),
    _Use("record_and_converse", "live", "gpt-realtime-2.1", 3, 380),
    _Use("spoken_summaries", "speak", "gpt-4o-mini-tts", 5, 520),
    _Use("spoken_summaries", "write", "gpt-6.1-terra", 2, 700),
    _Use("sentiment_analysis", "judge", "gpt-audio-mini", 3, 660),
    _Use("sentiment_analysis", "transcribe", "gpt-transcribe", 3, 1100),
)


def fill_ledger(studio: Studio) -> None:
    """Write what seven people spent in three months, and the budgets that they spent it against."""
    studio.person()
    dice, today = random.Random(7), datetime.now(UTC).date()  # noqa: S311 - the same picture each time
    calls = [call for day in range(_DAYS, -1, -1) for call in _of_day(dice, today, day, studio.catalog)]
    with studio.database.write() as connection:
        rows = [
            {"id": who, "name": name, "team": team, "created_at": calls[0].at} for who, (name, team) in _PEOPLE.items()
        ]
        connection.execute(insert(person), rows)
        connection.execute(update(person).where(person.c.id == LOCAL.id).values(team="Radio"))
        connection.execute(insert(entry), [asdict(call) for call in calls])
    rebuild(studio.database, studio.usage.zone)
    _set_budgets(studio, Period(today.replace(day=1), today))


def _of_day(dice: random.Random, today: date, n_days_ago: int, catalog: Catalog) -> Iterator[Entry]:
    day = today - timedelta(days=n_days_ago)
    usual = 26 if day.weekday() > 4 else 95
    for _ in range(int(usual * (0.75 + 0.5 * dice.random()) * (1 - 0.25 * n_days_ago / _DAYS))):
        second = min(86_399, max(0, int(dice.gauss(13 * 3600, 3 * 3600))))
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second)
        if at < datetime.now(UTC):
            (use,) = dice.choices(_USES, [use.weight for use in _USES])
            yield _call(dice, at, use, catalog)


def _call(dice: random.Random, at: datetime, use: _Use, catalog: Catalog) -> Entry:
    heard_ms, said_ms = int(dice.gammavariate(2, 26_000)), int(dice.gammavariate(2, 30_000))
    again_ms = int(heard_ms * dice.random() * 0.6) if use.kind in {"converse", "live"} else 0
    first_ms = int(use.first_ms * dice.lognormvariate(0, 0.35))
    listens, speaks = use.kind not in {"speak", "write"}, use.kind in {"converse", "live", "speak"}
    call = Entry(
        id=f"{at.timestamp():.0f}-{dice.getrandbits(40):x}",
        at=at,
        person_id=dice.choice(_WHO),
        page=use.page,
        endpoint=Provider.OPENAI.value,
        kind=use.kind,
        model_asked=use.model,
        input_ms=heard_ms + again_ms if listens else None,
        history_in_ms=again_ms or None,
        total_ms=first_ms + said_ms // 4,
        outcome="answered",
    )
    if dice.random() > 0.975:
        error = dice.choice(["ProviderBusy", "BudgetExceeded"])
        return replace(call, outcome="refused" if error == "BudgetExceeded" else "failed", error=error, cost_nanousd=0)
    answered = replace(call, model_used=use.model, first_byte_ms=first_ms, output_ms=said_ms if speaks else None)
    known = catalog.find(use.model)
    price = price_on(known, datetime.now(UTC).date(), Provider.OPENAI) if known else None  # some were listed lately
    priced = charged(answered, price, _usage(dice, use, heard_ms, again_ms, said_ms if speaks else 0))
    if use.kind == "speak" and dice.random() < 0.18:
        return replace(
            answered, cached=True, cost_nanousd=0, saved_nanousd=priced.cost_nanousd, first_byte_ms=4, total_ms=6
        )
    return priced


def _usage(dice: random.Random, use: _Use, heard_ms: int, again_ms: int, said_ms: int) -> Usage:
    if use.kind == "transcribe":
        return Usage(
            input_seconds=Decimal(heard_ms) / 1000,
            audio_in_tokens=heard_ms // 100,
            text_in_tokens=0,
            text_out_tokens=heard_ms // 350,
        )
    if use.kind == "write":
        read, wrote = dice.randrange(900, 9_000), dice.randrange(300, 1_500)
        return Usage(text_in_tokens=read, text_out_tokens=wrote, audio_in_tokens=0, audio_out_tokens=0)
    if use.kind == "speak":
        n_chars = dice.randrange(200, 900)
        return Usage(
            text_in_tokens=n_chars // 4,
            audio_in_tokens=0,
            text_out_tokens=0,
            audio_out_tokens=said_ms // 50,
            characters=n_chars,
        )
    is_live = use.kind == "live"
    return Usage(
        text_in_tokens=dice.randrange(1_000, 2_400),
        audio_in_tokens=(heard_ms + again_ms) // 100 * 3,
        cached_text_in_tokens=dice.randrange(200, 900) if is_live else 0,
        cached_audio_in_tokens=again_ms // 100 if is_live else 0,
        text_out_tokens=dice.randrange(30, 250),
        audio_out_tokens=said_ms // 50,
    )


def _set_budgets(studio: Studio, month: Period) -> None:
    """Set budgets of which one is nearly used up, one is over, and the others have room."""
    reports, budgets = studio.usage.reports, studio.usage.budgets
    whole = reports.tiles(Scope(), month).now.cost_nanousd
    spent = {top.key: top.sums.cost_nanousd for top in reports.top("person", Scope(), month)}

    def put(kind: ScopeKind, scope_id: str, period: Every, nanousd: float, *, is_hard: bool = True) -> None:
        budgets.put(kind, scope_id, period, max(1, round(nanousd / _USD)) * _USD, is_hard=is_hard)

    put(ScopeKind.INSTALLATION, "", Every.MONTH, 1.32 * whole)
    put(ScopeKind.PERSON, LOCAL.id, Every.MONTH, 1.2 * spent.get(LOCAL.id, 0))
    put(ScopeKind.PERSON, "alice", Every.MONTH, 0.97 * spent.get("alice", 0))
    put(ScopeKind.TEAM, "Research", Every.WEEK, 0.9 * spent.get("chen", 0), is_hard=False)
    put(ScopeKind.PAGE, "spoken_summaries", Every.DAY, 2 * _USD)
