"""Officials' page of certificates: which were issued, what became of them, and revoking one with a reason."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.accounts.looking import note_look, user_of
from portal.certificates import queries, services
from portal.certificates.forms import RevokeForm
from portal.certificates.issuers.registry import foreign_kinds
from portal.certificates.kinds import kinds
from portal.certificates.models import Certificate, index_of
from portal.core import clock
from portal.core.admin import CappedPaginator, ReadOnlyAdmin
from portal.core.client import address_of
from portal.core.codes import normal_code
from portal.core.errors import Refused

SUBJECT = "certificates.certificate"
_TONES = {"issued": "good", "revoked": "bad", "failed": "bad", "requested": "warn"}


class KindFilter(admin.SimpleListFilter):
    """What is certified, by the name that stands on the sheet."""

    title = "종류"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Ours, then those of other systems."""
        ours = [(code, kind.title) for code, kind in kinds().items()]
        return ours + [(code, kind.title) for code, (_, kind) in foreign_kinds().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Certificate]) -> QuerySet[Certificate]:
        """Those of the kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    """전자증명서."""

    list_display = ("title", "holder_masked", "issuer", "requested_at", "standing")
    list_filter = ("state", KindFilter, "is_test")
    search_fields = ("title",)
    search_help_text = "증명서 이름, 또는 문서확인번호 16자리"
    ordering = ("-requested_at", "-pk")
    paginator = CappedPaginator
    actions = None

    class Media:
        """The chips."""

        css = {"all": ["css/campaigns.css"]}

    @admin.display(description="상태", ordering="state")
    def standing(self, row: Certificate) -> SafeString:
        """In colour; being over is seen by the day."""
        if row.is_over(clock.now()):
            return format_html('<span class="nt-chip">{}</span>', "기간 만료")
        return format_html('<span class="nt-chip {}">{}</span>', _TONES[row.state], row.get_state_display())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Certificate], search_term: str
    ) -> tuple[QuerySet[Certificate], bool]:
        """A number finds its certificate; anything else is looked for in the names of kinds."""
        code = normal_code(search_term)
        if code:
            return queryset.filter(code_index=index_of(code)), False
        found: tuple[QuerySet[Certificate], bool] = super().get_search_results(request, queryset, search_term)
        return found

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Whoever is listed stands in the audit book."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown:
            note_look(request, SUBJECT, [row.pk for row in shown["cl"].result_list])
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Days, hash and book of one; a POST revokes it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        certificate = Certificate.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        if certificate is None:
            raise Http404
        may_revoke = request.user.has_perm("certificates.change_certificate") and certificate.is_issued
        form = RevokeForm(request.POST or None)
        if request.method == "POST":
            if not may_revoke:
                raise PermissionDenied
            if form.is_valid() and self._revoked(request, certificate, form):
                return redirect("admin:certificates_certificate_change", certificate.pk)
        note_look(request, SUBJECT, [certificate.pk])
        context = {
            **admin.site.each_context(request),
            "title": certificate.title,
            "certificate": certificate,
            "standing": self.standing(certificate),
            "book": queries.book_of(certificate),
            "form": form if may_revoke else None,
        }
        status = 422 if form.errors else 200
        response = render(request, "admin/certificates/certificate.html", context, status=status)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _revoked(self, request: HttpRequest, certificate: Certificate, form: RevokeForm) -> bool:
        try:
            services.revoke(
                certificate,
                reason=form.cleaned_data["reason"],
                by=user_of(request),
                address=address_of(request),
                now=clock.now(),
            )
        except Refused as refused:
            form.add_error("reason", refused.sentence)
            return False
        messages.success(request, "철회했습니다. 진위확인 화면에 지금부터 철회로 나옵니다.")
        return True
