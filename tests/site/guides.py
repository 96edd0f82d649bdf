"""Answers and departments as small as the tests need them."""

from typing import Any

from chatbot.models import Faq, FaqFacet
from portal.accounts.models import Department
from portal.core.clock import day_in_korea, now


def make_department(code: str = "cleaning", **fields: Any) -> Department:
    """청소행정과, or another one."""
    wanted = {"name": "청소행정과", "phone": "02-120-2140", "duties": "쓰레기 수거, 대형폐기물", **fields}
    return Department.objects.get_or_create(code=code, defaults=wanted)[0]


def make_faq(slug: str = "waste-bulky", **fields: Any) -> Faq:
    """A published answer about 대형폐기물, or what the fields say."""
    moment = now()
    wanted = {
        "question": "대형폐기물은 어떻게 배출하나요?",
        "answer": "품목을 고르고 수수료를 낸 뒤 스티커를 붙여 내놓으세요.",
        "category": "청소·환경",
        "tags": ["대형폐기물", "소파", "스티커"],
        "status": Faq.Status.PUBLISHED,
        "checked_on": day_in_korea(moment),
        "changed_at": moment,
        **fields,
    }
    return Faq.objects.create(slug=slug, **wanted)


def make_facet(faq: Faq, kind: str, text: str) -> FaqFacet:
    """A short answer of a guide."""
    return FaqFacet.objects.create(faq=faq, kind=kind, text=text)
