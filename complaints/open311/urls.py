"""Addresses of the standard, each with `.json`, `.xml` or no ending."""

from django.urls import re_path

from complaints.open311 import views

app_name = "open311"
_ENDING = r"(?:\.(?P<suffix>json|xml))?/?$"
_ID = r"[\w.~-]+?"

urlpatterns = [
    re_path(rf"^discovery{_ENDING}", views.discovery, name="discovery"),
    re_path(rf"^services{_ENDING}", views.services, name="services"),
    re_path(rf"^services/(?P<code>{_ID}){_ENDING}", views.service, name="service"),
    re_path(rf"^requests{_ENDING}", views.requests, name="requests"),
    re_path(rf"^requests/(?P<number>{_ID}){_ENDING}", views.one_request, name="request"),
    re_path(rf"^tokens/(?P<token>{_ID}){_ENDING}", views.token, name="token"),
    re_path(rf"^.*?{_ENDING}", views.nowhere, name="nowhere"),
]
