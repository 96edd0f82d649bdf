"""The shape of what officials type about a campaign."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notices.codes import normal_code
from notices.models import Campaign
from portal.accounts.models import Department, Official
from portal.approvals.models import ApprovalStep
from portal.approvals.services import Seat
from portal.approvals.subjects import subject
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
        help_text="모든 사람의 통지서를 이어 붙인 PDF 하나, 또는 관리번호로 이름 붙인 PDF들의 ZIP"
        "(500MB, 10만 쪽까지). 글꼴을 포함해 저장해 주세요.",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.zip,application/pdf,application/zip"}),
    )
    zone_template = forms.ChoiceField(
        label="쪽 서식",
        help_text="관리번호, 성명, QR 코드가 쪽의 어디에 있는지 정한 것입니다.",
        required=False,
    )
    qr_key = forms.CharField(
        label="QR 서명 열쇠",
        max_length=200,
        required=False,
        help_text="통지서를 만든 시스템이 QR 코드에 서명한 열쇠입니다. QR 코드가 없으면 비워 두세요. 암호화해 보관하고 "
        "다시 보여 드리지 않습니다.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, layouts: Sequence[str], usual: str = "", **kwargs: Any) -> None:
        """`usual` is the layout that is chosen at first; without one, the first of them."""
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["zone_template"])
        field.choices = [*((title, title) for title in layouts), ("", "아직 없음: 올린 뒤 쪽 위에 그리기")]
        field.initial = usual if usual in layouts else next(iter(layouts), "")

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
    meaning = forms.RegexField(r"^(?:consent|refuse|unrelated|text|number|choice:[1-9])$")
    number = forms.IntegerField(min_value=0, required=False)

    def decision(self) -> dict[str, Any]:
        """The same as the service wants it: `choice:2` is the option with the digit 2."""
        meaning, _colon, digit = self.cleaned_data["meaning"].partition(":")
        return {"meaning": meaning, "digit": int(digit) if digit else None, "number": self.cleaned_data["number"]}


def _sized(file: object, most: int) -> object:
    size = getattr(file, "size", 0) or 0
    if size > most:
        raise forms.ValidationError(f"파일이 너무 큽니다. {most // 1024 // 1024}MB까지 올릴 수 있습니다.")
    if not size:
        raise forms.ValidationError("빈 파일입니다.")
    return file


class VerifyForm(forms.Form):
    """The number of a document, as people read it off."""

    use_required_attribute = False

    code = forms.CharField(
        label=_("진위확인번호 16자리"),
        max_length=40,
        help_text=_("통지서에 적힌 영문과 숫자 16자리입니다. 띄어쓰기와 ‘-’는 없어도 됩니다."),
        error_messages={"required": _("진위확인번호를 적어 주세요.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """The number without what people put between its letters."""
        code = normal_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(gettext("영문과 숫자 16자리를 통지서에 적힌 그대로 적어 주세요."))
        return code


class _ByDepartment(forms.ModelChoiceField):
    """Officials by name and title."""

    def label_from_instance(self, obj: Official) -> str:
        """이담당 주무관 (환경과)."""
        return f"{obj.display_name} ({obj.department.name})"


class TestSendForm(forms.Form):
    """Which official's own phone gets the test."""

    __test__ = False

    official = _ByDepartment(label="받을 사람", queryset=Official.objects.none())

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Official.objects.select_related("department").filter(department=department, is_active=True)
        _choose_among(self, "official", people.filter(user__phone_index__isnull=False))


class TestResultForm(forms.Form):
    """What arrived on the phone."""

    __test__ = False

    code = forms.CharField(label="확인 숫자", max_length=4, required=False)
    is_good = forms.TypedChoiceField(choices=[("1", "네"), ("0", "아니요")], coerce=lambda value: value == "1")
    note = forms.CharField(label="잘못된 점", max_length=200, required=False)


class OwnPhoneForm(forms.Form):
    """An official's own mobile number, for tests and for word of approvals."""

    phone = forms.CharField(label="내 휴대전화", max_length=20, help_text="예) 010-1234-5678")


class ProposalForm(forms.Form):
    """Who reviews and who approves. Whoever drafted is not offered."""

    reviewer = _ByDepartment(label="검토", queryset=Official.objects.none(), required=False, empty_label="검토 없이")
    approver = _ByDepartment(label="결재", queryset=Official.objects.none())
    is_final = forms.BooleanField(label="전결", required=False)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Official.objects.select_related("department").filter(department=campaign.department, is_active=True)
        people = people.exclude(user=campaign.created_by_id)
        _choose_among(self, "reviewer", people)
        roles = subject("notices.campaign").roles
        _choose_among(self, "approver", people.filter(user__groups__name__in=roles).distinct())

    def line(self) -> list[Seat]:
        """The line of people, in order."""
        reviewer, approver = self.cleaned_data["reviewer"], self.cleaned_data["approver"]
        review = [Seat(reviewer, ApprovalStep.Role.REVIEW)] if reviewer else []
        return [*review, Seat(approver, is_final=self.cleaned_data["is_final"])]


def _choose_among(form: forms.Form, name: str, people: QuerySet[Official, Official]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = people.order_by("name", "pk")
