"""What administrators keep: categories and their words, agencies."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from complaints.models import Agency, Category, CategoryKeyword


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    """민원 분류."""

    list_display = ("name", "name_en", "department", "kind", "period_value", "period_unit", "weight", "is_active")
    list_filter = ("is_active", "kind", "department")
    list_select_related = ("department",)
    search_fields = ("name", "name_en", "code")
    autocomplete_fields = ("department",)
    ordering = ("department__name", "name")
    list_per_page = 50


@admin.register(CategoryKeyword)
class CategoryKeywordAdmin(ModelAdmin):
    """분류 낱말: what the router listens for."""

    list_display = ("text", "category", "weight", "source")
    list_filter = ("source", "category")
    list_select_related = ("category",)
    search_fields = ("text",)
    ordering = ("category__name", "-weight", "text")
    readonly_fields = ("source",)
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: CategoryKeyword, form: object, change: bool) -> None:
        """What an official wrote or changed stays hers when the shipped words are loaded again."""
        obj.source = CategoryKeyword.Source.OFFICIAL
        super().save_model(request, obj, form, change)


@admin.register(Agency)
class AgencyAdmin(ModelAdmin):
    """이송 기관."""

    list_display = ("name", "name_en", "phone", "examples", "is_active")
    search_fields = ("name",)
    ordering = ("name",)
