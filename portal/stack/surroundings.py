"""The environment variables our processes live in: what the person set, and defaults for the rest."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from portal.stack.seal import FILE as SEAL_FILE

SIMULATOR_OFFSET = 100  # the carrier simulator listens this far above the portal
RELAY_OFFSET = 110  # … the simulator of a certified relay
PAYMENT_OFFSET = 120  # … and that of a payment provider


def given(name: str) -> str:
    """The value somebody set for NAME, directly or through NAME_FILE; empty when nobody did."""
    path = os.environ.get(f"{name}_FILE")
    if os.environ.get(name) or path is None:
        return os.environ.get(name, "").strip()
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError:
        return ""  # settings name the unreadable file


def is_given(name: str) -> bool:
    """Whether somebody set NAME or NAME_FILE."""
    return bool(os.environ.get(name)) or f"{name}_FILE" in os.environ


def carriers(values: Mapping[str, str], *, port: int) -> str:
    """MESSAGING_CARRIERS with the simulator as the only line."""
    simulator = _simulated("messaging.carriers.simulator.Simulator", values, port=port + SIMULATOR_OFFSET)
    return json.dumps({"main": simulator})


def _simulated(backend: str, values: Mapping[str, str], *, port: int) -> dict[str, object]:
    """One of our simulators, listening at a port, as a socket names it."""
    options = {
        "base_url": f"http://127.0.0.1:{port}",
        "key": values["SIMULATOR_KEY"],
        "hook_secret": values["SIMULATOR_HOOK_SECRET"],
    }
    return {"BACKEND": backend, "OPTIONS": options}


def payment_providers(values: Mapping[str, str], *, port: int) -> str:
    """PAYMENT_PROVIDERS with the simulator and the bank's counter."""
    simulator = _simulated("notices.payments.simulator.Simulator", values, port=port + PAYMENT_OFFSET)
    return json.dumps({"card": simulator, "accounts": {"BACKEND": "notices.payments.accounts.Accounts"}})


def relays(values: Mapping[str, str], *, port: int) -> str:
    """NOTICES_RELAY with the simulator as the only relay."""
    return json.dumps({"wallet": _simulated("notices.relay.simulator.Simulator", values, port=port + RELAY_OFFSET)})


def defaults(values: Mapping[str, str], *, state: Path, port: int = 8000, is_demo: bool = False) -> dict[str, str]:
    """Everything settings require, for a make-believe district on this machine."""
    return {
        **values,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "passive",
        "SITE_URL": f"http://localhost:{port}",
        "ALLOW_INSECURE_HTTP": "1",
        "STATE_DIR": str(state.resolve()),
        "DISTRICT_NAME": "새빛구",
        "DISTRICT_CITY": "한빛시",
        "DISTRICT_NAME_EN": "Saebit-gu",
        "DISTRICT_CITY_EN": "Hanbit-si",
        "DISTRICT_PHONE": "02-120-0000",
        "DISTRICT_IS_DEMO": "1" if is_demo else "0",
        "MESSAGING_CARRIERS": carriers(values, port=port),
        "MESSAGING_ALLOW_SIMULATOR": "1",
        "PAYMENT_PROVIDERS": payment_providers(values, port=port),
        "NOTICES_RELAY": relays(values, port=port),
        "CERTIFICATE_ISSUERS": '{"demo": {"BACKEND": "portal.certificates.issuers.demo.Demo"}}',
        **({"SEAL_KEY_FILE": str((state / SEAL_FILE).resolve())} if (state / SEAL_FILE).exists() else {}),
    }


def filled(missing: Mapping[str, str]) -> dict[str, str]:
    """Our environment with `missing` filled in where nobody set a value."""
    return {**os.environ, **{name: value for name, value in missing.items() if not is_given(name)}}


def fill(missing: Mapping[str, str]) -> None:
    """Set in our own environment what nobody set."""
    os.environ.update(filled(missing))
