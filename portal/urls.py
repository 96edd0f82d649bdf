"""Wiring only: each room brings its own addresses."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.site.urls")),
    path("sign-in/", include("portal.site.social")),
    path("", include("complaints.urls")),
    path("", include("notices.urls")),
    path("", include("portal.certificates.urls")),
    path("", include("chatbot.urls")),
    path("", include("messaging.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "portal.site.views.bad_request"
handler403 = "portal.site.views.forbidden"
handler404 = "portal.site.views.not_found"
handler500 = "portal.site.views.server_error"
