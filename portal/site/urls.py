"""Addresses of the top floor."""

from django.urls import path

from portal.site import gallery, health, views

app_name = "site"
urlpatterns = [
    path("", views.home, name="home"),
    path("menu/", views.whole_menu, name="menu"),
    path("help/", views.help_page, name="help"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("robots.txt", views.robots, name="robots"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("dev/components/", gallery.components, name="components"),
]
