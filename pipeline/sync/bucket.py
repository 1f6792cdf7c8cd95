"""A prefix in a bucket of S3, GCS or Azure as a remote. obstore takes endpoint and keys from the environment.

`create` asks the cloud to write only where nothing is (If-None-Match). A large object goes up in parts, to which
obstore adds no such condition: there it is looked first. Two who send one clip in one moment send the same bytes.
"""

from __future__ import annotations

import ipaddress
import itertools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipeline.errors import SetupError
from pipeline.settings import RemotePlace
from pipeline.sync.failures import KEYS_HINT, told
from pipeline.sync.layout import MARK, MARK_CONTENT
from pipeline.sync.remotes import PIECE, RemoteError

if TYPE_CHECKING:
    from obstore.store import AzureStore, GCSStore, S3Store

PART = 5 << 20  # bytes; the least that S3 takes for a part, and the most that goes up in one request
_PARTS_AT_ONCE = 2  # of one object: with four transfers 40 MiB are held at most
_PATIENCE = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=120)}  # of one request, of one part
_RETRIES = {"max_retries": 3, "retry_timeout": timedelta(seconds=30)}
_ENDPOINTS = (
    "AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_STS_ENDPOINT", "AZURE_ENDPOINT",
    "AZURE_STORAGE_ENDPOINT", "GOOGLE_BASE_URL", "GOOGLE_STORAGE_BASE_URL",
)  # fmt: skip
# What else than a key pair lets obstore sign for S3: https://docs.rs/object_store, AmazonS3Builder::from_env, 2026-10.
_OTHER_AWS = (
    "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SKIP_SIGNATURE",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bucket:
    """A prefix in a bucket."""

    shown: str
    store: S3Store | GCSStore | AzureStore = field(repr=False)  # obstore 0.12.1 panics where it shows an AzureStore

    @classmethod
    def at(cls, place: RemotePlace, environ: Mapping[str, str] = os.environ) -> Bucket:
        """The bucket, of which nobody is asked yet. Raises SetupError for what the environment says wrongly."""
        allow_http = _loopback_only(environ)
        if place.kind == "s3":
            _expect_keys(environ)
        try:
            return cls(place.shown, _store(place, allow_http=allow_http))
        except Exception:  # noqa: BLE001 - whatever it says may quote a key, so it is not repeated
            message = f"{place.shown}: the environment does not say enough for it, or says it wrongly"
            raise SetupError(message, hint=KEYS_HINT) from None

    def sizes(self, below: str) -> Mapping[str, int]:
        """Bytes of each object below a prefix."""
        import obstore  # here: 16 MB that only a remote needs

        with told(self.shown, below):
            return {row["path"]: row["size"] for page in obstore.list(self.store, prefix=below) for row in page}

    def read(self, name: str, most: int) -> bytes | None:
        """All of a small object; None where there is none."""
        import obstore

        with told(self.shown, name):
            try:
                found = obstore.get(self.store, name)
            except FileNotFoundError as missing:
                if "NoSuchBucket" in str(missing) or "ContainerNotFound" in str(missing):
                    raise
                return None
            if found.meta["size"] > most:
                raise RemoteError(f"{self.shown}/{name}: too long for what it should be", hint="look at who wrote it")
            return bytes(found.bytes())

    def pieces(self, name: str, size_bytes: int) -> Iterator[bytes]:
        """So many bytes of an object, each piece asked for by itself: each has its own time and its own retries."""
        import obstore

        for start in range(0, size_bytes, PIECE):
            with told(self.shown, name):
                piece = obstore.get_range(self.store, name, start=start, end=min(start + PIECE, size_bytes))
            yield bytes(piece)

    def create(self, name: str, content: bytes) -> None:
        """Writes a small object, unless there is one."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, BaseError

        with told(self.shown, name):
            try:
                obstore.put(self.store, name, content, mode="create")
            except AlreadyExistsError:
                return
            except BaseError as error:
                # Some that speak S3 know no conditions. What is there already holds the same bytes.
                if "NotImplemented" not in str(error) and "501" not in str(error):
                    raise
                if not self.sizes(name.rpartition("/")[0]).get(name):
                    obstore.put(self.store, name, content, use_multipart=False)

    def send(self, name: str, pieces: Iterator[bytes], size_bytes: int) -> None:
        """Writes a large object, unless there is one."""
        import obstore

        if size_bytes <= PART:
            self.create(name, b"".join(pieces))
            return
        if name in self.sizes(name.rpartition("/")[0]):
            return
        first = next(pieces)  # what is wrong with the file is known before anything is begun
        with told(self.shown, name):
            parts = itertools.chain([first], pieces)
            obstore.put(self.store, name, parts, chunk_size=PART, max_concurrency=_PARTS_AT_ONCE)

    def try_writing(self) -> None:
        """Writes the mark of the remote: a cloud looks whether one may before it looks whether it is there."""
        self.create(MARK, MARK_CONTENT)


def _store(place: RemotePlace, *, allow_http: bool) -> S3Store | GCSStore | AzureStore:
    from obstore.store import AzureStore, GCSStore, S3Store

    options: Any = {"client_options": {**_PATIENCE, "allow_http": allow_http}, "retry_config": _RETRIES}
    prefix = place.prefix or None
    if place.kind == "s3":
        return S3Store(place.bucket, prefix=prefix, **options)
    if place.kind == "gs":
        return GCSStore(place.bucket, prefix=prefix, **options)
    return AzureStore(place.bucket, prefix=prefix, **options)


def _loopback_only(environ: Mapping[str, str]) -> bool:
    """Whether an endpoint without TLS is set, which only this machine itself may be. Raises SetupError for others."""
    plain = [name for name in _ENDPOINTS if environ.get(name, "").lower().startswith("http:")]
    for name in plain:
        if not _is_loopback(environ[name]):
            hint = "write https://; without TLS a key and every take could be read on the way"
            raise SetupError(f"{name} is an address without TLS, which only this machine itself may have", hint=hint)
    return bool(plain)


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _expect_keys(environ: Mapping[str, str]) -> None:
    """Raises SetupError where nothing can sign, and this machine's cloud is not to be asked for keys."""
    there = environ.get("AWS_ACCESS_KEY_ID") and environ.get("AWS_SECRET_ACCESS_KEY")
    other = any(environ.get(name) for name in _OTHER_AWS)
    if not there and not other and environ.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
        raise SetupError("there are no keys for the remote", hint="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
