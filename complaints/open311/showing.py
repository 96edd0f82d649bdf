"""Our rows in the standard's fields."""

from datetime import datetime
from typing import Any

from complaints.models import Category, Complaint
from complaints.public_queries import PublicCase
from portal.core.clock import in_korea
from portal.core.context import District

ANY_SERVICE = "other"  # for whoever does not know: the router and people find the department
ANY_NAME = "기타·분류를 모름"
NOT_PUBLISHED = "공개된 내용이 없습니다."

Fields = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    """ISO 8601 with the Korean offset."""
    return in_korea(at).isoformat(timespec="seconds") if at else None


def service(category: Category) -> Fields:
    """A category somebody may report under."""
    return _service(category.code, category.name, category.department.name)


def any_service() -> Fields:
    """The one for everything else."""
    return _service(ANY_SERVICE, ANY_NAME, "민원실")


def _service(code: str, name: str, group: str) -> Fields:
    return {
        "service_code": code,
        "service_name": name,
        "description": f"{name} 민원을 신청합니다.",
        "metadata": False,
        "type": "realtime",
        "keywords": f"{name}, {group}",
        "group": group,
    }


def definition(code: str) -> Fields:
    """No service asks for more than the standard's own fields."""
    return {"service_code": code, "attributes": []}


def request(case: PublicCase) -> Fields:
    """A complaint. Coordinates are the middle of a cell of about 100 m, the address is the 동."""
    return {
        "service_request_id": case.number,
        "status": "open" if case.is_open else "closed",
        "status_notes": case.sentence,
        "service_name": case.category or ANY_NAME,
        "service_code": case.category_code or ANY_SERVICE,
        "description": case.text or NOT_PUBLISHED,
        "agency_responsible": case.department,
        "service_notice": None,
        "requested_datetime": moment(case.submitted_at),
        "updated_datetime": moment(case.changed_at),
        "expected_datetime": moment(case.due_at) if case.is_open else None,
        "address": case.dong,
        "address_id": None,
        "zipcode": None,
        "lat": case.lat,
        "long": case.lon,
        "media_url": None,
        "extended_attributes": {"detailed_status": case.stage.value, "detailed_status_name": str(case.stage.label)},
    }


def receipt(complaint: Complaint, token: str) -> Fields:
    """What a POST answers: the number, or while a person must look first a token that becomes one."""
    if complaint.received_at is None:
        notice = "담당자가 확인한 뒤 접수합니다. 접수번호는 token으로 다시 물어보세요."
        return {"token": token, "service_notice": notice, "account_id": None}
    notice = "민원이 접수되었습니다. 진행 상황은 접수번호로 볼 수 있습니다."
    return {"service_request_id": complaint.number, "service_notice": notice, "account_id": None}


def redeemed(complaint: Complaint, token: str) -> Fields:
    """What a token stands for; empty while the case waits for 접수."""
    return {"service_request_id": complaint.number if complaint.received_at else "", "token": token}


def discovery(district: District, address: str, site: str) -> Fields:
    """Where the API is and which formats it speaks."""
    return {
        "changeset": "2026-11-22T00:00:00+09:00",
        "contact": f"{district.city} {district.name} 민원실 {district.phone}",
        "key_service": f"{district.name} 민원실에 api_key를 신청하세요. {site}",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": address,
                "changeset": "2026-11-22T00:00:00+09:00",
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
