"""Addresses of this room: what citizens open, and where a document proves to be genuine."""

from django.urls import path

from notices import views

app_name = "notices"
urlpatterns = [
    path("notices/<str:token>/", views.link, name="link"),
    path("notices/<str:token>/pages/<int:number>/", views.picture, name="picture"),
    path("notices/<str:token>/document/", views.document, name="document"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:code>/", views.verify_code, name="verify_code"),
    path("V/<str:code>", views.short, name="short"),
    path("pay/<str:token>/", views.bill, name="bill"),
    path("pay/<str:token>/return/", views.bill_returned, name="bill_returned"),
    path("hooks/payments/<slug:alias>/<slug:secret>/", views.payment_hook, name="payment_hook"),
    path("hooks/relays/<slug:alias>/<slug:secret>/", views.relay_hook, name="relay_hook"),
]
