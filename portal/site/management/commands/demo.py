"""Fills the make-believe district, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from complaints.models import Complaint
from portal.accounts.models import User
from portal.core.clock import now
from portal.site.demo.arrears import make_arrears
from portal.site.demo.campaign import make_campaign, write_crowd
from portal.site.demo.cases import add_conversation, make_cases
from portal.site.demo.festival import make_survey
from portal.site.demo.people import make_officials
from portal.site.demo.posts import make_posts
from portal.site.demo.talks import make_talks


class Command(BaseCommand):
    """Everything goes through services, so the demo can hold no state the rules forbid."""

    help = "시범 자치구의 사람, 민원, 통지, 대화를 만듭니다."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse anywhere but in a demo district; do nothing where cases exist."""
        if not settings.DISTRICT_IS_DEMO:
            raise CommandError("시범 자치구(DISTRICT_IS_DEMO=1)에서만 만들 수 있습니다.", returncode=2)
        moment = now()
        make_officials(now=moment)
        self.stdout.write(f"통신사 모의기의 시민 {write_crowd()}명")
        if Complaint.objects.exists():
            self.stdout.write("이미 채워져 있습니다.")
            return
        cases = make_cases(now=moment, shown=self.stdout.write)
        add_conversation(cases, now=moment)
        self.stdout.write(f"챗봇 질문 {make_talks(now=moment)}개")
        admin = User.objects.get(username="admin")
        self.stdout.write(f"새 소식과 일자리 {make_posts(by=admin, now=moment)}건")
        for make in (make_campaign, make_survey, make_arrears):
            campaign = make(now=moment)
            self.stdout.write(f"통지 캠페인 {campaign.number} {campaign.title}")
