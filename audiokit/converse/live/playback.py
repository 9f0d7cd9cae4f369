"""What the person hears of an answer: how far it has been sent, how far it has been played, what was silenced."""

from __future__ import annotations

from collections.abc import Mapping

from audiokit.converse.live.seam import BYTES_PER_MS, Played

__all__ = ["Playback"]

_ABOUT_MS = 250  # reports come every 100 ms, and take their time
_BYTES_PER_S = BYTES_PER_MS * 1000


class Playback:
    """The sound that was sent to a browser, item by item. Times are seconds of some steady clock.

    The browser reports how far it is. Between two reports, and where it reports nothing, sound is taken to be played
    as fast as sound is.
    """

    def __init__(self) -> None:
        self._sent: dict[str, int] = {}  # bytes, in the order of playing
        self._reported: dict[str, int] = {}  # ms
        self._until = 0.0  # when all will have been played

    def sent(self, item_id: str, n_bytes: int, now: float) -> None:
        """Add what was sent."""
        self._sent[item_id] = self._sent.get(item_id, 0) + n_bytes
        self._until = max(self._until, now) + n_bytes / _BYTES_PER_S

    def reported(self, item_id: str, ms: int, now: float) -> None:
        """Take the browser's word for how far it is."""
        if item_id not in self._sent:
            return
        self._reported[item_id] = max(ms, self._reported.get(item_id, 0))
        left_ms = self._sent_ms(item_id) - min(self._reported[item_id], self._sent_ms(item_id)) + self._behind(item_id)
        self._until = now + left_ms / 1000

    def queued_ms(self, now: float) -> float:
        """Return how much of what was sent is still to be played."""
        return max(0.0, self._until - now) * 1000

    def heard_now(self, now: float) -> dict[str, int]:
        """Return how much of each item was heard, without asking: where the browser has gone."""
        left, heard = self.queued_ms(now), dict[str, int]()
        for item_id in reversed(self._sent):
            of_this = min(left, self._sent_ms(item_id))
            heard[item_id] = round(self._sent_ms(item_id) - of_this)
            left -= of_this
        return heard

    def silenced(self, played: Played, now: float) -> Mapping[str, int]:
        """Return how much of each item was heard, by the browser's answer to being silenced, and begin anew."""
        items = list(self._sent)
        if played.item_id in self._sent:
            index = items.index(played.item_id)
            heard = {item: self._sent_ms(item) for item in items[:index]}
            heard |= {played.item_id: min(played.ms, self._sent_ms(played.item_id))} | dict.fromkeys(
                items[index + 1 :], 0
            )
        elif self.queued_ms(now) <= _ABOUT_MS:
            heard = {item: self._sent_ms(item) for item in items}
        else:
            heard = {item: min(self._reported.get(item, 0), self._sent_ms(item)) for item in items}
        self.clear()
        return heard

    def clear(self) -> None:
        """Forget everything: nothing of it plays any more."""
        self._sent.clear()
        self._reported.clear()
        self._until = 0.0

    def _sent_ms(self, item_id: str) -> int:
        return self._sent[item_id] // BYTES_PER_MS

    def _behind(self, item_id: str) -> int:
        items = list(self._sent)
        return sum(self._sent_ms(item) for item in items[items.index(item_id) + 1 :])
