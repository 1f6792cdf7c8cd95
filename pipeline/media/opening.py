"""A path comes in; a libav container that can only be what its first bytes said goes out, or a MediaError."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard, Disposition, Stream
from av.video.stream import VideoStream

from pipeline.errors import MediaError
from pipeline.media.files import format_of, regular_file

MAX_SIDE = 8192  # pixels
_WORTH_THREADS = 640 * 360  # pixels; to start threads takes as long as to decode a smaller clip of a second
_WITH_HEADER = ("mp4", "mov")  # their streams, and where each begins, are known before the first packet


@contextmanager
def opened(path: Path, *, pictures: bool = True, probed: bool = True) -> Iterator[InputContainer]:
    """The film or sound at `path` as a libav container; libav's complaints in the body become MediaErrors.

    Without `pictures` none is decoded to learn more of them than the header says, which takes most of the time. Where
    it is not `probed` either, the header is all that is read: for who looks at every packet anyway.
    """
    with regular_file(path) as file:
        form = format_of(path, file)
    if not form.demuxers:
        raise MediaError(str(path), f"expected a video or a sound, found an image ({form.name})")
    # Without the white list libav obeys playlists that name other files, whatever a file is called; without `file:`
    # it takes a name like `concat:a|b` for an address.
    options = {"format_whitelist": form.demuxers, "protocol_whitelist": "file"}
    if not probed and form.name in _WITH_HEADER:
        options["probesize"] = "32"  # bytes, the least that libav takes
    unseen = [{"skip_frame": "all"}] if not pictures and form.name in _WITH_HEADER else None
    name = f"file:{path.absolute()}"
    # PyAV 18.1 says in its types that the options of a stream are strings; it takes dictionaries.
    words = {"options": options, "stream_options": unseen, "metadata_errors": "replace"}
    with blaming(path), av.open(name, **words) as container:  # type: ignore[call-overload]
        yield container


@contextmanager
def blaming(path: Path) -> Iterator[None]:
    """What libav says about the file in the body becomes a MediaError that names it."""
    try:
        yield
    except av.FFmpegError as error:
        reason = (error.strerror or str(error)).lower()
        raise MediaError(str(path), f"can't be decoded: {reason}", hint="the file is damaged or cut short") from error


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The first stream of moving pictures; the cover of a song is none."""
    moving = (stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic)
    stream = next(moving, None)
    if stream is not None:
        stream.codec_context.options = {"max_pixels": str(MAX_SIDE**2)}
    return stream


def pixel_aspect(stream: VideoStream) -> Fraction | None:
    """How wide a pixel is for its height; None where nobody says. To be asked once a frame was decoded.

    The container says it, or the pictures alone, which are not looked at while a file is opened without them.
    """
    return stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or None


def only(container: InputContainer, stream: Stream) -> None:
    """Has the packets of all other streams left where they are, unread."""
    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all


def spare_threads(stream: VideoStream) -> None:
    """Has small pictures decoded by one thread."""
    if stream.width * stream.height < _WORTH_THREADS:
        stream.thread_type, stream.codec_context.thread_count = "NONE", 1


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The first stream of sound."""
    return next(iter(container.streams.audio), None)
