"""Addresses of this room."""

from django.urls import path

from complaints import views

app_name = "complaints"
urlpatterns = [
    path("complaints/new/", views.new, name="new"),
    path("complaints/track/", views.track, name="track"),
    path("complaints/<str:number>/", views.detail, name="detail"),
    path("complaints/<str:number>/due/", views.due, name="due"),
    path("complaints/<str:number>/photos/<int:ordinal>/<slug:copy>/", views.photo, name="photo"),
    path("c/<str:token>/", views.link, name="link"),
]
