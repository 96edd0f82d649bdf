"""Addresses of this room: a holder's certificates, and the one behind which an institution takes its copy."""

from django.urls import path

from portal.certificates import receiving, views

app_name = "certificates"
urlpatterns = [
    path("me/certificates/", views.wallet, name="wallet"),
    path("me/certificates/<uuid:reference>/", views.detail, name="detail"),
    path("me/certificates/<uuid:reference>/document/", views.document, name="document"),
    path("me/certificates/<uuid:reference>/hand-in/", views.hand_in, name="hand_in"),
    path("me/certificates/<uuid:reference>/hand-in/<uuid:share>/", views.link, name="link"),
    path("s/<str:token>/", receiving.receive, name="receive"),
    path("s/<str:token>/document/", receiving.document, name="received_document"),
]
