"""새 소식·일자리: what officials write for everybody, in the admin."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from portal.accounts.models import User
from portal.core.clock import now
from portal.site import services
from portal.site.models import EnglishGuide, Post


@admin.register(Post)
class PostAdmin(ModelAdmin):
    """A short form; the day of publication is the switch."""

    list_display: ClassVar = ["title", "kind", "department", "published_on", "ends_on", "changed_at"]
    list_filter: ClassVar = ["kind", "department"]
    search_fields: ClassVar = ["title", "summary"]
    ordering: ClassVar = ["-published_on", "-pk"]
    list_select_related: ClassVar = ["department"]

    def save_model(self, request: HttpRequest, obj: Post, form: Any, change: bool) -> None:
        """One service call, which checks the right and notes who it was."""
        services.keep_post(obj, by=cast(User, request.user), now=now())


@admin.register(EnglishGuide)
class EnglishGuideAdmin(ModelAdmin):
    """What foreign residents read instead of the Korean answer."""

    list_display: ClassVar = ["title", "faq", "is_machine_translated", "stands"]
    list_filter: ClassVar = ["is_machine_translated"]
    search_fields: ClassVar = ["title", "faq__question", "faq__slug"]
    ordering: ClassVar = ["title"]
    list_select_related: ClassVar = ["faq"]

    @admin.display(description="한국어와 같은 판", boolean=True)
    def stands(self, guide: EnglishGuide) -> bool:
        """No new Korean version since."""
        return guide.is_current

    def save_model(self, request: HttpRequest, obj: EnglishGuide, form: Any, change: bool) -> None:
        """One service call, which notes the Korean version."""
        services.keep_english_guide(obj, by=cast(User, request.user))
