"""``audiokit evaluate``: how far measures and models agree with acted emotional speech that somebody has."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiokit import money
from audiokit.catalog.models import Tier
from audiokit.cli.audio.tables import as_json_line, clock, say
from audiokit.cli.evaluated import Found, told, told_of
from audiokit.errors import AudiokitError
from audiokit.settings import Settings

if TYPE_CHECKING:
    from audiokit.sentiment.evaluation import Listened
    from audiokit.studio import Studio

__all__ = ["evaluate"]

_NOTHING = (
    "There is no file here that is named as in RAVDESS (03-01-05-01-02-01-12.wav) or EmoDB (03a01Wa.wav). "
    "Unpack one of these corpora, and give its folder."
)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--voice", "has_voice", is_flag=True, help="Have the audio model read each voice too; says its price first."
)
@click.option("--tier", type=click.Choice([tier.value for tier in Tier]), default=Tier.MINI.value, show_default=True)
@click.option("--limit", type=click.IntRange(1), help="Have at most so many voices read, spread over all files.")
@click.option("--yes", "is_agreed", is_flag=True, help="Do not ask before it costs money.")
@click.option("--json", "as_json", is_flag=True, help="Say it as one line of JSON, with a figure for each file.")
def evaluate(*, folder: Path, has_voice: bool, tier: str, limit: int | None, is_agreed: bool, as_json: bool) -> None:
    """Compare what audiokit reads with what was acted, in FOLDER and the folders in it.

    Files named as in RAVDESS and EmoDB are understood. Measured is vocal activation against each actor's own average;
    songs are left out. Nothing is sent anywhere without --voice.
    """
    try:
        _evaluate(folder, Tier(tier) if has_voice else None, limit, is_agreed=is_agreed, as_json=as_json)
    except AudiokitError as error:
        raise click.ClickException(str(error)) from error


def _evaluate(folder: Path, tier: Tier | None, limit: int | None, *, is_agreed: bool, as_json: bool) -> None:
    from audiokit.sentiment.evaluation import by_measures, by_voice, listened  # noqa: PLC0415 - heavy
    from audiokit.sentiment.labels import labelled_in  # noqa: PLC0415 - as above

    if not (named := labelled_in(folder)):
        raise click.ClickException(_NOTHING)
    with _bar(len(named), "measuring") as bar:
        files, troubles = listened(named, on_file=lambda: bar.update(1))
    cost_nanousd: int | None = 0
    if tier is not None:
        files, more, cost_nanousd = _with_voices(files, tier, limit, is_agreed=is_agreed)
        troubles += more
    found = Found(
        n_files=len(files),
        n_actors=len({(one.labelled.corpus, one.labelled.actor) for one in files}),
        duration_s=round(sum(one.duration_s for one in files), 3),
        corpora=dict(Counter(one.labelled.corpus for one in files)),
        measures=by_measures(files),
        voice=by_voice(files) if any(one.voice for one in files) else None,
        cost_nanousd=cost_nanousd,
        troubles=troubles,
        files=tuple(map(told_of, files)),
    )
    say(as_json_line(found) if as_json else told(found))


def _with_voices(
    files: Sequence[Listened], tier: Tier, limit: int | None, *, is_agreed: bool
) -> tuple[tuple[Listened, ...], tuple[str, ...], int | None]:
    """Have voices read once somebody agrees to the price; return what it cost too, None where that is not known."""
    from audiokit.sentiment.asked import Asked  # noqa: PLC0415 - heavy
    from audiokit.sentiment.evaluation import with_voices  # noqa: PLC0415 - as above
    from audiokit.sentiment.service import NOT_READ  # noqa: PLC0415 - as above
    from audiokit.sentiment.till import PAGE  # noqa: PLC0415 - as above
    from audiokit.speech.requests import Caller  # noqa: PLC0415 - as above
    from audiokit.store.ids import new_id  # noqa: PLC0415 - as above

    chosen = _spread(files, limit)
    with _opened() as studio:
        if not studio.sentiment.reads_voice:
            raise click.ClickException(NOT_READ)
        _agree(studio, chosen, tier, is_agreed=is_agreed)
        caller = Caller(person_id=studio.person().id, page=PAGE, conversation_id=new_id())
        asked = Asked(places=studio.sentiment.workshop.places, caller=caller, tier=tier)
        with _bar(len(chosen), "listening") as bar:
            read, troubles = with_voices(chosen, asked, tier, on_file=lambda: bar.update(1))
        costs = [entry.cost_nanousd for entry in studio.ledger.of_conversation(caller.conversation_id or "")]
    voices = {one.labelled.path: one for one in read}
    known = [cost for cost in costs if cost is not None]
    whole = tuple(voices.get(one.labelled.path, one) for one in files)
    return whole, troubles, sum(known) if len(known) == len(costs) else None


def _spread(files: Sequence[Listened], limit: int | None) -> list[Listened]:
    """Return at most so many files, at equal distances."""
    n = len(files) if limit is None else min(limit, len(files))
    return [files[number * len(files) // n] for number in range(n)]


def _agree(studio: Studio, chosen: Sequence[Listened], tier: Tier, *, is_agreed: bool) -> None:
    spans = [studio.sentiment.workshop.estimates.voice(one.duration_s, tier) for one in chosen]
    lows, highs = [span.low_nanousd for span in spans], [span.high_nanousd for span in spans]
    price = f"{_sum(lows)} to {_sum(highs)}" if _sum(lows) != _sum(highs) else _sum(lows)
    length = clock(sum(one.duration_s for one in chosen))
    say(f"{len(chosen)} voices are to be read, {length} in all. Price: {price}.", err=True)
    if not is_agreed:
        click.confirm("Go on?", abort=True, err=True)


def _sum(amounts: Sequence[int | None]) -> str:
    known = [amount for amount in amounts if amount is not None]
    return money.show(sum(known)) if len(known) == len(amounts) else "not known"


@contextmanager
def _opened() -> Iterator[Studio]:
    from audiokit.studio import open_studio  # noqa: PLC0415 - heavy, and only wanted here

    studio = open_studio(Settings.read())
    try:
        yield studio
    finally:
        studio.close()


def _bar(length: int, label: str) -> Any:
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())
