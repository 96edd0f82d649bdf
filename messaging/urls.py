"""Addresses of this room: where carriers report to, and where people say what they want to hear."""

from django.urls import path

from messaging import preference_views, views

app_name = "messaging"

urlpatterns = [
    path("alerts/<str:token>/", preference_views.page, name="preferences"),
    path("hooks/messaging/<slug:alias>/<slug:secret>/<slug:kind>/", views.hook, name="hook"),
]
