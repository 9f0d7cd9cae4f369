"""Blobs in a bucket of S3, or of another server that speaks its protocol."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from audiokit.errors import NotConfigured, NotFound, OutOfReach, StoreError
from audiokit.settings import Settings
from audiokit.store.blob_folder import place_of
from audiokit.store.copies import Copies

__all__ = ["Bucket", "bucket_of"]

_PIECE_BYTES: Final = 8 * 2**20  # and so many parts of an upload at once, each in memory
_AT_ONCE: Final = 4
_TRIES: Final[Any] = {"max_retries": 4, "retry_timeout": timedelta(seconds=30)}
_TIMES: Final[Any] = {"connect_timeout": "5s", "timeout": "120s"}
_CODES: Final = (re.compile(r"<Code>(\w+)</Code>"), re.compile(r"status code: (\d+)"))
_KEYS_REFUSED: Final = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}
_ASKED_FOR_KEYS: Final = "169.254.169.254"  # where a machine of Amazon's has its role's
_NO_BUCKET: Final = (
    "There is no bucket {bucket}. Make it, or set AUDIOKIT_BLOBS_URL to one that is there; check AWS_ENDPOINT_URL too."
)
_REFUSED: Final = (
    "The bucket {bucket} refuses our keys. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and that "
    "these keys may list, read, write and delete there."
)
_NO_KEYS: Final = "There are no keys for the bucket {bucket}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
_INCOMPLETE: Final = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together, and AWS_ENDPOINT_URL must be an address."
_UNREACHABLE: Final = (
    "The bucket {bucket} cannot be used now. Check that its server runs, and that AWS_ENDPOINT_URL and AWS_REGION are "
    "right."
)


class Bucket:
    """A shelf that is a bucket: see :class:`audiokit.store.blobs.Shelf`. ``copies`` are for what reads only files."""

    where = "in the bucket"
    piece_bytes = _PIECE_BYTES

    def __init__(self, store: S3Store, name: str, copies: Copies) -> None:
        self.store, self._name, self._copies = store, name, copies

    def put(self, place: str, data: bytes) -> None:
        """Keep bytes: an object is there whole, or not at all (Amazon S3 User Guide, "data consistency model")."""
        with self.in_our_words():
            self._put(place, data)

    def put_file(self, path: Path) -> str:
        """Keep a copy of a file, which is read twice: for its name, and to be sent. Return its digest."""
        with self.in_our_words():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            self._put(place_of(digest), _pieces_of(path, digest))
        return digest

    def path(self, place: str) -> Path:
        """Return a copy on this machine."""
        return self._copies.path(place.rpartition("/")[2], lambda: self._pieces(place))

    def delete(self, place: str) -> None:
        """Remove the object, and the copy that this machine may have of it."""
        self._copies.forget(place.rpartition("/")[2])
        obstore.delete(self.store, place)

    def check(self) -> None:
        """Raise StoreError unless the bucket is there, and may be listed.

        Listing is needed beside reading and writing: without it S3 refuses to say that something is not there.
        """
        with self.in_our_words():
            next(iter(obstore.list(self.store, chunk_size=1)), None)

    def sweep(self) -> None:
        """Let go of copies on this machine that were not used for long."""
        self._copies.sweep()

    @contextmanager
    def in_our_words(self) -> Iterator[None]:
        """Raise our errors for those of the server. Theirs stay behind: they may quote the request, and key ids."""
        try:
            yield
        except (BaseError, OSError) as error:
            raise self._meaning(error) from None

    def _put(self, place: str, data: bytes | Iterator[bytes]) -> None:
        obstore.put(self.store, place, data, chunk_size=_PIECE_BYTES, max_concurrency=_AT_ONCE)

    def _pieces(self, place: str) -> Iterator[bytes]:
        with self.in_our_words():
            size = obstore.head(self.store, place)["size"]
            for start in range(0, size, _PIECE_BYTES):
                end = min(size, start + _PIECE_BYTES)
                yield obstore.get_range(self.store, place, start=start, end=end).to_bytes()

    def _meaning(self, error: Exception) -> NotFound | StoreError:
        said = str(error)
        code = next((found[1] for pattern in _CODES if (found := pattern.search(said))), None)
        if isinstance(error, FileNotFoundError) and code != "NoSuchBucket":
            return NotFound("There is no such recording.")
        if code == "NoSuchBucket":
            sentence = _NO_BUCKET
        elif isinstance(error, PermissionDeniedError | UnauthenticatedError) or code in _KEYS_REFUSED:
            sentence = _REFUSED
        elif _ASKED_FOR_KEYS in said:
            sentence = _NO_KEYS
        else:
            return OutOfReach(_UNREACHABLE.format(bucket=self._name), code=code)
        return StoreError(sentence.format(bucket=self._name), code=code)


def bucket_of(settings: Settings) -> Bucket:
    """Return the bucket that is set; it is not asked for anything yet.

    What is not set, object_store looks for in the environment and on the machine, as Amazon's own tools do: a role of
    the machine, of the container, or of a web identity.

    Raises:
        NotConfigured: what is set does not go together.
    """
    bucket, _, prefix = (settings.blobs_url or "").removeprefix("s3://").partition("/")
    endpoint = settings.aws_endpoint_url
    given = {
        "access_key_id": settings.aws_access_key_id,
        "secret_access_key": settings.aws_secret_access_key,
        "session_token": settings.aws_session_token,
    }
    options: Any = {name: secret.get_secret_value() for name, secret in given.items() if secret is not None}
    if settings.aws_region is not None:
        options["region"] = settings.aws_region
    if endpoint is not None:
        options |= {"endpoint": endpoint, "virtual_hosted_style_request": False}
    times: Any = {**_TIMES, "allow_http": (endpoint or "").startswith("http://")}
    try:
        store = S3Store(bucket, prefix=prefix.strip("/") or None, client_options=times, retry_config=_TRIES, **options)
    except (BaseError, ValueError):  # its text may quote what was given
        raise NotConfigured(_INCOMPLETE) from None
    return Bucket(store, bucket, Copies(settings.data_dir / "copies", max_bytes=settings.cache_mb * 10**6))


def _pieces_of(path: Path, digest: str) -> Iterator[bytes]:
    """Yield a file; where it is not what it was, what was sent of it is thrown away."""
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            sha256.update(piece)
            yield piece
    if sha256.hexdigest() != digest:
        raise OSError("the file was changed while it was sent")
