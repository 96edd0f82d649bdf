"""Layouts: refused while they prove nothing, frozen once a document used them, drawn with mouse or millimetres."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction

from notices import services, zoneforms, zones
from notices.models import Campaign, SourceDocument, Zone, ZoneTemplate
from notices.services import zoning
from notices.workflow import NotAllowed
from notices.zones import Field, On, QrScheme, Template, load_templates
from portal.accounts.models import AuditEntry
from portal.core.clock import now as real_now
from tests.notices.offices import at, signed_in
from tests.notices.world import World

SAMPLE = load_templates()[0]
DEMO = django_settings.BASE_DIR / "notices" / "reference" / "demo"


def zone(field: Field, on: On = On.EVERY, pattern: str = "(.+)", **changes: Any) -> zones.Zone:
    values: dict[str, Any] = {"left": 20, "top": 20, "width": 60, "height": 8}
    return zones.Zone(str(field), field, on, pattern=pattern, **{**values, **changes})


OWN = Template(
    title="자동차세 체납 안내문",
    version=1,
    page_width_mm=210,
    page_height_mm=297,
    qr_scheme=QrScheme.NONE,
    has_check_digit=False,
    zones=(zone(Field.KEY), zone(Field.NAME, On.FIRST), zone(Field.AMOUNT, On.FIRST, r"([\d,]+)원")),
)


# --- what a layout must have ----------------------------------------------------------------------------------------


def test_layouts_that_can_prove_something_have_no_doubts() -> None:
    assert list(zones.doubts_about(OWN)) == []
    assert list(zones.doubts_about(SAMPLE)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "  "}, "이름을 적어"),
        ({"zones": ()}, "1개부터"),
        ({"zones": OWN.zones[1:]}, "관리번호 칸은 모든 쪽"),
        ({"zones": (zone(Field.KEY, On.FIRST), *OWN.zones[1:])}, "관리번호 칸은 모든 쪽"),
        ({"zones": (OWN.zones[0], OWN.zones[2])}, "성명 칸"),
        ({"zones": (OWN.zones[0], zone(Field.NAME, On.LATER), OWN.zones[2])}, "성명 칸"),
        ({"zones": OWN.zones[:2]}, "생년월일, 주소, 금액"),
        ({"qr_scheme": QrScheme.SIGNED}, "QR 코드의 칸"),
        ({"zones": (*OWN.zones, OWN.zones[0])}, "서로 달라야"),
        ({"zones": (*OWN.zones, zone(Field.BIRTH, left=170))}, "밖으로"),
        ({"zones": (*OWN.zones, zone(Field.BIRTH, width=0))}, "0보다"),
        ({"zones": (*OWN.zones, zone(Field.BIRTH, pattern="(["))}, "읽을 수 없습니다"),
        ({"zones": (*OWN.zones, zone(Field.BIRTH, pattern=r"\d+"))}, "괄호"),
        ({"zones": (*OWN.zones, zone(Field.BIRTH, pattern=r"(.{2000})" + "x" * 200))}, "200자"),
        ({"zones": (*OWN.zones, zone(Field.BIRTH, pattern=r"((\d+)*)"))}, "되풀이"),
        ({"zones": (*OWN.zones, zone(Field.FREE, width=10, height=10))}, "15mm"),
        ({"zones": (*OWN.zones, zone(Field.FREE, On.FIRST, width=16, height=16))}, "모든 쪽"),
    ],
)
def test_a_layout_that_proves_nothing_says_what_is_missing(changes: dict[str, Any], words: str) -> None:
    assert words in " ".join(zones.doubts_about(replace(OWN, **changes)))


@pytest.mark.parametrize(
    ("pattern", "text", "value"),
    [
        (zoneforms.PATTERNS["key"], "납세번호: 11680-2026-0001", "11680-2026-0001"),
        (zoneforms.PATTERNS["name"], "납세자 : 김하늘", "김하늘"),
        (zoneforms.PATTERNS["birth"], "생년월일 1990. 1. 31.", "1990. 1. 31"),
        (zoneforms.PATTERNS["amount"], "납부할 금액 금 180,000원", "180,000"),
        (zoneforms.PATTERNS["page"], "쪽 1 / 2", "1 / 2"),
        ("성명 (.+)", "성명 김하늘", "김하늘"),  # composed here, in pieces on a Mac's page
        ("(가)?.*", "나", ""),
    ],
)
def test_the_usual_patterns_find_their_values(pattern: str, text: str, value: str) -> None:
    assert zone(Field.KEY, pattern=pattern).value(text) == value


# --- in the database ------------------------------------------------------------------------------------------------


def test_the_shipped_layouts_are_there_and_are_the_same_as_in_the_file(world: World) -> None:
    assert services.load_reference(now=world.now) == 0
    kept = ZoneTemplate.objects.get(title=SAMPLE.title)
    assert kept.as_template() == SAMPLE
    assert kept.department is None


def test_a_layout_survives_the_database(world: World) -> None:
    assert services.write_template(OWN, by=world.drafter, now=world.now).as_template() == OWN


def test_a_title_is_taken_once(world: World) -> None:
    services.write_template(OWN, by=world.drafter, now=world.now)

    with pytest.raises(services.ZonesRefused, match="같은 이름"):
        services.write_template(OWN, by=world.stranger, now=world.now)


def test_an_unused_layout_is_changed_in_place_and_a_used_one_gets_a_new_version(world: World) -> None:
    first = services.write_template(OWN, by=world.drafter, now=world.now)
    wider = replace(OWN, zones=(replace(OWN.zones[0], width=70), *OWN.zones[1:]))

    second = services.new_version(first, wider, by=world.drafter, now=world.now)
    assert (second.version, ZoneTemplate.objects.filter(title=OWN.title).count()) == (1, 1)

    used_by(world, second)
    third = services.new_version(second, OWN, by=world.drafter, now=world.now)
    assert third.version == 2
    assert second.as_template().zones[0].width == 70
    assert zoning.newest(OWN.title, world.department) == third
    assert services.new_version(third, replace(OWN, version=2), by=world.drafter, now=world.now) == third


def used_by(world: World, template: ZoneTemplate) -> SourceDocument:
    document = world.checking().documents.get()
    SourceDocument.objects.filter(pk=document.pk).update(zone_template=template.title, zone_version=template.version)
    return document


@pytest.mark.parametrize("how", ["zone", "delete", "add", "title", "drop"])
def test_the_database_freezes_what_a_document_used(world: World, how: str) -> None:
    template = services.write_template(OWN, by=world.drafter, now=world.now)
    used_by(world, template)
    mine = ZoneTemplate.objects.filter(pk=template.pk)
    acts: dict[str, Callable[[], object]] = {
        "zone": lambda: template.zones.update(width=1),
        "delete": lambda: template.zones.all().delete(),
        "add": lambda: Zone.objects.create(
            template=template, position=9, name="x", field="name", on="every", left=1, top=1, width=1, height=1
        ),
        "title": lambda: mine.update(has_check_digit=True),
        "drop": lambda: mine.delete(),
    }

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        acts[how]()


def test_another_departments_layout_is_neither_seen_nor_changed(world: World) -> None:
    template = services.write_template(OWN, by=world.drafter, now=world.now)
    other = world.stranger.official.department

    assert template not in zoning.templates_for(other)
    assert zoning.newest(SAMPLE.title, other) is not None
    with pytest.raises(NotAllowed):
        services.new_version(template, OWN, by=world.stranger, now=world.now)


def test_a_document_is_attached_by_the_newest_version_or_waits_for_one(world: World) -> None:
    campaign = world.draft()
    pdf: dict[str, Any] = {
        "file": DEMO / "notices.pdf",
        "file_name": "통지서.pdf",
        "by": world.drafter,
        "now": world.now,
    }

    document = services.attach_document(campaign, zone_template="", **pdf)
    roster = DEMO / "roster.xlsx"
    services.attach_roster(campaign, file=roster, file_name="명부.xlsx", by=world.drafter, now=world.now)

    campaign.refresh_from_db()
    assert (campaign.state, document.zone_template) == ("draft", "")
    with pytest.raises(services.PlanRefused):
        services.attach_document(campaign, zone_template="없는 서식", **pdf)
    services.attach_document(campaign, zone_template=SAMPLE.title, **pdf)
    campaign.refresh_from_db()
    assert campaign.state == "reading"


# --- on the screen --------------------------------------------------------------------------------------------------


@pytest.fixture
def drafted(world: World) -> Campaign:
    """A PDF is there, and nobody has said how its pages are laid out."""
    world.now = real_now()
    campaign = world.draft()
    services.attach_document(
        campaign,
        file=DEMO / "notices.pdf",
        file_name="통지서.pdf",
        zone_template="",
        by=world.drafter,
        now=world.now,
    )
    return campaign


def posted(template: Template, **changes: str) -> dict[str, str]:
    """A layout as the form sends it, without JavaScript."""
    values = {
        "title": template.title,
        "qr_scheme": str(template.qr_scheme),
        "page_width_mm": "210",
        "page_height_mm": "297",
        "pages": "1,2,3",
        "zone-TOTAL_FORMS": str(len(template.zones) + 1),
        "zone-INITIAL_FORMS": "0",
        **{f"zone-{len(template.zones)}-{name}": "" for name in ("field", "left", "top", "width", "height")},
    }
    if template.has_check_digit:
        values["has_check_digit"] = "on"
    for place, each in enumerate(template.zones):
        for name in ("name", "field", "on", "left", "top", "width", "height", "pattern"):
            values[f"zone-{place}-{name}"] = str(getattr(each, name))
    return {**values, **changes}


RENAMED = replace(SAMPLE, title="우리 과 통지서")


def test_zones_can_be_typed_and_read_out_before_they_are_saved(world: World, drafted: Campaign) -> None:
    client = signed_in(world.drafter)

    blank = client.get(at("zones", drafted.pk)).content.decode()
    page = client.post(at("zones", drafted.pk), posted(RENAMED, read="1")).content.decode()

    assert "쪽의 어디에 무엇이" in blank
    assert "2026-00000015" in page
    assert " / " in page
    assert not ZoneTemplate.objects.filter(title=RENAMED.title).exists()


def test_a_text_that_does_not_fit_its_pattern_is_shown_as_it_stands(world: World, drafted: Campaign) -> None:
    wrong = replace(RENAMED, zones=(replace(RENAMED.zones[0], pattern=r"납세번호 (\d+)"), *RENAMED.zones[1:]))

    page = signed_in(world.drafter).post(at("zones_read", drafted.pk), posted(wrong)).content.decode()

    assert "<mark>관리번호 2026-" in page


def test_a_pattern_that_is_none_is_refused_with_a_sentence(world: World, drafted: Campaign) -> None:
    wrong = replace(RENAMED, zones=(replace(RENAMED.zones[0], pattern="(["), *RENAMED.zones[1:]))

    page = signed_in(world.drafter).post(at("zones_read", drafted.pk), posted(wrong)).content.decode()

    assert "형식을 읽을 수 없습니다" in page


def test_a_saved_layout_is_the_one_the_document_is_read_by(world: World, drafted: Campaign) -> None:
    client = signed_in(world.drafter)

    client.post(at("zones", drafted.pk), posted(RENAMED, save="1"))

    kept = ZoneTemplate.objects.get(title=RENAMED.title)
    document = drafted.documents.get()
    assert kept.as_template() == RENAMED
    assert kept.department == world.department
    assert (document.zone_template, document.zone_version) == (RENAMED.title, 1)


def test_a_layout_of_the_product_is_chosen_as_it_is(world: World, drafted: Campaign) -> None:
    kept = ZoneTemplate.objects.get(title=SAMPLE.title)

    page = signed_in(world.drafter).post(at("zones", drafted.pk), {**posted(SAMPLE, save="1"), "template": kept.pk})

    document = drafted.documents.get()
    assert page.status_code == 302
    assert (document.zone_template, document.zone_version) == (SAMPLE.title, kept.version)
    assert ZoneTemplate.objects.filter(title=SAMPLE.title).count() == 1


def test_a_layout_that_proves_nothing_is_not_saved_and_nothing_typed_is_lost(world: World, drafted: Campaign) -> None:
    bare = replace(RENAMED, qr_scheme=QrScheme.NONE, zones=SAMPLE.zones[:1])

    page = signed_in(world.drafter).post(at("zones", drafted.pk), posted(bare, save="1")).content.decode()

    assert "성명 칸이 있어야" in page
    assert 'value="관리번호 (' in page
    assert not ZoneTemplate.objects.filter(title=RENAMED.title).exists()


def test_a_row_left_empty_or_marked_is_no_zone(world: World, drafted: Campaign) -> None:
    marked = {"zone-5-DELETE": "on"}

    signed_in(world.drafter).post(at("zones", drafted.pk), posted(RENAMED, save="1", **marked))

    assert ZoneTemplate.objects.get(title=RENAMED.title).zones.count() == len(RENAMED.zones) - 1


@pytest.mark.parametrize("name", ["zones", "first_page"])
def test_another_department_draws_nothing_here(world: World, drafted: Campaign, name: str) -> None:
    assert signed_in(world.drafter).get(at(name, drafted.pk)).status_code == 200
    assert signed_in(world.stranger).get(at(name, drafted.pk)).status_code == 404


def test_every_look_at_pages_is_written_down(world: World, drafted: Campaign) -> None:
    signed_in(world.drafter).get(at("first_page", drafted.pk))

    assert AuditEntry.objects.latest("pk").action == "view_page"
