"""Notices as they are after sending, from a few pages of the demo files: somebody's own pages behind a link."""

from dataclasses import dataclass
from pathlib import Path

import pikepdf
from django.conf import settings

from notices import services
from notices.models import Campaign, Notice, NoticeLink, Recipient
from notices.services.opening import link_for
from tests.notices.world import World

DEMO = Path(settings.BASE_DIR) / "notices" / "reference" / "demo"
LAYOUT = "군소음 피해보상금 결정 통지서"
PAGES, ROWS = range(4), (1, 2, 3)  # 최호숙 (one page), 장성은 (two) and 한한별


@dataclass
class Reader:
    """One citizen of a sent campaign, and the path of her link."""

    recipient: Recipient
    notice: Notice
    path: str

    @property
    def birth(self) -> str:
        """What she types."""
        birth = self.recipient.birth
        assert birth is not None
        return f"{birth:%y%m%d}"

    @property
    def wrong_birth(self) -> str:
        """What somebody else types."""
        return "000101" if self.birth != "000101" else "000102"

    @property
    def link(self) -> NoticeLink:
        """How her link stands now."""
        return NoticeLink.objects.get(notice=self.notice)

    @property
    def token(self) -> str:
        """The secret part of her path."""
        return self.path.split("/")[2]


def analysed(world: World) -> Campaign:
    """A campaign of three citizens after the analysis."""
    campaign = world.draft()
    pdf, roster = _few(Path(settings.MEDIA_DIR))
    services.attach_document(
        campaign,
        file=pdf,
        file_name="통지서.pdf",
        zone_template=LAYOUT,
        by=world.drafter,
        now=world.now,
    )
    services.attach_roster(campaign, file=roster, file_name="명부.csv", by=world.drafter, now=world.now)
    services.work_on_files(now=world.now, seconds=100)
    campaign.refresh_from_db()
    return campaign


def _few(folder: Path) -> tuple[Path, Path]:
    pdf, roster = folder / "few.pdf", folder / "few.csv"
    with pikepdf.open(DEMO / "notices.pdf") as whole, pikepdf.new() as few:
        for page in PAGES:
            few.pages.append(whole.pages[page])
        few.save(pdf)
    lines = (DEMO / "roster_utf8sig.csv").read_text("utf-8-sig").splitlines()
    roster.write_text("\n".join([lines[0], *(lines[row] for row in ROWS)]) + "\n", "utf-8")
    return pdf, roster


def delivered(campaign: Campaign, world: World, *, at: int = 0) -> Reader:
    """One citizen whose notice was delivered, and her link."""
    proved = Notice.objects.sendable().filter(recipient__campaign=campaign, assets__isnull=False).distinct()
    notice = proved.select_related("recipient__campaign").order_by("first_page")[at]
    Recipient.objects.filter(pk=notice.recipient_id).update(
        state="delivered",
        bucket="electronic",
        ground="reply",
        asked_at=world.now,
        identified_at=world.now,
        verified_at=world.now,
        sent_at=world.now,
        delivered_at=world.now,
    )
    notice.recipient.refresh_from_db()
    return Reader(notice.recipient, notice, link_for(notice, now=world.now))
