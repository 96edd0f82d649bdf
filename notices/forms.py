"""The shape of what officials type about a campaign."""

from datetime import datetime, timedelta

from django import forms

from notices.zones import load_templates
from portal.core.clock import KST

LARGEST_ROSTER = 100 * 1024 * 1024
LARGEST_DOCUMENT = 500 * 1024 * 1024


class LocalDateTime(forms.DateTimeInput):
    """The browser's own picker, in Korean time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class RosterForm(forms.Form):
    """A roster to take the place of the earlier one."""

    roster = forms.FileField(
        label="명부",
        help_text="엑셀(xlsx, xls, ods)이나 CSV(UTF-8, CP949). 관리번호, 성명, 생년월일, 휴대전화 열이 있어야 합니다.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )

    def clean_roster(self) -> object:
        """Size only; what it says is the reader's business."""
        return _sized(self.cleaned_data["roster"], LARGEST_ROSTER)


class DocumentForm(forms.Form):
    """A merged PDF, how its pages are laid out, and the key its QR codes were signed with."""

    document = forms.FileField(
        label="통지서 PDF",
        help_text="모든 사람의 통지서를 이어 붙인 PDF 하나(500MB, 10만 쪽까지). 글꼴을 포함해 저장해 주세요.",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,application/pdf"}),
    )
    zone_template = forms.ChoiceField(
        label="쪽 서식", help_text="관리번호, 성명, QR 코드가 쪽의 어디에 있는지 정한 것입니다."
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what forms.Form takes, handed through
        field = self.fields["zone_template"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(one.title, one.title) for one in load_templates()]

    def clean_document(self) -> object:
        """Size only; what it holds is examined in a cage."""
        return _sized(self.cleaned_data["document"], LARGEST_DOCUMENT)


class CampaignForm(DocumentForm, RosterForm):
    """Everything a new campaign needs."""

    title = forms.CharField(
        label="통지 이름", max_length=40, help_text="시민이 문자에서 보는 이름입니다. 예) 군소음 피해보상금 결정 통지서"
    )
    legal_basis = forms.CharField(
        label="법적 근거", max_length=200, help_text="예) 군용비행장·군사격장 소음 방지 및 피해 보상에 관한 법률 제14조"
    )
    asks_from = forms.DateTimeField(label="동의 요청 시작", widget=LocalDateTime())
    asks_until = forms.DateTimeField(label="회신 마감", widget=LocalDateTime())
    qr_key = forms.CharField(
        label="QR 서명 열쇠",
        max_length=200,
        help_text="통지서를 만든 시스템이 QR 코드에 서명한 열쇠입니다. 암호화해 보관하고 다시 보여 드리지 않습니다.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["title", "legal_basis", "asks_from", "asks_until", "document", "zone_template", "qr_key", "roster"]

    @staticmethod
    def first_plan(now: datetime) -> dict[str, datetime]:
        """Asking from now, for two weeks until six in the evening."""
        until = (now + timedelta(days=14)).astimezone(KST).replace(hour=18, minute=0, second=0, microsecond=0)
        return {"asks_from": now.astimezone(KST), "asks_until": until}


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label="사유", max_length=200, min_length=2)


class DecisionForm(forms.Form):
    """What an official says an unclear reply means."""

    answer = forms.IntegerField(min_value=1)
    meaning = forms.ChoiceField(choices=[("consent", "동의"), ("refuse", "미동의"), ("unrelated", "무관")])


def _sized(file: object, most: int) -> object:
    size = getattr(file, "size", 0) or 0
    if size > most:
        raise forms.ValidationError(f"파일이 너무 큽니다. {most // 1024 // 1024}MB까지 올릴 수 있습니다.")
    if not size:
        raise forms.ValidationError("빈 파일입니다.")
    return file
