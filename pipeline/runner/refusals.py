"""What the API says no to becomes a next step that names the shot's own inputs."""

from __future__ import annotations

from pipeline import wire
from pipeline.errors import GenerationError, OutOfCredit, RefusedByApi
from pipeline.plan import Order
from pipeline.wire import FileRef, FrameRef, Prediction

_MOST_NAMED = 4  # files
_LATER = "nothing is wrong with the shot: run the command again later; what failed is given back within hours"


def failure(prediction: Prediction, order: Order) -> RefusedByApi:
    """The error that a prediction which came to no clip stands for."""
    meaning = wire.MEANING.get(prediction.code, prediction.status)
    words = f"{meaning}: {prediction.error}" if prediction.error else meaning
    kind = OutOfCredit if prediction.code == wire.NO_CREDIT else RefusedByApi
    step = next_step(prediction.code, order) or _LATER
    return kind(words, hint=step, code=prediction.code, prediction=prediction.id)


def with_next_step(error: GenerationError, order: Order) -> GenerationError:
    """The error of a submission, with what to do about just this shot."""
    error.hint = next_step(error.code, order) or error.hint
    return error


def next_step(code: int, order: Order) -> str:
    """What to do about a refusal with that business code; "" where the code says nothing."""
    files = _files(order)
    match code:
        case wire.MODERATED:
            which = f"the prompt or {files}" if files else "the prompt"
            return f"change {which}: real people, brands and violence are the usual reasons; or add a fallback_prompt"
        case wire.MISSING | wire.INVALID:
            return "see the request with `storyreel prompt`; if the API has changed, `storyreel models --refresh` tells"
        case wire.UNREACHABLE_MEDIA:
            return f"run the command again: {files or 'its files'} will be uploaded anew"
        case wire.NO_CREDIT:
            return "top up the account; then the same command goes on"
        case wire.TIMED_OUT:
            return f"it took too long at the API; {_LATER}"
        case 1403 | 1405 | 1406 | 5000 | 5003:
            return _LATER
        case _:
            return ""


def _files(order: Order) -> str:
    """The files that go with the request, by name: what is wrong with a request is often wrong with one."""
    names = [ref.path for ref in order.request.media if isinstance(ref, FileRef)]
    names += ["the frame that it continues from" for ref in order.request.media if isinstance(ref, FrameRef)]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
