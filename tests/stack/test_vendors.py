"""Which carriers make `./run` start the simulator: none named, or some that speak to it."""

import json

import pytest

from portal.stack import up


@pytest.mark.parametrize(
    ("carriers", "is_ours"),
    [
        (None, True),
        ({"main": {"BACKEND": "…", "OPTIONS": {"sms_base_url": "http://127.0.0.1:8100/nhn"}}}, True),
        ({"main": {"BACKEND": "…", "OPTIONS": {"base_url": "http://127.0.0.1:9100/nhn"}}}, False),
        ({"main": {"BACKEND": "…", "OPTIONS": {"base_url": "https://vendor.example.kr"}}}, False),
    ],
)
def test_a_vendors_plug_may_speak_to_our_simulator(
    monkeypatch: pytest.MonkeyPatch, carriers: object, is_ours: bool
) -> None:
    monkeypatch.delenv("MESSAGING_CARRIERS", raising=False)
    if carriers is not None:
        monkeypatch.setenv("MESSAGING_CARRIERS", json.dumps(carriers))

    assert up._simulates_carrier(8000) is is_ours
