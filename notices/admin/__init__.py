"""통지 발송 in the officials' admin: the list is a table, everything else are pages of their own."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from notices import queries, tabulation
from notices.admin import (
    approving,
    areas,
    balance,
    bills,
    consents,
    exclusions,
    holding,
    ladders,
    letters,
    merging,
    openings,
    planning,
    preparing,
    rosters,
    running,
    zones,
)
from notices.admin.access import campaign_for, home_of, may_prepare
from notices.models import Campaign
from portal.accounts.looking import user_of
from portal.core.clock import in_korea

_PAGES: tuple[tuple[str, str, Any], ...] = (
    ("consents", "consents/", consents.consents),
    ("consent", "consents/<int:consent_pk>/", consents.consent),
    ("consent_revoke", "consents/<int:consent_pk>/revoke/", consents.revoke),
    ("consent_export", "consents/<int:consent_pk>/export/", consents.export),
    ("new_plan", "new/", planning.new),
    ("plan", "<int:pk>/plan/", planning.plan),
    ("files", "<int:pk>/files/", preparing.files),
    ("roster", "<int:pk>/roster/", rosters.roster),
    ("roster_problems", "<int:pk>/roster/problems/", rosters.problems),
    ("problem_list", "<int:pk>/roster/problems.csv", rosters.problem_list),
    ("roster_row", "<int:pk>/roster/row/<int:recipient_pk>/", rosters.row),
    ("choose_row", "<int:pk>/roster/row/<int:recipient_pk>/choose/", rosters.choose),
    ("letter", "<int:pk>/letter/", merging.letter),
    ("letter_preview", "<int:pk>/letter/<int:recipient_pk>/", merging.preview),
    ("make_letters", "<int:pk>/letter/make/", merging.make),
    ("progress", "<int:pk>/progress/", preparing.progress),
    ("live_progress", "<int:pk>/progress/live/", preparing.live_progress),
    ("review", "<int:pk>/review/", preparing.review),
    ("settle", "<int:pk>/review/settle/", preparing.settle),
    ("held", "<int:pk>/held/", holding.held),
    ("held_notice", "<int:pk>/held/<int:notice_pk>/", holding.held_notice),
    ("release", "<int:pk>/held/<int:notice_pk>/release/", holding.release),
    ("hold_again", "<int:pk>/held/<int:notice_pk>/hold-again/", holding.hold_again),
    ("stray", "<int:pk>/stray/<int:number>/", holding.stray),
    ("sample", "<int:pk>/sample/", holding.sample),
    ("sample_withdraw", "<int:pk>/sample/<int:verdict_pk>/withdraw/", holding.withdraw),
    ("zones", "<int:pk>/zones/", zones.zones),
    ("zones_read", "<int:pk>/zones/read/", zones.read_out),
    ("first_page", "<int:pk>/zones/first-page/", zones.first_page),
    ("allow_fonts", "<int:pk>/allow-fonts/", holding.allow_fonts),
    ("exclusions", "<int:pk>/exclusions/", exclusions.exclusions),
    ("left_out", "<int:pk>/exclusions/<slug:name>/", exclusions.left_out),
    ("find", "<int:pk>/find/", exclusions.find),
    ("picture", "<int:pk>/person/<int:recipient_pk>/picture/<int:part>/", exclusions.picture),
    ("person", "<int:pk>/person/<int:recipient_pk>/", preparing.person),
    ("page", "<int:pk>/page/<int:number>/", preparing.page_picture),
    ("wording", "<int:pk>/wording/", preparing.wording),
    ("reopen", "<int:pk>/reopen/", preparing.reopen),
    ("approval", "<int:pk>/approval/", approving.approval),
    ("rehearse", "<int:pk>/approval/rehearse/", approving.rehearse),
    ("send_test", "<int:pk>/approval/test/", approving.send_test),
    ("confirm_test", "<int:pk>/approval/test/confirm/", approving.confirm_test),
    ("own_phone", "<int:pk>/approval/phone/", approving.own_phone),
    ("propose", "<int:pk>/approval/propose/", approving.propose),
    ("launch", "<int:pk>/approval/launch/", approving.launch),
    ("small_picture", "<int:pk>/approval/sample/<int:recipient_pk>/", approving.small_picture),
    ("tally", "<int:pk>/tally/", running.tally),
    ("live_tally", "<int:pk>/tally/live/", running.live_tally),
    ("areas", "<int:pk>/areas/", areas.areas),
    ("people", "<int:pk>/people/<slug:line>/", running.people),
    ("close_asking", "<int:pk>/close-asking/", running.close_asking),
    ("pause", "<int:pk>/pause/", running.pause),
    ("resume", "<int:pk>/resume/", running.resume),
    ("cancel", "<int:pk>/cancel/", running.cancel),
    ("close", "<int:pk>/close/", running.close),
    ("triage", "<int:pk>/triage/", running.triage),
    ("openings", "<int:pk>/openings/", openings.openings),
    ("unlock", "<int:pk>/openings/<int:link_pk>/unlock/", openings.unlock),
    ("bills", "<int:pk>/bills/", bills.bills),
    ("bank_list", "<int:pk>/bills/bank-list/", bills.bank_list),
    ("bills_file", "<int:pk>/bills/file/<slug:kind>/", bills.export),
    ("bill", "<int:pk>/bills/<int:bill_pk>/", bills.bill),
    ("bill_act", "<int:pk>/bills/<int:bill_pk>/act/", bills.act),
    ("ladder", "<int:pk>/ladder/", ladders.ladder),
    ("paper", "<int:pk>/paper/", letters.letters),
    ("paper_posted", "<int:pk>/paper/posted/", letters.take_posted),
    ("paper_candidates", "<int:pk>/paper/candidates/", letters.candidates),
    ("paper_approve", "<int:pk>/paper/<int:number>/approve/", letters.approve_list),
    ("paper_return", "<int:pk>/paper/<int:number>/return/", letters.return_list),
    ("paper_file", "<int:pk>/paper/<int:number>/<slug:kind>/", letters.list_file),
    ("balance", "<int:pk>/balance/", balance.balance),
    ("report", "<int:pk>/balance/report/", balance.report),
    ("report_approve", "<int:pk>/balance/report/<int:number>/approve/", balance.report_approve),
    ("report_return", "<int:pk>/balance/report/<int:number>/return/", balance.report_return),
    ("report_file", "<int:pk>/balance/report/<int:number>/<slug:kind>/", balance.report_file),
)


_TONES = {"closed": "good", "cancelled": "bad"}


@admin.register(Campaign)
class CampaignAdmin(ModelAdmin):
    """The department's campaigns, newest first; a row leads to where its next thing happens."""

    list_display = (
        "number",
        "title",
        "state_shown",
        "until",
        "officer_shown",
        "people",
        "agreed",
        "delivered",
        "letters",
    )
    list_display_links = ("number", "title")
    list_filter = ("state",)
    search_fields = ("number", "title")
    ordering = ("-pk",)
    list_per_page = 30
    show_full_result_count = False
    list_before_template = "admin/notices/_new.html"
    actions = None

    class Media:
        """The chips of the state column."""

        css = {"all": ["css/campaigns.css"]}

    def get_urls(self) -> list[URLPattern]:
        """Our own pages stand before the usual ones."""
        wrap = self.admin_site.admin_view
        own = [path(route, wrap(view), name=f"notices_campaign_{name}") for name, route, view in _PAGES]
        return own + list(super().get_urls())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        """Another department's campaigns are not there."""
        return queries.campaigns_of(user_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may draft."""
        return may_prepare(request)

    def has_change_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """Nothing is written here except through services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        """Campaigns are closed or cancelled, not deleted."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """새 통지 만들기."""
        return preparing.add(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page where the campaign's next thing happens."""
        return redirect(home_of(campaign_for(request, int(object_id))))

    @admin.display(description="회신 마감", ordering="asks_until")
    def until(self, campaign: Campaign) -> str:
        """The deadline in Korean time."""
        return in_korea(campaign.asks_until).strftime("%Y-%m-%d %H:%M") if campaign.asks_until else "-"

    @admin.display(description="담당자")
    def officer_shown(self, campaign: Campaign) -> str:
        """Who drafted it; the department is everybody's own."""
        return campaign.officer.display_name

    @admin.display(description="상태", ordering="state")
    def state_shown(self, campaign: Campaign) -> str:
        """The state in words."""
        if campaign.paused_at:
            return format_html('<span class="nt-chip {}">{}</span>', "warn", "멈춤")
        return format_html(
            '<span class="nt-chip {}">{}</span>', _TONES.get(campaign.state, ""), campaign.get_state_display()
        )

    def _line(self, campaign: Campaign, name: str) -> int:
        counts: dict[str, int] | None = getattr(campaign, "counted", None)
        if counts is None:
            counts = queries.counts_of(campaign)
            campaign.counted = counts  # type: ignore[attr-defined]  # read once for the columns of one row
        return tabulation.tally(counts)[name].count

    @admin.display(description="명부")
    def people(self, campaign: Campaign) -> str:
        """How many citizens."""
        return f"{self._line(campaign, 'all'):,}"

    @admin.display(description="동의")
    def agreed(self, campaign: Campaign) -> str:
        """How many agreed and are identified."""
        return f"{self._line(campaign, 'verified'):,}"

    @admin.display(description="전달")
    def delivered(self, campaign: Campaign) -> str:
        """How many have their picture."""
        return f"{self._line(campaign, 'delivered'):,}"

    @admin.display(description="종이 우편")
    def letters(self, campaign: Campaign) -> str:
        """How many get a letter."""
        return f"{self._line(campaign, 'paper'):,}"
