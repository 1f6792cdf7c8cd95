"""What obstore raises becomes an error in our own words: its text may hold a token, and is never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import SetupError, StoryreelError
from pipeline.sync.remotes import RemoteError, Unreachable

_KEYS = {
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "AuthenticationFailed",
    "InvalidSecurity", "NoCredentials", "TokenRefreshRequired",
}  # fmt: skip
_NO_BUCKET = {"NoSuchBucket", "ContainerNotFound", "ResourceNotFound", "AllAccessDisabled", "PermanentRedirect"}
_CODE = re.compile(r"<Code>([A-Za-z]{3,60})</Code>")
_STATUS = re.compile(r"status code: ([1-5][0-9][0-9])")
_METADATA = (
    "169.254.169.254",
    "169.254.170",
    "metadata.google.internal",
    "fd00:ec2",
    "no credential",
    "credential provider",
)
KEYS_HINT = (
    "look at the keys in the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for s3, "
    "GOOGLE_APPLICATION_CREDENTIALS for gs, AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY for az"
)
_AGAIN = "nothing is lost: the same command goes on from here"


@contextmanager
def told(remote: str, name: str) -> Iterator[None]:
    """Turns what obstore raises about an object into SetupError, RemoteError or Unreachable, in our words."""
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

    try:
        yield
    except StoryreelError:
        raise
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise _refused(remote, str(error)) from None
    except FileNotFoundError as error:
        if _code(str(error)) in _NO_BUCKET:
            raise _no_bucket(remote) from None
        raise RemoteError(f"{remote}/{name}: it is not there any more", hint="somebody deleted it") from None
    except (BaseError, ValueError, OSError) as error:
        raise _failure(remote, name, str(error)) from None


def _failure(remote: str, name: str, text: str) -> StoryreelError:
    code, status = _code(text), _status(text)
    if code in _NO_BUCKET or (status == 404 and not code):
        return _no_bucket(remote)
    if any(mark in text for mark in _METADATA):
        return SetupError(f"{remote}: there are no keys for it", hint=KEYS_HINT)
    if code in _KEYS or status in (401, 403):
        return _refused(remote, text)
    if status == 301 or code in ("AuthorizationHeaderMalformed", "IllegalLocationConstraintException"):
        return SetupError(f"{remote}: it lies in another region", hint="set AWS_REGION to that of the bucket")
    if not status:
        return Unreachable(f"{remote}: {_why(text)}", hint=_AGAIN)
    what = f"HTTP {status}" + (f", {code}" if code else "")
    if status >= 500 or status == 429:
        return Unreachable(f"{remote}: it does not serve at this moment ({what})", hint=_AGAIN)
    return RemoteError(f"{remote}/{name}: it was turned down ({what})", hint=_AGAIN)


def _refused(remote: str, text: str) -> SetupError:
    code = _code(text)
    if code in _KEYS:
        return SetupError(f"{remote}: it does not take the keys of the environment ({code})", hint=KEYS_HINT)
    return SetupError(
        f"{remote}: the keys of the environment may not do this{f' ({code})' if code else ''}", hint=KEYS_HINT
    )


def _no_bucket(remote: str) -> SetupError:
    return SetupError(
        f"{remote}: there is no such bucket", hint="look at `remote` in storyreel.yaml, or make the bucket"
    )


def _why(text: str) -> str:
    low = text.lower()
    if "refused" in low:
        return "nobody answers there (connection refused)"
    if "dns" in low or "lookup" in low:
        return "its name is not known here"
    if "timedout" in low or "timed out" in low or "timeout" in low:
        return "it took too long to answer"
    if "certificate" in low or "tls" in low:
        return "there is no trusted TLS connection to it"
    return "the connection broke off"


def _code(text: str) -> str:
    found = _CODE.search(text)
    return found[1] if found else ""


def _status(text: str) -> int:
    found = _STATUS.search(text)
    return int(found[1]) if found else 0
