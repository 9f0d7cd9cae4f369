"""What a programme is made of: files, pasted text and addresses, read behind a wall, each as far as it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from audiokit.documents.document import Document
from audiokit.documents.extract import pasted
from audiokit.documents.fetched import Fetched
from audiokit.documents.reader import Reader
from audiokit.errors import AudiokitError, InputError
from audiokit.store.clips import Clips
from audiokit.store.ids import new_id
from audiokit.summaries.formats import default_shape
from audiokit.summaries.kept import KeptProgramme
from audiokit.summaries.programmes import Programmes
from audiokit.summaries.shape import Shape
from audiokit.summaries.sources import Source, Taking
from audiokit.words.names import shown_name

__all__ = ["MOST_FILES", "Gathering"]

MOST_FILES = 100
_DOCUMENT = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Every call names the person. ``fetch`` gets a document from an address."""

    programmes: Programmes
    clips: Clips
    reader: Reader
    fetch: Callable[[str], Fetched]

    def begin(self, person_id: str, shape: Shape | None = None) -> KeptProgramme:
        """Begin a programme with nothing in it."""
        return self.programmes.add(person_id, shape or default_shape("summary"))

    def add_files(self, person_id: str, programme_id: str, files: Sequence[tuple[str, bytes]]) -> KeptProgramme:
        """Read documents, each a name and its bytes; one that cannot be read says so and stops no other.

        Raises:
            InputError: there are too many of them, or it is being worked on.
        """
        programme = self.programmes.open(person_id, programme_id)
        _refuse_too_many(len(programme.sources) + len(files))
        return self._with(programme, *(self._read(person_id, shown_name(name), data) for name, data in files))

    def add_pasted(self, person_id: str, programme_id: str, text: str, title: str | None = None) -> KeptProgramme:
        """Take text that was pasted.

        Raises:
            InputError: there are no words in it, or too many.
        """
        programme, document = self.programmes.open(person_id, programme_id), pasted(text, title)
        return self._with(programme, self._source(person_id, document.title or "Pasted text", document))

    def add_address(self, person_id: str, programme_id: str, address: str) -> KeptProgramme:
        """Take what is at an address on the public web.

        Raises:
            InputError: it cannot be had, or not be read; the sentence says why.
        """
        programme, found = self.programmes.open(person_id, programme_id), self.fetch(address)
        document = self.reader.read(found.data, found.name, whose=person_id)
        return self._with(programme, self._source(person_id, found.address, document))

    def take(self, person_id: str, programme_id: str, source_id: str, taking: Taking) -> KeptProgramme:
        """Say how much of a document is wanted.

        Raises:
            InputError: it is being worked on.
        """

        def taken(sources: tuple[Source, ...]) -> list[Source]:
            return [replace(source, taking=taking) if source.id == source_id else source for source in sources]

        return self.programmes.edit_sources(person_id, programme_id, taken)

    def remove_source(self, person_id: str, programme_id: str, source_id: str) -> KeptProgramme:
        """Take a document out; lines that quote it keep their quotes.

        Raises:
            InputError: it is being worked on.
        """
        removed = list[Source]()

        def without(sources: tuple[Source, ...]) -> list[Source]:
            removed.extend(source for source in sources if source.id == source_id)
            return [source for source in sources if source.id != source_id]

        programme = self.programmes.edit_sources(person_id, programme_id, without)
        for source in removed:
            if source.digest:
                self.clips.forget(person_id, source.digest)
        return programme

    def _read(self, person_id: str, name: str, data: bytes) -> Source:
        try:
            return self._source(person_id, name, self.reader.read(data, name, whose=person_id))
        except InputError as error:
            return Source(id=new_id(), name=name, trouble=str(error), taking=Taking.OFF)

    def _source(self, person_id: str, name: str, document: Document) -> Source:
        digest = self.clips.keep(person_id, document.to_json(), _DOCUMENT, "document")
        return Source(
            id=new_id(),
            name=name,
            kind=document.kind.value,
            title=document.title,
            n_words=document.n_words,
            digest=digest,
            notes=document.notes,
        )

    def _with(self, programme: KeptProgramme, *added: Source) -> KeptProgramme:
        def together(sources: tuple[Source, ...]) -> tuple[Source, ...]:
            _refuse_too_many(len(sources) + len(added))
            return (*sources, *added)

        try:
            return self.programmes.edit_sources(programme.person_id, programme.id, together)
        except AudiokitError:
            for source in added:
                if source.digest:
                    self.clips.forget(programme.person_id, source.digest)
            raise


def _refuse_too_many(n_sources: int) -> None:
    if n_sources > MOST_FILES:
        raise InputError(f"A programme takes {MOST_FILES} documents. Make another one of the rest.")
