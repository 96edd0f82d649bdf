"""What citizens look for most, as data: the tiles of the home page and the whole menu are drawn from it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode


@dataclass(frozen=True, slots=True)
class Entry:
    """One way into the portal: where it leads and what it is called."""

    label: str
    icon: str
    view: str
    words: str = ""
    about: str = ""

    @property
    def url(self) -> str:
        """The address, with the words the page starts from."""
        field = "q" if self.view == "chatbot:chat" else "text"
        return reverse(self.view) + (f"?{urlencode({field: self.words})}" if self.words else "")


REPORTS = (
    Entry("불법 주정차 신고", "car", "complaints:new", "불법 주정차 차량을 신고합니다. "),
    Entry("쓰레기 무단투기", "bin", "complaints:new", "쓰레기가 무단으로 버려져 있습니다. "),
    Entry("가로등 고장", "lamp", "complaints:new", "가로등이 고장 났습니다. "),
    Entry("도로 파손", "road", "complaints:new", "도로가 파손되어 위험합니다. "),
)
QUESTIONS = (
    Entry("대형폐기물 배출", "sofa", "chatbot:chat", "대형폐기물은 어떻게 버리나요?"),
    Entry("여권 발급", "passport", "chatbot:chat", "여권은 어떻게 발급받나요?"),
    Entry("주민등록등본", "document", "chatbot:chat", "주민등록등본은 어디서 떼나요?"),
    Entry("세금·과태료 납부", "won", "chatbot:chat", "지방세와 과태료는 어떻게 납부하나요?"),
)
FAVOURITES = REPORTS + QUESTIONS
PAGES = (
    Entry("민원 신청", "camera", "complaints:new", about="사진을 찍어 한 번에 신고하거나 건의해요."),
    Entry("내 민원 조회", "list", "complaints:track", about="접수번호로 지금 어디까지 왔는지 봐요."),
    Entry("챗봇", "chat", "chatbot:chat", about="24시간 언제든 궁금한 것을 물어보세요."),
    Entry("이용 도움말", "alert", "site:help", about="처음 쓰시는 분께 알려 드려요."),
    Entry("개인정보 처리방침", "shield", "site:privacy", about="무엇을 왜 보관하는지 밝혀요."),
    Entry("웹 접근성", "check", "site:accessibility", about="누구나 쓸 수 있게 만든 약속이에요."),
)
