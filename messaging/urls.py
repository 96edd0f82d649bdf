"""Addresses of this room: where carriers report to."""

from django.urls import path

from messaging import views

app_name = "messaging"

urlpatterns = [
    path("hooks/messaging/<slug:alias>/<slug:secret>/<slug:kind>/", views.hook, name="hook"),
]
