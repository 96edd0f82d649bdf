"""Sockets named in the settings: built once, with secrets from the environment, and simulators only where allowed."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.core.plugs import built

ACCOUNTS = {"BACKEND": "notices.payments.accounts.Accounts"}
SIMULATOR = {
    "BACKEND": "notices.payments.simulator.Simulator",
    "OPTIONS": {"base_url": "http://127.0.0.1:9", "key_env": "PLUG_KEY", "hook_secret": "secret"},
}


def test_the_same_entry_is_one_plug() -> None:
    assert built(ACCOUNTS, may_simulate=False) is built(dict(ACCOUNTS), may_simulate=False)


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="PLUG_KEY"):
        built(SIMULATOR, may_simulate=True)

    monkeypatch.setenv("PLUG_KEY", "key")

    assert built(SIMULATOR, may_simulate=True).label


def test_nothing_is_simulated_where_simulators_are_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUG_KEY", "key")

    with pytest.raises(ImproperlyConfigured, match="MESSAGING_ALLOW_SIMULATOR"):
        built(SIMULATOR, may_simulate=False)


@pytest.mark.parametrize(
    "entry",
    [{"BACKEND": "notices.payments.nobody.Nobody"}, {**ACCOUNTS, "OPTIONS": {"colour": "blue"}}],
)
def test_what_cannot_be_built_is_said_in_words(entry: dict[str, object]) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"notices\.payments"):
        built(entry, may_simulate=True)
