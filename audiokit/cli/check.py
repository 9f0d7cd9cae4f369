"""``audiokit check``: whether everything that is kept goes together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from audiokit.errors import AudiokitError

if TYPE_CHECKING:
    from audiokit.studio import Studio

__all__ = ["check"]

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of the table: what was looked at, what is wrong with it, and what can be done, by ``mend`` or by hand."""

    looked_at: str
    wrong: tuple[str, ...] = ()
    advice: str = ""
    mend: Callable[[], object] | None = None


@click.command()
@click.option("--deep", is_flag=True, help="Read every recording, and see whether it is what was kept.")
@click.option("--mend", is_flag=True, help="Put right what can be put right without losing anything.")
def check(deep: bool, mend: bool) -> None:  # noqa: FBT001 - click passes flags by name
    """Hold the database against recordings, jobs and sums; ends with 1 if something is wrong."""
    from audiokit.studio import open_studio  # noqa: PLC0415 - heavy, and only wanted here

    try:
        studio = open_studio()
        try:
            lines = list(_lines(studio, deep=deep))
            is_well = all([_told(line, mend=mend) for line in lines])  # noqa: C419 - all are told
        finally:
            studio.close()
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error
    if not is_well:
        raise SystemExit(1)


def _told(line: _Line, *, mend: bool) -> bool:
    """Print a line, mend what it says if that is wished, and return whether all is well with it now."""
    if not line.wrong:
        click.echo(f"ok     {line.looked_at}")
        return True
    is_mended = mend and line.mend is not None
    if is_mended and line.mend is not None:
        line.mend()
    click.echo(f"{'mended' if is_mended else 'WRONG '} {line.looked_at}: {len(line.wrong)}")
    for one in line.wrong[:_SHOWN]:
        click.echo(f"         {one}")
    if len(line.wrong) > _SHOWN:
        click.echo(f"         and {len(line.wrong) - _SHOWN} more")
    if not is_mended:
        click.echo(f"         {line.advice}")
    return is_mended


def _lines(studio: Studio, *, deep: bool) -> Iterator[_Line]:
    yield from _of_recordings(studio, deep=deep)
    yield _of_jobs(studio)
    yield from _of_money(studio)


def _of_recordings(studio: Studio, *, deep: bool) -> Iterator[_Line]:
    from audiokit.store.check import compare, damaged, remove_unnamed  # noqa: PLC0415 - as above

    compared = compare(studio.database, studio.blobs)
    yield _Line(
        looked_at=f"{compared.n_named} recordings have their sound",
        wrong=compared.lost,
        advice="Bring these files back from a backup. Until then they cannot be played.",
    )
    yield _Line(
        looked_at="no sound without a row that names it, and nothing made that is gone",
        wrong=compared.unnamed + compared.unmade,
        advice="--mend removes it: nobody can play it.",
        mend=lambda: remove_unnamed(studio.database, studio.blobs, compared),
    )
    if deep:
        yield _Line(
            looked_at="every recording is what was kept",
            wrong=damaged(studio.database, studio.blobs),
            advice="Look after the disk, and bring these files back from a backup.",
        )


def _of_jobs(studio: Studio) -> _Line:
    from audiokit.jobs.orphans import orphans  # noqa: PLC0415 - as above
    from audiokit.sentiment.kept import Progress as Hearing  # noqa: PLC0415 - the same
    from audiokit.summaries.kept import Progress as Making  # noqa: PLC0415 - the same

    found = orphans(
        studio.database,
        studio.summaries.making.jobs,
        programmes=[state.value for state in Making if state.is_under_way],
        recordings=[state.value for state in Hearing if state.is_under_way],
    )

    def mend() -> None:
        for one in found:  # the page does no more than this when it is opened
            look = studio.summaries.making.look if one.kind == "programme" else studio.sentiment.making.look
            look(one.person_id, one.id)

    return _Line(
        looked_at="what is under way has a job",
        wrong=tuple(f"{one.kind} {one.id} of {one.person_id}" for one in found),
        advice="--mend lets them say that they stopped; they can be gone on with from their pages.",
        mend=mend,
    )


def _of_money(studio: Studio) -> Iterator[_Line]:
    from audiokit.usage.agreement import lapsed_holds, tally_sums  # noqa: PLC0415 - as above
    from audiokit.usage.rebuilding import rebuild  # noqa: PLC0415 - the same
    from audiokit.usage.zones import zone_of  # noqa: PLC0415 - the same

    entries, *tallies = tally_sums(studio.database)
    wrong = [one for one in tallies if (one.n_calls, one.cost_nanousd) != (entries.n_calls, entries.cost_nanousd)]
    yield _Line(
        looked_at=f"the sums are those of {entries.n_calls} calls",
        wrong=tuple(
            f"{one.name}: {one.n_calls} calls, {one.cost_nanousd - entries.cost_nanousd:+} n$" for one in wrong
        ),
        advice="--mend adds them up anew; the entries themselves are not touched.",
        mend=lambda: rebuild(studio.database, zone_of(studio.database, studio.settings.time_zone)),
    )
    n_lapsed = lapsed_holds(studio.database)
    yield _Line(
        looked_at="no budget is held for a call that is over",
        wrong=(f"{n_lapsed} holds",) if n_lapsed else (),
        advice="--mend lets go of them.",
        mend=studio.usage.budgets.sweep,
    )
