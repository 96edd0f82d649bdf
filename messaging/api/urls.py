"""Addresses of the API. No page here needs a session: a key opens the door, and the schema is for everybody."""

from django.urls import path, re_path
from django.views.decorators.http import require_safe

from messaging.api import views
from messaging.api.describing import document
from portal.core.doors import public

app_name = "api"

urlpatterns = [
    path("v1/messages", public(views.Messages.as_view()), name="messages"),
    path("v1/messages/<uuid:message_id>", public(views.OneMessage.as_view()), name="message"),
    path("v1/replies", public(views.Replies.as_view()), name="replies"),
    path("v1/templates", public(views.Templates.as_view()), name="templates"),
    path("schema/", public(require_safe(document)), name="schema"),
    re_path(r"^.*$", public(views.Nowhere.as_view()), name="nowhere"),
]
