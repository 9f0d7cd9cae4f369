"""Who has the floor in a live session, and over which connection; both sides of an exchange share it."""

from __future__ import annotations

from dataclasses import dataclass

from audiokit.converse.live.outlet import Outlet
from audiokit.converse.live.talk import Line, Talk
from audiokit.converse.live.turns import Said
from audiokit.speech.realtime import Session, TurnTaking

__all__ = ["Floor"]


@dataclass(slots=True)
class Floor:
    """How a session stands now.

    ``line`` is the place where it is held, and stays the last one while there is no connection; ``session`` is the
    connection, None: there is none. ``said`` is what the person said last. ``awaits_reply``: they have finished, and
    nothing has come yet.
    """

    talk: Talk
    outlet: Outlet
    line: Line | None = None
    session: Session | None = None
    said: Said | None = None
    awaits_reply: bool = False
    _told: str = ""

    @property
    def only_translates(self) -> bool:
        """Whether nobody takes turns."""
        return self.line is not None and self.line.only_translates

    @property
    def is_push_to_talk(self) -> bool:
        """Whether the person says when a turn begins and ends."""
        return self.talk.options.turns is TurnTaking.PUSH_TO_TALK and not self.only_translates

    def tell_state(self, state: str) -> None:
        """Tell the person how things stand, if that has changed."""
        if state != self._told:
            self._told = state
            self.outlet.put({"type": "state", "state": state})
