"""Everything of a person's in one archive, in open formats, put together in memory that stays flat."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import select

from audiokit.errors import Damaged, InputError, NotFound
from audiokit.people.audit import Audit, write_csv
from audiokit.people.keeping import ExportedFile, Keeper
from audiokit.people.receipts import Receipts
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.tables import entry, preference
from audiokit.words.formulas import no_formula

__all__ = ["Archive"]

_WORDS: Final = (".json", ".csv", ".txt")
_README: Final = """All that audiokit keeps of yours, as of {at}.

conversations/  each as an archive of its own, with both voices and the words; and its instructions as JSON
prompts/        words as JSON, and the sound as it was recorded and as it was cleaned
programmes/     script, documents as they were read, and the recording
analyses/       recordings as you gave them, and what was read from them as JSON and CSV
ledger.csv      what every call of yours counted and cost (costs in billionths of a US dollar)
preferences.json, receipts.json, audit.csv
{missing}"""
_MISSING: Final = "\nWhat could not be read, and so is not here:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Writes archives; one piece of one file is in memory at a time."""

    keepers: tuple[Keeper, ...]
    database: Database
    receipts: Receipts
    audit: Audit
    now: Callable[[], datetime] = utc_now

    def write(self, person_id: str, to: BinaryIO) -> str:
        """Write everything of a person's and return what to call the archive; ``to`` need not be seekable.

        A file that is damaged, or was deleted meanwhile, is left out, and the README names it.
        """
        missing = list[str]()
        with ZipFile(to, "w") as archive:
            for file in self._files(person_id):
                if not self._add(archive, file):
                    missing.append(file.name)
            told = _MISSING + "".join(f"  {name}\n" for name in missing) if missing else ""
            text = _README.format(at=f"{self.now():%Y-%m-%d %H:%M} UTC", missing=told)
            archive.writestr(self._about("README.txt"), text)
        return f"audiokit-{self.now():%Y-%m-%d}.zip"

    def _files(self, person_id: str) -> Iterator[ExportedFile]:
        for keeper in self.keepers:
            yield from keeper.files(person_id)
        yield ExportedFile("ledger.csv", lambda to: self._write_ledger(person_id, to))
        yield ExportedFile("audit.csv", lambda to: self._write_audit(person_id, to))
        yield ExportedFile("preferences.json", lambda to: _write_json(self._preferences(person_id), to))
        receipts = [json.loads(one.to_json()) for one in self.receipts.of(person_id)]
        yield ExportedFile("receipts.json", lambda to: _write_json(receipts, to))

    def _add(self, archive: ZipFile, file: ExportedFile) -> bool:
        try:
            with archive.open(self._about(file.name), "w", force_zip64=True) as to:
                file.write(to)  # type: ignore[arg-type]  # zipfile's own writer is a BinaryIO that cannot seek
        except (NotFound, Damaged, InputError):
            return False
        return True

    def _about(self, name: str) -> ZipInfo:
        about = ZipInfo(name, self.now().timetuple()[:6])
        about.compress_type = ZIP_DEFLATED if name.endswith(_WORDS) else ZIP_STORED
        about.external_attr = 0o644 << 16
        return about

    def _preferences(self, person_id: str) -> dict[str, Any]:
        query = select(preference.c.name, preference.c.value).where(preference.c.person_id == person_id)
        with self.database.read() as connection:
            return {row.name: row.value for row in connection.execute(query)}

    def _write_ledger(self, person_id: str, to: BinaryIO) -> None:
        query = select(entry).where(entry.c.person_id == person_id).order_by(entry.c.at, entry.c.id)
        with self.database.read() as connection, _text(to) as text:
            rows = connection.execution_options(stream_results=True, yield_per=500).execute(query)
            writer = csv.writer(text)
            writer.writerow(rows.keys())
            writer.writerows([_cell(value) for value in row] for row in rows)

    def _write_audit(self, person_id: str, to: BinaryIO) -> None:
        with _text(to) as text:
            write_csv(self.audit.all(about=person_id), text)


class _text(io.TextIOWrapper):  # noqa: N801 - used as a function
    """Text into a file of bytes, which stays open."""

    def __init__(self, to: BinaryIO) -> None:
        super().__init__(to, encoding="utf-8", errors="replace", newline="")

    def __exit__(self, *_: object) -> None:
        self.detach()

    def close(self) -> None:
        """Leave the file open: it is the caller's."""


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return no_formula(value) if isinstance(value, str) else value


def _write_json(value: object, to: BinaryIO) -> None:
    to.write(json.dumps(value, indent=2, ensure_ascii=False).encode(errors="replace"))
