"""Where an address leads, and whether a server may be sent there on a person's word: public web servers only."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import quote, urlsplit

from audiokit.errors import AddressRefused, AddressUnreachable

__all__ = ["Target", "is_public", "places_of", "target_of"]

_NOT_WEB = "This is not the address of a web page or a document on the web; those begin with https:// or http://."
_NO_ADDRESS = "This address is not complete. Copy it from the browser's address bar, and paste all of it."
_PRIVATE = "This address leads into a private network, where documents cannot be fetched from. Upload the file instead."
_SCHEMES = {"https": 443, "http": 80}
_BARE = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:[/?#].*)?$")
_LONGEST = 4_000  # characters
_LEAST_FREE_PORT = 1024  # below it are mail, remote shells and the like; the web has two ports there

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# Not private by the registry, or not in the tables of every Python that we run on, and no place for documents:
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments; a cloud's metadata at .192
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "168.63.129.16/32",  # Azure's own service for its machines
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2002::/16",  # 6to4: any IPv4 address, private ones too
        "3fff::/20",  # documentation, RFC 9637
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One address, taken apart; ``host`` in ASCII, ``path`` as it is asked for, with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def address(self) -> str:
        """The address in one piece."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _SCHEMES[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


def target_of(address: str, *, allow_private: bool = False) -> Target:
    """Take an address apart; one without a scheme is meant for the web.

    Raises:
        AddressRefused: it is none, not of the web, holds a password, or asks for another service's port.
    """
    given = address.strip()
    if "://" not in given and _BARE.match(given):
        given = f"https://{given}"
    try:
        parts = urlsplit(given)
        host, port = parts.hostname, parts.port
        scheme = parts.scheme.lower()
    except ValueError as error:
        raise AddressRefused(_NO_ADDRESS) from error
    if scheme not in _SCHEMES:
        raise AddressRefused(_NOT_WEB if given else _NO_ADDRESS, scheme=scheme)
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("This address holds a name or a password. Remove that, or upload the file instead.")
    if not host or len(given) > _LONGEST:
        raise AddressRefused(_NO_ADDRESS)
    port = _SCHEMES[scheme] if port is None else port
    if port < _LEAST_FREE_PORT and port not in _SCHEMES.values() and not allow_private:
        raise AddressRefused("This address asks for a service that is not the web. Upload the file instead.", port=port)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?[]')}" if parts.query else ""
    )
    return Target(scheme=scheme, host=_in_ascii(host), port=port, path=path)


def places_of(target: Target, *, timeout_s: float, allow_private: bool = False) -> list[str]:
    """Return the numeric addresses of a host, all of them judged; connect to these, and ask no name again.

    Raises:
        AddressRefused: one of them is not public. One is enough: the next answer could be that one.
        AddressUnreachable: there is no such host, or nobody knew in time.
    """
    places = _resolved(target, timeout_s)
    if not allow_private and not all(is_public(place) for place in places):
        raise AddressRefused(_PRIVATE, host=target.host)
    return places


def is_public(place: str) -> bool:
    """Whether a numeric address is one of the public internet."""
    try:
        number = ipaddress.ip_address(place.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv6Address):
        if number.ipv4_mapped is not None:
            return is_public(str(number.ipv4_mapped))
        if number in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(number) & 0xFFFF_FFFF)))
        if number not in _GLOBAL_UNICAST:
            return False
    if any(number in network for network in _NEVER if network.version == number.version):
        return False
    return number.is_global and not number.is_multicast and not number.is_reserved


def _in_ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise AddressRefused(_NO_ADDRESS) from error


def _resolved(target: Target, timeout_s: float) -> list[str]:
    """Ask the system for a name, and wait no longer than allowed; it cannot be told to hurry."""
    answers = SimpleQueue[list[str] | OSError | UnicodeError]()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(place[0]) for *_, place in found)))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except Empty as error:
        raise AddressUnreachable("Nobody answered where this address is. Try again in a minute.") from error
    if isinstance(answer, Exception) or not answer:
        raise AddressUnreachable(
            f"There is no server named {target.host}. Check the address for typing errors.", reason=str(answer)
        )
    return answer
