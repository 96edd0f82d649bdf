"""Random secrets of this checkout, made once. No fixed development key exists anywhere."""

import base64
import secrets
from collections.abc import Callable
from pathlib import Path

from portal.stack.errors import StackError
from portal.stack.folders import write_private
from portal.stack.seal import kept_seal

FILE = "secrets.env"


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "PII_KEYS": lambda: f"1:{_key()}",
    "PII_INDEX_KEY": _key,
    "DATA_KEK": _key,
    "NOTICES_CI_KEY": _key,
    "SIMULATOR_KEY": lambda: secrets.token_urlsafe(24),
    "SIMULATOR_HOOK_SECRET": lambda: secrets.token_urlsafe(32),
}
SEALING = ("PII_KEYS", "PII_INDEX_KEY", "DATA_KEK")  # without these, stored data cannot be read again


def fresh() -> dict[str, str]:
    """A new set, for data that will be thrown away."""
    return {name: make() for name, make in MAKERS.items()}


def kept(state: Path, *, has_data: bool) -> dict[str, str]:
    """
    The set in `state`/secrets.env; what is missing there is made and written, readable by us alone. A seal beside it.

    :raises StackError: if data exists but the keys that open it do not
    """
    path = state / FILE
    found = _read(path)
    missing = [name for name in MAKERS if name not in found]
    if has_data and any(name in missing for name in SEALING):
        raise StackError(
            f"{path} 파일이 없거나 열쇠가 빠져, 저장된 개인정보를 읽을 수 없습니다. "
            "파일을 되돌려 놓거나 ./run --reset으로 새로 시작하세요."
        )
    if missing:
        found |= {name: MAKERS[name]() for name in missing}
        write_private(path, "".join(f"{name}={value}\n" for name, value in found.items()))
    kept_seal(state)
    return found


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text("utf-8").splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs if not name.startswith("#")}
