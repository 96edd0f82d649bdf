"""/dev/components/: every part of a page in every state, for the eye and for axe. Demo and DEBUG only."""

import re
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from complaints.workflow import Stage
from portal.core.clock import KST
from portal.core.doors import public
from portal.site import menu


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the sample timeline."""

    label: str
    state: str
    at: datetime | None = None
    words: str = ""

    @property
    def is_done(self) -> bool:
        """Behind us."""
        return self.state == "done"

    @property
    def is_now(self) -> bool:
        """Where the case is."""
        return self.state == "now"


STEPS = (
    Step("접수", "done", datetime(2026, 11, 20, 9, 12, tzinfo=KST)),
    Step("도로과 배정", "done", datetime(2026, 11, 20, 9, 20, tzinfo=KST)),
    Step("담당자 지정", "done", datetime(2026, 11, 20, 10, 2, tzinfo=KST), "도로과 이담당 주무관이 맡았습니다."),
    Step("현장 확인 중", "now", datetime(2026, 11, 21, 14, 30, tzinfo=KST), "현장에서 상태를 확인하고 있습니다."),
    Step("심사", "todo"),
    Step("처리 완료", "todo"),
)


class SampleForm(forms.Form):
    """A field of each kind; submitted empty it shows every refusal."""

    place = forms.CharField(
        label="어디인가요?",
        help_text="도로명, 건물 이름, 가까운 정류장 무엇이든 좋아요.",
        error_messages={"required": "새빛로 12 앞처럼 장소를 적어 주세요."},
    )
    phone = forms.CharField(
        label="휴대전화 번호",
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "numeric", "autocomplete": "tel-national"}),
    )
    body = forms.CharField(
        label="무슨 일인가요?",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "무슨 일인지 한 줄이라도 적어 주세요."},
    )
    kind = forms.ChoiceField(
        label="답변은 어떻게 받을까요?",
        choices=[("alimtalk", "알림톡"), ("text", "문자")],
        widget=forms.RadioSelect,
        error_messages={"required": "답변 받을 방법을 골라 주세요."},
    )
    dong = forms.ChoiceField(label="행정동", choices=[("", "고르세요"), ("saebit1", "새빛1동")], required=False)
    agreed = forms.BooleanField(
        label="개인정보 수집·이용에 동의합니다.",
        error_messages={"required": "동의하셔야 답변을 보내 드릴 수 있어요."},
    )


@dataclass(frozen=True, slots=True)
class Contract:
    """What a part promises to those who cannot see it; the tests hold it to that."""

    part: str
    promise: str


CONTRACTS = (
    Contract(
        "찾기 상자",
        "combobox와 listbox(ARIA 1.2). ↑↓로 고르고 Enter로 열고 Esc로 닫습니다.",
    ),
    Contract("오류 요약", "role=alert, 열리면 초점을 받고, 각 줄은 그 칸으로 가는 링크이며 칸 옆 문장과 같습니다."),
    Contract(
        "입력 칸",
        "도움말·오류가 aria-describedby로 이어지고, 틀린 칸은 aria-invalid입니다.",
    ),
    Contract("단계 표시", "색만으로 알리지 않고 낱말과 모양이 함께 있습니다."),
    Contract("진행 막대", "순서 있는 목록, 지금 단계에 aria-current=step, 완료·예정을 소리로도 알립니다."),
    Contract("빠른 메뉴", "popover 단추와 이름 있는 nav. Esc와 바깥 누름으로 닫히고 초점이 단추로 돌아옵니다."),
    Contract("대화", "role=log, 새 답을 차례로 읽고 누구의 말인지 함께 읽습니다."),
    Contract("표", "caption과 scope가 있고, 좁은 화면에서는 한 줄이 카드 하나가 됩니다."),
)
COLOURS = ("action", "success", "warning", "danger", "info")
SPRITE = settings.BASE_DIR / "static" / "img" / "icons.svg"
_SYMBOL = re.compile(r'<symbol id="([a-z]+)"')
CODES = (400, 403, 404, 405, 409, 413, 422, 429, 500, 503)


@public
@require_safe
def refusal(request: HttpRequest, code: int) -> HttpResponse:
    """A page of refusal as the reader would see it, here answered with 200."""
    if not _is_open() or code not in CODES:
        raise Http404
    return render(request, f"{code}.html", {"reference": "3f9a1c20b7de"})


def _is_open() -> bool:
    return bool(settings.DISTRICT_IS_DEMO or settings.DEBUG)


@public
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """The gallery."""
    if not _is_open():
        raise Http404
    empty, refused = SampleForm(auto_id="empty_%s"), SampleForm(data={}, auto_id="refused_%s")
    return render(
        request,
        "site/components.html",
        {
            "stages": Stage.choices,
            "steps": STEPS,
            "empty_form": empty,
            "refused_form": refused,
            "contracts": CONTRACTS,
            "codes": CODES,
            "icons": _SYMBOL.findall(SPRITE.read_text("utf-8")),
            "colours": COLOURS,
            "tiles": menu.FAVOURITES[:2],
        },
    )
