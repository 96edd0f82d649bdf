"""What officials type about messages: always with a reason."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from messaging.models import AnswerPhrase, OptOut, SenderNumber
from messaging.senders import digits_of, number_fault
from messaging.services.senders import MOST_BYTES, DocumentRefused, check_document
from portal.core.phones import PhoneRefused, parse_mobile


class ReasonForm(forms.Form):
    """Why something is decided."""

    reason = forms.CharField(label="사유", max_length=200, strip=True)


class AnswerForm(forms.Form):
    """A text back to a citizen: typed, or one of the phrases."""

    phrase = forms.ModelChoiceField(
        AnswerPhrase.objects.order_by("title"), label="상용구", required=False, empty_label="직접 쓰기"
    )
    text = forms.CharField(
        label="답장",
        max_length=1900,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="줄바꿈은 한 칸으로 바뀝니다. 인터넷 주소는 넣을 수 없습니다.",
    )
    up_to = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The words of the phrase, where nothing was typed."""
        cleaned: dict[str, Any] = super().clean() or {}
        phrase = cleaned.get("phrase")
        if not (cleaned.get("text") or "").strip():
            cleaned["text"] = phrase.text if phrase else ""
        if not cleaned["text"] and not self.errors:
            self.add_error("text", "답장을 적거나 상용구를 고르세요.")
        return cleaned


class SenderForm(forms.ModelForm):
    """A sender number with its paper."""

    number = forms.CharField(
        label="번호", max_length=20, widget=UnfoldAdminTextInputWidget, help_text="예: 02-123-4567, 1588-1234"
    )
    document = forms.FileField(
        label="통신서비스 이용증명원 파일",
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text="PDF, JPEG, PNG · 10MB까지. 봉인해서 보관하고, 열어 본 사람을 기록합니다.",
    )

    class Meta:
        """All but what services keep."""

        model = SenderNumber
        fields = (
            *("number", "name", "status", "evidence", "registered_on", "expires_on"),
            *("can_receive", "inbox", "is_default"),
        )

    def clean_number(self) -> str:
        """Digits, or the reason why not."""
        number = digits_of(self.cleaned_data["number"])
        if fault := number_fault(number):
            raise forms.ValidationError(fault)
        return number

    def clean_document(self) -> Any:
        """Its first bytes must say what it is."""
        document = self.cleaned_data["document"]
        if document is None:
            return None
        try:
            if document.size > MOST_BYTES:
                raise DocumentRefused(f"파일은 {MOST_BYTES // 1_000_000}MB까지 올릴 수 있습니다.")
            check_document(document.read())
        except DocumentRefused as refused:
            raise forms.ValidationError(refused.sentence) from refused
        document.seek(0)
        return document

    def clean(self) -> dict[str, Any]:
        """The paper itself is proof enough where nobody typed its number."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("document") is not None and not cleaned.get("evidence"):
            cleaned["evidence"] = cleaned["document"].name[-200:]
        return cleaned


class OptOutForm(forms.ModelForm):
    """An opt-out somebody asked for by telephone or at the counter."""

    phone = forms.CharField(label="휴대전화", max_length=20)

    class Meta:
        """Only what an official decides."""

        model = OptOut
        fields = ("phone", "scope", "value")

    def clean_phone(self) -> str:
        """E.164, or the reason why not."""
        try:
            return parse_mobile(self.cleaned_data["phone"])
        except PhoneRefused as refused:
            raise forms.ValidationError(refused.sentence) from refused

    def clean(self) -> dict[str, object]:
        """A scope other than 'all' names what it is about."""
        cleaned = super().clean() or {}
        if (cleaned.get("scope") == OptOut.Scope.ALL) == bool(cleaned.get("value")):
            self.add_error("value", "범위가 전부이면 비우고, 아니면 대상을 적어 주세요.")
        return cleaned
