"""What citizens look for most, as data: the tiles of the home page and the whole menu are drawn from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_noop


@dataclass(frozen=True, slots=True)
class Entry:
    """One way into the portal: where it leads and what it is called."""

    label: str
    icon: str
    view: str
    words: str = ""
    about: str = ""
    slug: str = ""
    synonyms: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The address, with the words the page starts from."""
        address = reverse(self.view, args=[self.slug] if self.slug else [])
        return address + (f"?{urlencode({'text': self.words})}" if self.words else "")


REPORTS = (
    Entry(
        gettext_noop("불법 주정차 신고"),
        "car",
        "complaints:parking",
        about=gettext_noop("사진 두 장이면 담당자가 나가 보지 않아도 돼요."),
        synonyms=("주차 신고", "불법주차", "주정차 위반"),
    ),
    Entry(
        gettext_noop("쓰레기 무단투기"),
        "bin",
        "complaints:new",
        gettext_noop("쓰레기가 무단으로 버려져 있습니다. "),
        synonyms=("쓰레기 신고", "불법투기"),
    ),
    Entry(
        gettext_noop("가로등 고장"),
        "lamp",
        "complaints:new",
        gettext_noop("가로등이 고장 났습니다. "),
        synonyms=("보안등", "가로등 꺼짐", "불 꺼짐"),
    ),
    Entry(
        gettext_noop("도로 파손"),
        "road",
        "complaints:new",
        gettext_noop("도로가 파손되어 위험합니다. "),
        synonyms=("포트홀", "보도블록", "도로 패임", "싱크홀"),
    ),
)
QUESTIONS = (
    Entry(gettext_noop("대형폐기물 배출"), "sofa", "site:guide", slug="waste-bulky"),
    Entry(gettext_noop("여권 발급"), "passport", "site:guide", slug="passport-apply"),
    Entry(gettext_noop("주민등록등본"), "document", "site:guide", slug="resident-copy"),
    Entry(gettext_noop("세금·과태료 납부"), "won", "site:guide", slug="tax-pay"),
)
FAVOURITES = REPORTS + QUESTIONS
PAGES = (
    Entry(
        gettext_noop("민원 신청"),
        "camera",
        "complaints:new",
        about=gettext_noop("사진을 찍어 한 번에 신고하거나 건의해요."),
        synonyms=("신고하기", "불편신고", "민원 접수", "건의"),
    ),
    Entry(
        gettext_noop("내 민원 조회"),
        "list",
        "complaints:track",
        about=gettext_noop("접수번호로 지금 어디까지 왔는지 봐요."),
        synonyms=("진행 상황", "처리 현황", "접수번호", "민원 확인"),
    ),
    Entry(
        gettext_noop("민원 지도"),
        "pin",
        "complaints:map",
        about=gettext_noop("우리 동네에 어떤 민원이 들어와 어디까지 처리됐는지 봐요."),
        synonyms=("우리 동네", "지도"),
    ),
    Entry(
        gettext_noop("생활 안내"),
        "document",
        "site:guides",
        about=gettext_noop("여권, 쓰레기, 복지처럼 자주 찾는 안내를 분야별로 모았어요."),
        synonyms=("자주 묻는 질문", "FAQ", "안내"),
    ),
    Entry(
        gettext_noop("새 소식"),
        "bell",
        "site:news",
        about=gettext_noop("구청이 알리는 소식이에요."),
        synonyms=("공지사항", "행사", "뉴스"),
    ),
    Entry(
        gettext_noop("일자리"),
        "list",
        "site:job",
        about=gettext_noop("구청과 동네의 일자리를 모았어요."),
        synonyms=("채용", "구인", "알바", "취업"),
    ),
    Entry(
        gettext_noop("이사 오셨나요?"),
        "home",
        "site:moving_in",
        about=gettext_noop("전입신고부터 쓰레기, 주차까지 차례로 안내해요."),
        synonyms=("이사", "전입", "새로 이사", "이사 안내"),
    ),
    Entry(
        gettext_noop("부서·전화번호"),
        "phone",
        "site:departments",
        about=gettext_noop("어느 부서가 무슨 일을 하는지, 몇 번으로 거는지 봐요."),
        synonyms=("조직도", "담당 부서", "연락처", "전화"),
    ),
    Entry(
        gettext_noop("챗봇"),
        "chat",
        "chatbot:chat",
        about=gettext_noop("24시간 언제든 궁금한 것을 물어보세요."),
        synonyms=("상담", "질문", "문의"),
    ),
    Entry(
        gettext_noop("전자증명서"),
        "shield",
        "certificates:wallet",
        about=gettext_noop("접수증, 납부확인서 같은 증명서를 발급받아 기관에 내요."),
        synonyms=("증명서 발급", "접수증", "납부확인서", "전자문서지갑", "처리결과 확인서"),
    ),
    Entry(
        gettext_noop("진위확인"),
        "check",
        "notices:verify",
        about=gettext_noop("받은 통지서나 증명서가 진짜인지 번호로 확인해요."),
        synonyms=("문서확인번호", "위조", "증명서 확인"),
    ),
    Entry(
        gettext_noop("화면 설정"),
        "eye",
        "site:look",
        about=gettext_noop("글자 크기, 어두운 화면, 왼손·오른손을 골라요."),
        synonyms=("글자 크게", "다크 모드", "어두운 화면", "고대비", "왼손"),
    ),
    Entry(
        gettext_noop("즐겨찾기 편집"),
        "star",
        "site:favourites",
        about=gettext_noop("빠른 메뉴에 둘 것을 고르고 순서를 바꿔요."),
        synonyms=("빠른 메뉴", "자주 쓰는 메뉴"),
    ),
    Entry(
        gettext_noop("이용 도움말"),
        "alert",
        "site:help",
        about=gettext_noop("처음 쓰시는 분께 알려 드려요."),
        synonyms=("사용법", "처음"),
    ),
    Entry(
        gettext_noop("개인정보 처리방침"),
        "shield",
        "site:privacy",
        about=gettext_noop("무엇을 왜 보관하는지 밝혀요."),
        synonyms=("개인정보", "쿠키"),
    ),
    Entry(
        gettext_noop("웹 접근성"),
        "check",
        "site:accessibility",
        about=gettext_noop("누구나 쓸 수 있게 만든 약속이에요."),
        synonyms=("화면 낭독기", "장애인 접근성"),
    ),
    Entry(
        gettext_noop("문서 확인"),
        "document",
        "notices:verify",
        about=gettext_noop("받은 증명서나 통지서가 진짜인지 문서확인번호로 봐요."),
        synonyms=("진위확인", "증명서 확인", "통지서 확인"),
    ),
    Entry(
        gettext_noop("동작 현황"),
        "check",
        "site:status",
        about=gettext_noop("문자와 알림이 제때 나가는지 날마다 세어 보여 드려요."),
        synonyms=("장애", "서비스 상태", "점검"),
    ),
)
ENTRIES = PAGES + REPORTS
MOVING_IN = (
    "resident-move",
    "resident-fixeddate",
    "resident-lease",
    "waste-bag-moved",
    "waste-day",
    "waste-bulky",
    "park-resident",
    "child-care",
    "pet-register",
    "civil-dong",
)  # guides for somebody new here, in the order in which one needs them
QUICK = (
    Entry(gettext_noop("민원 신청"), "camera", "complaints:new"),
    Entry(gettext_noop("내 민원"), "list", "complaints:track"),
    Entry(gettext_noop("불법 주정차 신고"), "car", "complaints:parking"),
    Entry(gettext_noop("대형폐기물"), "sofa", "site:guide", slug="waste-bulky"),
    Entry(gettext_noop("여권"), "passport", "site:guide", slug="passport-apply"),
    Entry(gettext_noop("챗봇"), "chat", "chatbot:chat"),
)
CANDIDATES = tuple(
    entry for entry in PAGES + REPORTS + QUESTIONS if entry.view not in ("site:favourites", "site:privacy")
)
_READING = re.compile(r"/(?:services|news|jobs)/[a-z0-9-]{2,60}/")


@cache
def by_address() -> Mapping[str, Entry]:
    """Every entry that can be a favourite, by its address."""
    return {entry.url: entry for entry in (*CANDIDATES, *QUICK)}


def is_page(path: str) -> bool:
    """Whether an address is a page of the menu or something to read; nothing else becomes a favourite."""
    return path in by_address() or bool(_READING.fullmatch(path))
