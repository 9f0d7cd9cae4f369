"""Visits that do more than type: they press buttons, write into fields, drop files, and fetch what a page links to.

Files go the way that a browser's go: the page names its drop zone, Streamlit gives an address for each file, they are
put there, and the script runs with them.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME

from benchmarks._visits import PATIENCE_S, Visit, visiting

__all__ = ["Hands", "NotThere", "by_hand"]

_PATIENCE_S = 600.0  # for what a press of a button sets off, all of which is done before the page is drawn
_WORDS = ("markdown", "alert", "heading", "text")
_numbers = count()


class NotThere(Exception):
    """What was to be used is not on the page."""


@dataclass
class Hands(Visit):
    """A visit of the page at ``path``; what is on it is known since it was last drawn whole."""

    path: str = ""
    visit_id: str = ""
    page_hash: str = ""  # Streamlit's name of the page, once it is drawn
    _shown: dict[tuple[int, ...], Any] = field(default_factory=dict)  # elements, by their places
    _kept: dict[str, ForwardMsg] = field(default_factory=dict)  # what the server need not send twice
    _places: dict[str, Sequence[FileURLs]] = field(default_factory=dict)  # for files, by the request

    @property
    def sentences(self) -> list[str]:
        """What stands on the page, piece by piece."""
        return [_plain(one.body) for kind in _WORDS for one in self._all(kind)]

    @property
    def alerts(self) -> list[str]:
        """What it warns of."""
        return [_plain(one.body) for one in self._all("alert")]

    def components(self, name: str) -> list[str]:
        """Return what components of a name were told, as JSON."""
        return [str(one.json or one.mixed.json) for one in self._all("bidi_component") if one.component_name == name]

    @property
    def exceptions(self) -> list[str]:
        """What the page broke with."""
        return [str(one.message) for one in self._all("exception")]

    def has(self, kind: str, label: str = "") -> bool:
        """Return whether something of a kind, with a label that begins so, is on the page."""
        return any(one.label.startswith(label) for one in self._all(kind))

    async def until(self, is_so: Callable[[Hands], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until the page, which may draw itself again, is as it should be."""
        async with asyncio.timeout(patience_s), self._drawn:
            await self._drawn.wait_for(lambda: not self._is_drawing and is_so(self))

    async def press(self, label: str) -> float:
        """Press the button whose label begins so, and return how long it took until the page was drawn with it."""
        pressed = self._one("button", label).id

        def press(message: BackMsg) -> None:
            one = message.rerun_script.widget_states.widgets.add()
            one.id, one.trigger_value = pressed, True

        return await self._run(press, _PATIENCE_S)

    async def write(self, label: str, words: str) -> float:
        """Write into the text area whose label begins so."""
        written = self._one("text_area", label).id

        def write(message: BackMsg) -> None:
            one = message.rerun_script.widget_states.widgets.add()
            one.id, one.string_value = written, words

        return await self._run(write, _PATIENCE_S)

    async def choose(self, label: str, option: int) -> float:
        """Choose from buttons in a row, by the place of one among them."""
        row = self._one("button_group", label)
        words = f"{row.options[option].content_icon} {row.options[option].content}".strip()

        def choose(message: BackMsg) -> None:
            one = message.rerun_script.widget_states.widgets.add()
            one.id = row.id
            one.string_array_value.data.append(words)

        return await self._run(choose, _PATIENCE_S)

    async def drop(self, files: Sequence[tuple[str, bytes]], label: str = "") -> float:
        """Drop files into the zone whose label begins so; return how long it took until the page was drawn with them.

        Raises:
            NotThere: there is no such zone, or the server did not take a file; the reason is its answer.
        """
        began, zone = time.monotonic(), self._one("file_uploader", label)
        places = await self._asked_for_places([name for name, _ in files])
        await self._put(files, places)

        def dropped(message: BackMsg) -> None:
            one = message.rerun_script.widget_states.widgets.add()
            one.id = zone.id
            for (name, data), place in zip(files, places, strict=True):
                told = one.file_uploader_state_value.uploaded_file_info.add()
                told.name, told.size, told.file_id = name, len(data), place.file_id
                told.file_urls.CopyFrom(place)

        await self._run(dropped, _PATIENCE_S)
        return time.monotonic() - began

    async def fetch(self, label: str) -> bytes:
        """Return what the link whose label begins so leads to."""
        url = self._one("link_button", label).url
        async with self._client() as client:
            answer = await client.get(url)
            answer.raise_for_status()
            return answer.content

    async def _asked_for_places(self, names: Sequence[str]) -> Sequence[FileURLs]:
        message, number = BackMsg(), f"{next(_numbers)}"
        message.file_urls_request.request_id = number
        message.file_urls_request.session_id = self.visit_id
        message.file_urls_request.file_names.extend(names)
        await self.line.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE_S), self._drawn:
            await self._drawn.wait_for(lambda: number in self._places)
        return self._places.pop(number)

    async def _put(self, files: Sequence[tuple[str, bytes]], places: Sequence[FileURLs]) -> None:
        headers = {"X-Xsrftoken": self.cookies.get(XSRF_COOKIE_NAME, "")}
        async with self._client() as client:
            for (name, data), place in zip(files, places, strict=True):
                answer = await client.put(place.upload_url, files={"file": (name, data)}, headers=headers)
                if answer.is_error:
                    raise NotThere(f"{answer.status_code}: {answer.text[:200]}")

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.address, cookies=dict(self.cookies), timeout=PATIENCE_S)

    def _asking(self) -> BackMsg:
        message = super()._asking()
        message.rerun_script.page_name, message.rerun_script.page_script_hash = self.path, self.page_hash
        return message

    def _take(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "ref_hash":
            named, message = message, ForwardMsg()
            message.CopyFrom(self._kept[named.ref_hash])
            message.metadata.CopyFrom(named.metadata)
        elif message.metadata.cacheable and message.hash:
            self._kept[message.hash] = message
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.visit_id = message.new_session.initialize.session_id or self.visit_id
        elif kind == "navigation":
            self.page_hash = message.navigation.page_script_hash
        elif kind == "file_urls_response":
            self._places[message.file_urls_response.response_id] = list(message.file_urls_response.file_urls)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._shown[tuple(message.metadata.delta_path)] = message.delta.new_element
        super()._take(message)

    def _begun(self) -> None:
        self._shown.clear()
        super()._begun()

    def _all(self, kind: str) -> list[Any]:
        return [getattr(one, kind) for one in self._shown.values() if one.WhichOneof("type") == kind]

    def _one(self, kind: str, label: str) -> Any:
        found = next((one for one in self._all(kind) if _plain(one.label).startswith(label)), None)
        if found is None:
            there = [_plain(one.label) for one in self._all(kind)]
            raise NotThere(f"no {kind} {label!r} among {there}; the page says {self.sentences[-5:]}")
        return found


@asynccontextmanager
async def by_hand(address: str, cookies: Mapping[str, str], path: str = "", query: str = "") -> AsyncIterator[Hands]:
    """Open a visit of the page at ``path``, which has been drawn, and leave at the end."""
    async with visiting(address, cookies, query, kind=Hands) as visit:
        assert isinstance(visit, Hands)
        visit.path = path
        await visit.open()
        yield visit


def _plain(label: str) -> str:
    return re.sub(r"\\(.)", r"\1", label)
