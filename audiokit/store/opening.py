"""Where blobs are, by the settings."""

from __future__ import annotations

from audiokit.settings import Settings
from audiokit.store.blobs import Blobs

__all__ = ["open_blobs"]


def open_blobs(settings: Settings) -> Blobs:
    """Return the blobs in the data folder, or in the bucket that is set, which is asked once whether it is there.

    Raises:
        NotConfigured: the address or the folder is wrong.
        StoreError: the bucket is not there, refuses our keys, or cannot be reached.
    """
    if settings.blobs_url is None:
        return Blobs(settings.data_dir / "blobs")
    from audiokit.store.blob_bucket import bucket_of  # noqa: PLC0415 - only who has a bucket needs it

    blobs = Blobs(bucket_of(settings))
    blobs.check()
    return blobs
