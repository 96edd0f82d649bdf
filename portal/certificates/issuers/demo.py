"""시험용 발급 기관: makes up where somebody lives. For trying the wallet; what it says is true of nobody."""

import hashlib
from collections.abc import Sequence

from portal.certificates.issuers.base import CertificateIssuer, Facts, IssuerRefused, Offer, Person
from portal.certificates.kinds import kind_of
from portal.core.privacy import mask_phone

_KINDS = {
    "residence": {
        "title": "거주 사실 확인서(시험용)",
        "title_en": "Proof of residence (trial)",
        "about": "시험용 발급 기관이 지어낸 주소로 만드는 확인서",
        "about_en": "A trial document with a made-up address",
        "statement": "위와 같이 거주하고 있음을 확인합니다. (시험용)",
        "falsified_by": ["address"],
        "rows": [["address", "주소"], ["since", "전입한 날"], ["household", "세대"]],
    }
}
_STREETS = ("새빛로", "한들길", "은하로", "느티나무길")


class Demo(CertificateIssuer):
    """Answers at once and knows everybody."""

    label = "시험용 발급 기관"
    kinds = {code: kind_of(code, said) for code, said in _KINDS.items()}

    def offers(self, kind: str, person: Person) -> Sequence[Offer]:
        """One for each person."""
        return [Offer("residence:1", "지금 사는 곳", "시험용 자료")] if kind in self.kinds else []

    def facts(self, kind: str, subject: str, person: Person) -> Facts:
        """The same for the same person."""
        if kind not in self.kinds or subject != "residence:1":
            raise IssuerRefused("발급할 내용이 없습니다.", permanent=True)
        chosen = hashlib.sha256(person.phone.encode()).digest()
        return Facts(
            holder=person.name or f"휴대전화 {mask_phone(person.phone)} 이용자",
            facts={
                "address": f"한빛시 새빛구 {_STREETS[chosen[0] % len(_STREETS)]} {chosen[1] + 1} (지어낸 주소)",
                "since": f"{2005 + chosen[2] % 20}년 {chosen[3] % 12 + 1}월 {chosen[4] % 28 + 1}일",
                "household": f"{chosen[5] % 4 + 1}인 세대",
            },
            issuer=self.label,
        )
