"""The programmes that a person can listen to, as exports and the feed see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from audiokit.errors import NotFound
from audiokit.store.clips import Clips
from audiokit.summaries.kept import KeptProgramme, Progress
from audiokit.summaries.programmes import Programmes, fingerprint_of
from audiokit.summaries.view import ProgrammeView, view_of

__all__ = ["Listening"]

_MOST = 200
_NO_RECORDING = "This programme has no recording of its script as it stands. Generate its sound first."


@dataclass(frozen=True, slots=True)
class Listening:
    """A :class:`audiokit.summaries.exports.Shelf` of what is kept."""

    programmes: Programmes
    clips: Clips

    def made(self, person_id: str) -> Sequence[ProgrammeView]:
        """Return what has a recording of its script as it stands, the latest first, and no more than a feed holds."""
        made = (heading for heading in self.programmes.headings(person_id) if heading.state is Progress.MADE)
        views = (_view(self.programmes.open(person_id, heading.id)) for heading in made)
        return list(islice((view for view in views if view is not None), _MOST))

    def one(self, person_id: str, programme_id: str) -> ProgrammeView:
        """Return one of them.

        Raises:
            NotFound: there is none of this id that is this person's, or it has no recording.
        """
        if (view := _view(self.programmes.open(person_id, programme_id))) is None:
            raise NotFound(_NO_RECORDING)
        return view

    def write_master(self, person_id: str, view: ProgrammeView, to: BinaryIO) -> None:
        """Write its recording as it is kept, a piece at a time.

        Raises:
            NotFound: it is not this person's, or not any more.
        """
        self.clips.write_to(person_id, view.master, to)


def _view(programme: KeptProgramme) -> ProgrammeView | None:
    recording = programme.recording
    return None if recording is None or recording.of != fingerprint_of(programme.lines) else view_of(programme)
