"""
What a device or four digits are not enough for: 취하, and another phone for a case.

취하 asks for a code that goes to the phone of the case. Another phone asks for two: the citizen signs in with the phone
she has, so that nobody leads a case away, and the new phone shows that it is hers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from complaints import services
from complaints.contact_forms import CodeForm, PhoneForm
from complaints.forms import CitizenForm
from complaints.guards import proven
from complaints.models import Complaint
from complaints.services.correcting import Proof
from complaints.views.own import asked_for_proof, by_of
from portal.accounts import proofs
from portal.accounts.guards import recent_proof
from portal.accounts.models import User
from portal.accounts.proofs import ProvenPhone, Purpose
from portal.core import clock, privacy
from portal.core.client import address_of
from portal.core.doors import personal, public
from portal.core.errors import Refused

REFUSED, TOO_OFTEN = 422, 429


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing that needs a code: which page, what form asks for it, to which phone the code goes, and the service."""

    template: str
    purpose: Purpose
    form: type[CitizenForm]
    phone_of: Callable[[Complaint, dict[str, Any]], str]
    run: Callable[[Complaint, ProvenPhone, User | None], object]
    done: Any

    @property
    def key(self) -> str:
        """Where the session keeps the handle of its code."""
        return f"complaints.code.{self.purpose}"


WITHDRAW = Errand(
    "complaints/withdraw.html",
    Purpose.WITHDRAW,
    CitizenForm,
    lambda complaint, values: complaint.phone,
    lambda complaint, proof, by: services.withdraw(complaint, by=by, now=clock.now(), version=complaint.version),
    gettext_lazy("민원을 취하했습니다. 같은 일로 언제든 다시 신청하실 수 있습니다."),
)
NEW_PHONE = Errand(
    "complaints/phone.html",
    Purpose.NEW_PHONE,
    PhoneForm,
    lambda complaint, values: str(values["phone"]),
    lambda complaint, proof, by: services.correct(
        complaint, changes={"phone": proof.phone}, proof=Proof.CODE, version=complaint.version, by=by, now=clock.now()
    ),
    gettext_lazy("연락받을 번호를 바꿨습니다. 이제 새 번호로 알려 드립니다."),
)


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """취하 of one's own case, by a code that goes to the phone of the case."""
    complaint = proven(request, number)
    return asked_for_proof(number) if complaint is None else _errand(request, complaint, WITHDRAW)


@recent_proof
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, number: str) -> HttpResponse:
    """Another phone for a case of whoever has just signed in, by a code that goes to the new one."""
    complaint = proven(request, number)
    if complaint is None:
        return asked_for_proof(number)
    if by_of(request, complaint) is None:
        messages.info(request, _("신청할 때 남긴 번호로 로그인하면 연락받을 번호를 바꿀 수 있습니다."))
        return redirect("complaints:detail", complaint.number)
    return _errand(request, complaint, NEW_PHONE)


def _errand(request: HttpRequest, complaint: Complaint, errand: Errand) -> HttpResponse:
    if not (complaint.is_open and complaint.phone):
        messages.info(request, _("지금은 이 화면에서 할 수 없습니다. 도움이 필요하시면 담당자에게 전화해 주세요."))
        return redirect("complaints:detail", complaint.number)
    if request.method != "POST":
        is_asked = "code" in request.GET and bool(_sent_to(request, complaint, errand))
        return _page(request, complaint, errand, errand.form(), code=CodeForm() if is_asked else None)
    if "code" in request.POST:
        return _confirm(request, complaint, errand)
    form = errand.form(request.POST)
    if not form.is_valid():
        return _page(request, complaint, errand, form, status=REFUSED)
    return _ask(request, complaint, errand, form)


def _ask(request: HttpRequest, complaint: Complaint, errand: Errand, form: CitizenForm) -> HttpResponse:
    try:
        asked = proofs.begin(
            phone=errand.phone_of(complaint, form.cleaned_data),
            purpose=errand.purpose,
            address=address_of(request),
            reference=complaint.number,
            now=clock.now(),
        )
    except Refused as refused:
        if _sent_to(request, complaint, errand):  # one that came a moment ago is still good
            return redirect(f"{request.path}?code=1")
        form.refuse(refused)
        return _page(request, complaint, errand, form, status=TOO_OFTEN)
    request.session[errand.key] = [complaint.pk, asked.handle]
    return redirect(f"{request.path}?code=1")


def _confirm(request: HttpRequest, complaint: Complaint, errand: Errand) -> HttpResponse:
    code = CodeForm(request.POST)
    if not code.is_valid():
        return _page(request, complaint, errand, errand.form(), code=code, status=REFUSED)
    try:
        proof = proofs.confirm(
            _handle(request, complaint, errand),
            code=code.cleaned_data["code"],
            purpose=errand.purpose,
            reference=complaint.number,
            address=address_of(request),
            now=clock.now(),
        )
        errand.run(complaint, proof, by_of(request, complaint))
    except Refused as refused:
        code.refuse(refused, field=getattr(refused, "field", None))
        return _page(request, complaint, errand, errand.form(), code=code, status=REFUSED)
    request.session.pop(errand.key, None)
    messages.success(request, errand.done)
    return redirect("complaints:detail", complaint.number)


def _handle(request: HttpRequest, complaint: Complaint, errand: Errand) -> str:
    asked_for, handle = request.session.get(errand.key, (None, ""))
    return str(handle) if asked_for == complaint.pk else ""


def _sent_to(request: HttpRequest, complaint: Complaint, errand: Errand) -> str:
    """Where the code went. One that is over still says so on its own page."""
    return proofs.phone_of(_handle(request, complaint, errand), now=clock.now() - proofs.VALID_FOR)


def _page(
    request: HttpRequest,
    complaint: Complaint,
    errand: Errand,
    form: CitizenForm,
    *,
    code: CitizenForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "complaint": complaint,
        "form": code or form,
        "is_asked": code is not None,
        "phone": privacy.mask_phone(_sent_to(request, complaint, errand) if code else complaint.phone),
    }
    return render(request, errand.template, context, status=status)
