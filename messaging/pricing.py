"""What a message costs in won, per channel, as of the moment it is queued."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "reference" / "prices.toml"


@cache
def prices() -> dict[str, Decimal]:
    """Channel → won, without VAT."""
    return {channel: Decimal(won) for channel, won in tomllib.loads(_FILE.read_text("utf-8"))["won"].items()}


def price_of(channel: str) -> Decimal:
    """The unit price of one leg."""
    return prices()[channel]
