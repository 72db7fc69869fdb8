"""The parsers and the loader against far more rubbish than a normal run has time for."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from channels.whatsapp.accept import Accepted, Refused, accept
from channels.whatsapp.inbound import parse
from channels.whatsapp.signature import sign
from engine.findings import Findings
from payments.mpesa.callback import read_callback

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

KEYS = [
    "object", "entry", "changes", "value", "field", "messages", "statuses", "contacts", "metadata", "phone_number_id",
    "from", "id", "type", "text", "body", "interactive", "button_reply", "list_reply", "errors", "referral", "context",
    "Body", "stkCallback", "CheckoutRequestID", "ResultCode", "CallbackMetadata", "Item", "Name", "Value",
]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=6),
    max_leaves=40,
)
YAML = st.text(alphabet=st.sampled_from("abflow: -{}[],&*!|>'\"\n\t#%@0123456789statesrulesonwhentodo"), max_size=400)


@settings(max_examples=50_000, deadline=None)
@given(JSON)
def test_no_json_breaks_the_webhook_parsers(payload: object) -> None:
    parse(payload)
    raw = msgspec.json.encode(payload)
    read_callback(raw)
    assert isinstance(accept(raw, sign(raw, "secret"), "secret"), Accepted | Refused)


@settings(max_examples=50_000, deadline=None)
@given(st.binary(max_size=2000))
def test_no_bytes_break_the_webhook_parsers(raw: bytes) -> None:
    read_callback(raw)
    assert isinstance(accept(raw, sign(raw, "secret"), "secret"), Accepted | Refused)


@settings(max_examples=30_000, deadline=None)
@given(YAML)
def test_no_text_makes_the_loader_raise_anything_but_findings(text: str) -> None:
    try:
        engine.load(text, "fuzz.yaml")
    except Findings as found:
        assert found.findings
