"""Pictures are made for the carriers that may have to send them, and never handed to one that would refuse them."""

import pytest

from messaging.carriers.bizgo import codes as bizgo
from messaging.carriers.nhn import codes as nhn
from messaging.carriers.solapi import codes as solapi
from notices import profiles
from notices.layout import PORTABLE, Profile
from notices.models import Asset, Recipient
from notices.services import conveying
from notices.services.asking import CannotSend
from tests.notices.world import HANEUL, World


def limits(*found: tuple[int, int, int, int]) -> tuple[Profile, ...]:
    return tuple(Profile(*one) for one in found)


def test_one_carrier_gets_pictures_as_large_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "picture_limits", lambda: limits((300_000, 1500, 1440, 3)))

    assert profiles.for_sending() == "300k1500x1440x3"
    assert profiles.named("300k1500x1440x3") == Profile(300_000, 1500, 1440, 3)


def test_several_carriers_get_what_all_of_them_take(monkeypatch: pytest.MonkeyPatch) -> None:
    found = limits((300_000, 1500, 1440, 3), (300_000, 1000, 1000, 3), (200_000, 1200, 1200, 1))
    monkeypatch.setattr(profiles, "picture_limits", lambda: found)

    assert profiles.named(profiles.for_sending()) == Profile(200_000, 1000, 1000, 1)


def test_without_a_carrier_of_pictures_they_are_portable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "picture_limits", lambda: ())

    assert profiles.for_sending() == profiles.PORTABLE_NAME
    assert profiles.named(profiles.PORTABLE_NAME) == PORTABLE


def test_every_carrier_of_ours_has_a_profile_whose_name_fits_the_column() -> None:
    for capabilities in (bizgo.CAPABILITIES, nhn.CAPABILITIES, solapi.CAPABILITIES):
        name = profiles.name_of(capabilities.mms)
        assert len(name) <= (Asset._meta.get_field("profile").max_length or 0)
        assert profiles.named(name) == Profile(
            capabilities.mms.max_bytes,
            capabilities.mms.max_width,
            capabilities.mms.max_height,
            capabilities.mms.max_images,
        )


def test_unknown_name_is_no_profile() -> None:
    with pytest.raises(ValueError, match="no profile"):
        profiles.named("huge")


def test_pictures_for_yesterdays_carrier_are_not_handed_to_todays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = world.ready([HANEUL])
    Asset.objects.filter(recipient__campaign=campaign).update(profile="300k1500x1440x3")
    people = list(Recipient.objects.filter(campaign=campaign))

    with pytest.raises(CannotSend, match="통신사가 바뀌어"):
        conveying._pictures(people)

    monkeypatch.setattr(profiles, "picture_limits", lambda: limits((300_000, 1500, 1440, 3)))
    assert len(conveying._pictures(people)[people[0].pk]) == 1


def test_large_pictures_of_the_link_are_never_sent(world: World) -> None:
    campaign = world.ready([HANEUL])
    Asset.objects.filter(recipient__campaign=campaign).update(profile=profiles.PAGE_NAME)
    people = list(Recipient.objects.filter(campaign=campaign))

    assert conveying._pictures(people)[people[0].pk] == []
