"""What a leg costs: the price of its carrier and channel on the day it leaves, in won without VAT."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from messaging.models import Price

_FILE = Path(__file__).parent / "reference" / "prices.toml"


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one leg and when it is owed: `accepted` or `delivered`."""

    won: Decimal
    billed_on: str


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices in force on one day: (carrier, channel) → rate; the carrier '' stands for all."""

    rates: Mapping[tuple[str, str], Rate]

    def rate(self, channel: str, carrier: str = "") -> Rate:
        """The carrier's own price, else the common one."""
        return self.rates.get((carrier, channel)) or self.rates["", channel]


def tariff_on(day: date) -> Tariff:
    """The prices in force on a Korean day, the published ones where no official entered another; one query."""
    rates = {("", channel): rate for channel, rate in published().items()}
    for row in Price.objects.filter(valid_from__lte=day).order_by("valid_from"):
        rates[row.carrier, row.channel] = Rate(row.won, row.billed_on)
    return Tariff(rates)


@cache
def published() -> Mapping[str, Rate]:
    """What carriers publish, by channel: in force until an official enters the contract's price."""
    rows = tomllib.loads(_FILE.read_text("utf-8"))["channel"]
    return {channel: Rate(Decimal(row["won"]), row["billed_on"]) for channel, row in rows.items()}


@cache
def letter_won() -> int:
    """A registered letter (등기우편), the measure of what is saved."""
    won: int = tomllib.loads(_FILE.read_text("utf-8"))["registered_letter"]["won"]
    return won
