"""Loads every room's reference data; running it again changes only what the files changed."""

from typing import Any

from django.core.management.base import BaseCommand

from chatbot import services as chatbot
from complaints import services as complaints
from messaging import services as messaging
from notices import services as notices
from portal.accounts import reference_data as people
from portal.core.clock import now
from portal.site import services as site


class Command(BaseCommand):
    """Lowest floor first: each room refers to the ones below."""

    help = "기준 자료(부서, 달력, 분류, 문구, 자주 묻는 질문)를 넣습니다."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per kind of data."""
        moment = now()
        self.stdout.write(f"부서 {people.load_departments()}곳, 역할 {people.load_roles()}가지")
        self.stdout.write(f"근무일 달력 {people.load_calendar()}일")
        messaging.load_reference(now=moment)
        self.stdout.write(f"문구 {messaging.load_templates(now=moment)}건 새로 등록")
        self.stdout.write(f"통지서 쪽 서식 {notices.load_reference(now=moment)}건 새로 등록")
        self.stdout.write(f"민원 분류 {complaints.load_reference()}가지")
        self.stdout.write(f"행정동 {complaints.load_places()}곳")
        complaints.install_router(now=moment)
        self.stdout.write(f"자주 묻는 질문 {chatbot.load_reference(now=moment)}건")
        self.stdout.write(f"영어 안내 {site.load_english_guides()}건 새로 등록")
        build = chatbot.build_index(now=moment)
        self.stdout.write(f"챗봇 색인: {build.get_state_display() if build else '그대로'}")
