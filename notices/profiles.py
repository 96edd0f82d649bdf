"""Which pictures are made: small enough for every carrier that may have to send them."""

import re
from collections.abc import Iterable

from messaging.queries import picture_limits
from notices.layout import PORTABLE, PictureProfile, Profile

PORTABLE_NAME = "portable"
PAGE_NAME = "page"  # larger than any carrier takes: for the reading link only, never sent
_NAME = re.compile(r"(\d+)k(\d+)x(\d+)x(\d+)")


def for_sending() -> str:
    """The profile of pictures made now: what every configured carrier of pictures takes, so that any may step in."""
    limits = picture_limits()
    return name_of(_narrowest(limits)) if limits else PORTABLE_NAME


def do_fit_today(profile: str) -> bool:
    """Whether every carrier that is configured now takes pictures made for a profile, whoever was configured then."""
    made = named(profile)
    return all(_is_within(made, limit) for limit in picture_limits())


def named(name: str) -> Profile:
    """
    The limits behind a stored name.

    :raises ValueError: if it is none of ours
    """
    if name == PORTABLE_NAME:
        return PORTABLE
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"no profile is called {name}")
    kilobytes, width, height, images = map(int, found.groups())
    return Profile(kilobytes * 1000, width, height, images)


def name_of(profile: PictureProfile) -> str:
    """A short name that says the limits themselves: a later change of a carrier's data changes no stored picture."""
    if _is_within(profile, PORTABLE) and _is_within(PORTABLE, profile):
        return PORTABLE_NAME
    return f"{profile.max_bytes // 1000}k{profile.max_width}x{profile.max_height}x{profile.max_images}"


def _narrowest(limits: Iterable[PictureProfile]) -> Profile:
    every = [(one.max_bytes, one.max_width, one.max_height, one.max_images) for one in limits]
    return Profile(*(min(column) for column in zip(*every, strict=True)))


def _is_within(inner: PictureProfile, outer: PictureProfile) -> bool:
    return (
        inner.max_bytes <= outer.max_bytes
        and inner.max_width <= outer.max_width
        and inner.max_height <= outer.max_height
        and inner.max_images <= outer.max_images
    )
