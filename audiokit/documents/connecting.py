"""One question to one web server, at the place that was judged, and over at a deadline.

The connection goes to the number that the name was resolved to, so that a name which changes its mind in between
changes nothing. TLS still checks the name.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from threading import Timer
from types import MappingProxyType

from audiokit import __version__
from audiokit.documents.addresses import Target
from audiokit.errors import AddressUnreachable, InputError

__all__ = ["answered", "left"]

_CONNECT_S = 8.0
_HEADERS = {
    "User-Agent": f"audiokit/{__version__}",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain,text/markdown;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "identity",
    "Connection": "close",
}


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the places that were judged, whatever the name says by now."""

    def __init__(self, target: Target, places: Sequence[str], deadline: float) -> None:
        super().__init__(target.host, target.port)
        self._target, self._places, self._deadline = target, places, deadline
        self._wire: socket.socket | None = None  # kept when the answer takes it over from the connection

    def connect(self) -> None:
        plain = self._reached()
        plain.settimeout(left(self._deadline))
        self.sock = self._wire = plain
        if self._target.scheme == "https":
            self.sock = _trusting().wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
            self._wire = self.sock
            self.sock.do_handshake()

    def stop(self) -> None:
        """Wake whoever waits for the other side, from another thread; there is nothing more to come."""
        if self._wire is not None:
            with suppress(OSError):  # it was closed meanwhile
                self._wire.shutdown(socket.SHUT_RDWR)

    def _reached(self) -> socket.socket:
        failed: OSError | None = None
        for place in self._places:
            try:
                return socket.create_connection((place, self.port), timeout=min(_CONNECT_S, left(self._deadline)))
            except OSError as error:
                failed = error
        raise failed or OSError("there is nowhere to connect to")


def _trusting() -> ssl.SSLContext:
    """Trust whom the rest of audiokit trusts: what the official SDK's HTTP library does."""
    import httpx2  # noqa: PLC0415 - a tenth of a second, and needed for https only

    return httpx2.create_ssl_context()


@contextmanager
def answered(
    target: Target,
    places: Sequence[str],
    deadline: float,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[http.client.HTTPResponse]:
    """Ask, and give the answer's head; all of it is over at the deadline, however slowly the other side talks.

    Raises:
        AddressUnreachable: no answer came; its detail ``was_sent`` says whether the other side may have been asked.
    """
    was_sent = False
    connection = _Pinned(target, places, deadline)

    watch = Timer(left(deadline), connection.stop)
    watch.daemon = True
    with closing(connection):
        try:
            watch.start()
            connection.connect()
            was_sent = True
            connection.request(method, target.path, body, {**_HEADERS, **headers})
            with closing(connection.getresponse()) as answer:
                yield answer
        except InputError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise AddressUnreachable(
                f"{target.host} cannot prove that it is {target.host} (its certificate is not valid). "
                "If you trust it, download the file yourself, and upload it.",
                reason=str(error),
            ) from error
        except (OSError, http.client.HTTPException, zlib.error, ValueError, AttributeError) as error:
            if time.monotonic() >= deadline:
                raise AddressUnreachable(
                    f"{target.host} took too long. Download the file yourself, and upload it.",
                    was_sent=was_sent,
                ) from error
            raise AddressUnreachable(
                f"{target.host} did not answer as a web server does. Open the address in a browser, "
                "and upload what you see.",
                reason=f"{type(error).__name__}: {error}",
                was_sent=was_sent,
            ) from error
        finally:
            watch.cancel()


def left(deadline: float) -> float:
    """Return the seconds that are left.

    Raises:
        AddressUnreachable: there are none.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise AddressUnreachable("This address took too long. Download the file yourself, and upload it.")
    return left
