"""Addresses of this room: where carriers report to, people say what they want to hear, and other systems send."""

from django.urls import include, path

from messaging import preference_views, views

app_name = "messaging"

urlpatterns = [
    path("api/", include("messaging.api.urls")),
    path("me/alerts/", preference_views.mine, name="my_preferences"),
    path("alerts/<str:token>/", preference_views.page, name="preferences"),
    path("hooks/messaging/<slug:alias>/<slug:secret>/<slug:kind>/", views.hook, name="hook"),
]
