"""/dev/components/: every part of a page in every state, for the eye and for the accessibility tests. Demo only."""

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


@public
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """The gallery."""
    if not settings.DISTRICT_IS_DEMO:
        raise Http404
    empty, refused = SampleForm(auto_id="empty_%s"), SampleForm(data={}, auto_id="refused_%s")
    return render(
        request,
        "site/components.html",
        {"stages": Stage.choices, "steps": STEPS, "empty_form": empty, "refused_form": refused},
    )
