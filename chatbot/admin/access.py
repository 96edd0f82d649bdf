"""What every page of the chatbot's officials shares: addresses, the frame around it, how a refusal is said."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse

from portal.accounts.looking import user_of
from portal.accounts.models import User
from portal.core.errors import Refused


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page of the officials' site needs."""
    return {**admin.site.each_context(request), "is_fullwidth": "1"}


def official_with(request: HttpRequest, permission: str) -> User:
    """The signed-in user, who must hold the permission."""
    user = user_of(request)
    if not user.has_perm(f"chatbot.{permission}"):
        raise PermissionDenied
    return user


def page_of(model: str, name: str, *args: object) -> str:
    """The address of one of our pages: page_of("faq", "edit", 3)."""
    return reverse(f"admin:chatbot_{model}_{name}", args=args)


def attempt(request: HttpRequest, act: Callable[[], object], *, done: str = "") -> bool:
    """Do it and say so; a refusal is said in its own words. Returns whether it was done."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return False
    if done:
        messages.success(request, done)
    return True
