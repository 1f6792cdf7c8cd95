"""What the protocol's values promise: digests that stay, replies read leniently, nothing that trips a reader."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from pipeline import wire
from pipeline.wire import FileRef, FrameRef, Prediction, Request, Ticket, as_digested, request_digest

INPUTS: dict[str, wire.Value] = {
    "prompt": "A lighthouse on a black cliff.",
    "reference_images": (FileRef("ab" * 32, "refs/face.png"), FrameRef("cd" * 32, 1, 119)),
    "reference_videos": (),
    "duration": 5,
    "generate_audio": True,
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["data", "id", "code", "status", "outputs", "url", "upload", "detail", "msg", "timings", "error"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def digest(**changes: wire.Value) -> str:
    return wire.request_digest(Request("a/b", INPUTS | changes))


def test_the_digest_of_a_request_never_changes() -> None:
    # Another value here would make every take of every user a stranger.
    assert digest() == "af5d89e30ed09687660f1d52b7cf17691ea87b6e3d20931b17d0efb81886ca73"


def test_the_order_of_the_parameters_does_not_count() -> None:
    assert wire.request_digest(Request("a/b", dict(reversed(INPUTS.items())))) == digest()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_composed_and_decomposed_letters_are_one_request(prompt: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", prompt), unicodedata.normalize("NFD", prompt)
    assert digest(prompt=composed) == digest(prompt=decomposed)


def test_a_file_counts_by_its_bytes_and_not_by_its_path() -> None:
    here, there, other = FileRef("ab" * 32, "a.png"), FileRef("ab" * 32, "b.png"), FileRef("ac" * 32, "a.png")
    assert digest(reference_images=(here,)) == digest(reference_images=(there,))
    assert digest(reference_images=(here,)) != digest(reference_images=(other,))


@pytest.mark.parametrize("change", [{"duration": 6}, {"generate_audio": False}, {"reference_images": ()}, {"seed": 1}])
def test_whatever_changes_the_request_changes_the_digest(change: dict[str, wire.Value]) -> None:
    assert digest(**change) != digest()


def test_the_order_of_references_counts() -> None:
    images = INPUTS["reference_images"]
    assert isinstance(images, tuple)
    assert digest(reference_images=images[::-1]) != digest()


def test_the_body_names_media_by_address_and_leaves_empty_lists_out() -> None:
    sent = wire.body(Request("a/b", INPUTS), lambda ref: f"https://media/{type(ref).__name__}")
    assert sent == {
        "prompt": "A lighthouse on a black cliff.",
        "reference_images": ["https://media/FileRef", "https://media/FrameRef"],
        "duration": 5,
        "generate_audio": True,
    }


def test_a_prediction_survives_the_wire() -> None:
    prediction = Prediction("id", "a/b", "failed", ("http://x/1.mp4",), "no", 1200, "2026-11-03T10:30:00.250Z", 4200)
    assert wire.parse_prediction(wire.envelope(wire.prediction_data(prediction, "http://x"))) == prediction


def test_a_reply_has_every_field_of_the_page() -> None:
    data = wire.prediction_data(Prediction("id", "a/b", "created"), "http://x")
    assert set(data) == {"id", "model", "outputs", "urls", "status", "created_at", "error", "timings", "code"}
    assert data["urls"] == {"get": "http://x/api/v3/predictions/id/result"}
    assert wire.envelope()["data"] == {}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"outputs": [{"url": "https://x/1"}, "https://x/2", None, 3]}, {"outputs": ("https://x/1", "https://x/2")}),
        ({"status": "Completed"}, {"status": "completed"}),
        ({"timings": {"inference": 4200.7}}, {"inference_ms": 4200}),
        ({"timings": {"inference": float("inf")}, "code": float("nan")}, {"inference_ms": 0, "code": 0}),
        ({"outputs": None, "timings": None, "error": None}, {"outputs": (), "error": ""}),
        ({"created_at": "2026-11-03T15:48:15.948268264Z"}, {"created_at": "2026-11-03T15:48:15.948268264Z"}),
    ],
)
def test_a_prediction_is_read_leniently(data: dict[str, Any], expected: dict[str, Any]) -> None:
    prediction = wire.parse_prediction({"code": 200, "data": {"id": "x"} | data})
    assert {name: getattr(prediction, name) for name in expected} == expected


@pytest.mark.parametrize("payload", [None, [], {}, {"data": None}, {"data": {"id": ""}}, {"data": {"id": 7}}])
def test_a_reply_without_an_id_is_no_prediction(payload: object) -> None:
    assert wire.parse_prediction(payload) is None


@given(ANY_JSON)
def test_no_reply_makes_a_reader_fall_over(payload: object) -> None:
    wire.parse_prediction(payload)
    wire.parse_ticket(payload)
    wire.refusal(payload)
    wire.refused(payload)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"code": 401, "message": "Unauthorized"}, (401, "Unauthorized")),
        ({"code": 400, "message": "bad", "data": {"code": 1401, "error": "duration"}}, (1401, "bad")),
        ({"error": "no such model"}, (0, "no such model")),
        ({"detail": [{"msg": "field required"}, "and more"]}, (0, "field required; and more")),
        ({"detail": "not found"}, (0, "not found")),
        ({"code": 200, "message": "success", "data": {"error": "later"}}, (0, "later")),
        ("<html>", (0, "")),
    ],
)
def test_the_reason_of_a_refusal_is_found_where_the_api_may_put_it(payload: object, expected: tuple[int, str]) -> None:
    assert wire.refusal(payload) == expected


def test_an_envelope_that_says_no_under_a_200_is_a_refusal() -> None:
    assert wire.refused({"code": 400})
    assert not wire.refused({"code": 200})
    assert not wire.refused({"data": {}})


def test_a_ticket_survives_the_wire() -> None:
    ticket = Ticket("http://x/put", {"Content-Type": "image/png", "If-None-Match": "*"}, "http://x/get")
    assert wire.parse_ticket(wire.envelope(wire.ticket_data("face.png", 12, "image/png", ticket))) == ticket


@pytest.mark.parametrize("broken", [{"method": "POST"}, {"url": ""}, {"url": 3}])
def test_a_ticket_that_can_not_be_used_is_none(broken: dict[str, Any]) -> None:
    upload = {"method": "PUT", "url": "http://x/put", "headers": {}} | broken
    assert wire.parse_ticket({"data": {"upload": upload, "download_url": "http://x/get"}}) is None


def test_a_direction_survives_its_header() -> None:
    direction = {"format": 1, "action": "Der Wärter steigt 🗼\r\nX-Evil: 1", "camera": {"lens_mm": 35}}
    header = wire.pack_direction(direction)
    assert header.isascii()
    assert header.isprintable()
    assert wire.unpack_direction(header) == direction


@pytest.mark.parametrize("header", ["", "%%%", "bm90IGpzb24=", "WzFd", "é", base64.b64encode(b"[" * 9999).decode()])
def test_a_broken_direction_is_none(header: str) -> None:
    assert wire.unpack_direction(header) is None


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://API.wavespeed.ai/api/v3/x?sig=1", "https://api.wavespeed.ai"),
        ("https://api.wavespeed.ai:443", "https://api.wavespeed.ai"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/a", "http://[::1]:8000"),
        ("https://user:secret@host/a", "https://host"),
    ],
)
def test_one_server_has_one_origin(address: str, origin: str) -> None:
    assert wire.origin_of(address) == origin


def test_an_id_from_outside_never_changes_the_path() -> None:
    assert wire.result_path("../../balance?x=#") == "/api/v3/predictions/..%2F..%2Fbalance%3Fx%3D%23/result"


@given(
    texts=st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=12), st.text(max_size=60), max_size=5),
    whole=st.integers(-(2**53) + 1, 2**53 - 1),
    truth=st.booleans(),
    file=st.text("0123456789abcdef", min_size=64, max_size=64),
)
def test_a_request_is_digested_in_the_canonical_form(texts: dict[str, str], whole: int, truth: bool, file: str) -> None:
    inputs = {
        **texts,
        "duration": whole,
        "audio": truth,
        "image": FileRef(file, "a.png"),
        "more": (FileRef(file, "b"),),
    }
    request = Request("maker/model", inputs)
    canonical = rfc8785.dumps(as_digested(request))
    assert request_digest(request) == hashlib.sha256(canonical).hexdigest()
