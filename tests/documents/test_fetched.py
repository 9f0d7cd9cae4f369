"""Documents from addresses: fetched within bounds, and from no network but the public one."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from audiokit.documents.fetched import Fetched, fetch
from audiokit.documents.limits import Limits
from audiokit.errors import AddressRefused, AddressUnreachable, DocumentTooLarge, EmptyDocument

Answer = Callable[[BaseHTTPRequestHandler], None]
PAGE = b"<html><body><p>Hello there.</p></body></html>"


class Site(BaseHTTPRequestHandler):
    """A server that answers as a test wants."""

    answers: ClassVar[dict[str, Answer]] = {}
    seen: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        self.seen.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        self.answers.get(self.path.split("?")[0], missing)(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def missing(site: BaseHTTPRequestHandler) -> None:
    site.send_error(404)


def says(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(site: BaseHTTPRequestHandler) -> None:
        site.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            site.send_header(name.replace("_", "-"), value)
        site.end_headers()
        site.wfile.write(body)

    return answer


def moves(to: str, status: int = 302) -> Answer:
    return says(b"", status, Location=to)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def site(server: str) -> Iterator[Callable[..., str]]:
    """Tell the server what to answer; gives the address of its first page."""
    Site.seen.clear()

    def opened(**answers: Answer) -> str:
        Site.answers.update({f"/{name}": answer for name, answer in answers.items()})
        return f"{server}/{next(iter(answers))}"

    yield opened
    Site.answers.clear()


def fetched(address: str, **more: object) -> Fetched:
    return fetch(address, allow_private=True, **more)  # type: ignore[arg-type]  # one of fetch's own


def test_what_is_at_an_address_comes_with_a_name(site: Callable[..., str]) -> None:
    address = site(paper=says(PAGE, Content_Type="text/html; charset=utf-8"))

    assert fetched(address) == Fetched(data=PAGE, name="paper.html", address=address)
    assert Site.seen[0]["user-agent"].startswith("audiokit/")
    assert "cookie" not in Site.seen[0]


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"Content_Disposition": 'attachment; filename="report 1.pdf"'}, "report 1.pdf"),
        ({"Content_Disposition": "attachment; filename*=UTF-8''caf%C3%A9.pdf"}, "café.pdf"),
        (
            {"Content_Disposition": 'attachment; filename="../../etc/passwd"', "Content_Type": "text/plain"},
            "passwd.txt",
        ),
        ({"Content_Type": "text/markdown"}, "given.md"),
        ({"Content_Type": "application/octet-stream"}, "given"),
        ({}, "given"),
    ],
)
def test_the_name_is_the_one_sent_along_or_the_last_of_the_path(
    site: Callable[..., str], headers: dict[str, str], name: str
) -> None:
    assert fetched(site(given=says(b"words", 200, **headers))).name == name


def test_redirects_are_followed_and_the_last_address_is_told(site: Callable[..., str], server: str) -> None:
    address = site(a=moves("/b"), b=moves("c?x=1", 301), c=says(b"words"))

    assert fetched(address).address == f"{server}/c?x=1"


def test_redirects_without_end_are_given_up(site: Callable[..., str]) -> None:
    with pytest.raises(AddressUnreachable, match="without end"):
        fetched(site(a=moves("/a")))

    assert len(Site.seen) == 6


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "ftp://example.org/x", "gopher://127.0.0.1:25/x", "http://user:pass@127.0.0.1/"]
)
def test_a_redirect_is_judged_as_the_first_address_was(site: Callable[..., str], to: str) -> None:
    with pytest.raises(AddressRefused):
        fetched(site(a=moves(to)))


@pytest.mark.parametrize(
    ("status", "word"),
    [(404, "nothing at this address"), (403, "does not show this"), (503, "Try again"), (204, "no document")],
)
def test_what_a_server_refuses_is_a_sentence(site: Callable[..., str], status: int, word: str) -> None:
    with pytest.raises(AddressUnreachable, match=word) as refused:
        fetched(site(a=says(b"", status)))

    assert refused.value.detail["status"] == status


def test_nothing_is_said_to_be_nothing(site: Callable[..., str]) -> None:
    with pytest.raises(EmptyDocument, match="nothing at this address"):
        fetched(site(a=says(b"")))


def test_too_much_is_refused_by_what_is_announced_and_by_what_comes(site: Callable[..., str]) -> None:
    def endless(site: BaseHTTPRequestHandler) -> None:
        site.send_response(200)
        site.end_headers()
        try:
            while True:
                site.wfile.write(bytes(65_536))
        except OSError:
            pass  # the other side has had enough

    limits = Limits(max_size_bytes=1_000_000)
    with pytest.raises(DocumentTooLarge):
        fetched(site(a=says(b"", Content_Length="5000000000")), limits=limits)
    with pytest.raises(DocumentTooLarge):
        fetched(site(b=endless), limits=limits)


def test_what_came_packed_is_unpacked_within_bounds(site: Callable[..., str]) -> None:
    packed = says(gzip.compress(PAGE), Content_Encoding="gzip")
    bomb = says(gzip.compress(bytes(30_000_000)), Content_Encoding="gzip")
    cut = says(gzip.compress(PAGE)[:-9], Content_Encoding="gzip")
    unknown = says(b"??", Content_Encoding="br")

    assert fetched(site(a=packed)).data == PAGE
    with pytest.raises(DocumentTooLarge):
        fetched(site(b=bomb), limits=Limits(max_size_bytes=1_000_000))
    with pytest.raises(AddressUnreachable):
        fetched(site(c=cut))
    with pytest.raises(AddressUnreachable, match="packed in a way"):
        fetched(site(d=unknown))


def test_what_was_cut_off_is_not_taken_for_whole(site: Callable[..., str]) -> None:
    with pytest.raises(AddressUnreachable, match="did not answer as a web server does"):
        fetched(site(a=says(b"half", Content_Length="8", Connection="close")))


def test_a_server_that_drips_is_given_up_in_time(site: Callable[..., str]) -> None:
    over = threading.Event()

    def dripping(site: BaseHTTPRequestHandler) -> None:
        site.send_response(200)
        site.end_headers()
        try:
            while not over.wait(0.05):
                site.wfile.write(b".")
                site.wfile.flush()
        except OSError:
            pass  # the other side has had enough

    with pytest.raises(AddressUnreachable, match="took too long"):
        fetched(site(a=dripping), max_seconds=0.6)
    over.set()


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(AddressUnreachable, match="took too long"):
            fetched(f"http://127.0.0.1:{mute.getsockname()[1]}/", max_seconds=0.3)


@pytest.mark.parametrize(
    "greeting", [b"SSH-2.0-OpenSSH_9.6\r\n", b"220 mail ESMTP\r\n", b"HTTP/1.1 banana\r\n\r\n", b""]
)
def test_what_is_no_web_server_is_a_sentence(greeting: bytes) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        def greet() -> None:
            with other.accept()[0] as connection:
                connection.sendall(greeting)

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(AddressUnreachable):
            fetched(f"http://127.0.0.1:{other.getsockname()[1]}/", max_seconds=5)
        thread.join()


def test_text_is_told_in_utf8_where_only_the_head_says_what_it_is(site: Callable[..., str]) -> None:
    text = "Съешь ещё этих мягких французских булок"

    given = fetched(site(a=says(text.encode("koi8-r"), Content_Type="text/plain; charset=koi8-r")))

    assert given.data.decode() == text


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server at the port given, which can prove that it is secure.example; two names lead there."""
    certificate = certificate_of("secure.example", tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    running = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    running.socket = context.wrap_socket(running.socket, server_side=True)
    running.handle_error = lambda *_: None  # type: ignore[method-assign]  # what the client did is what we look for
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    resolve, port = socket.getaddrinfo, running.server_address[1]

    def ours(host: str, *args: object, **more: object) -> object:
        if host.endswith(".example"):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return resolve(host, *args, **more)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(socket, "getaddrinfo", ours)
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield port
    running.shutdown()
    running.server_close()
    thread.join()


def test_a_certificate_is_checked_by_the_name_and_not_by_the_place(secure: int, site: Callable[..., str]) -> None:
    site(a=says(b"words"))

    assert fetched(f"https://secure.example:{secure}/a").data == b"words"
    with pytest.raises(AddressUnreachable, match="certificate is not valid"):
        fetched(f"https://other.example:{secure}/a")


def test_a_certificate_that_nobody_signed_is_not_trusted(secure: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(AddressUnreachable, match="certificate is not valid"):
        fetched(f"https://secure.example:{secure}/a")


def certificate_of(name: str, folder: Path) -> Path:
    """Return a file with a key and a certificate that nobody signed."""
    import datetime as dt  # noqa: PLC0415 - for this alone

    from cryptography import x509  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - the same
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - the same

    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "site.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_a_public_page_that_moved_into_a_private_network_is_refused(
    site: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first hop is let through as if it were public; the second is judged for itself."""
    address = site(a=moves("http://127.0.0.2:9999/secret"))
    monkeypatch.setattr("audiokit.documents.addresses.is_public", lambda place: place == "127.0.0.1")

    with pytest.raises(AddressRefused, match="private network"):
        fetch(address)

    assert len(Site.seen) == 1


def test_a_name_is_asked_for_once_and_the_connection_goes_where_it_was_judged(
    site: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, port = list[str](), int(site(a=says(b"words")).split(":")[2].split("/")[0])
    resolve = socket.getaddrinfo

    def changing(host: str, *args: object, **more: object) -> object:
        if host == "changing.example":
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port))]
        return resolve(host, *args, **more)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(socket, "getaddrinfo", changing)

    assert fetched(f"http://changing.example:{port}/a").data == b"words"
    assert asked == ["changing.example"]
    assert Site.seen[0]["host"] == f"changing.example:{port}"
