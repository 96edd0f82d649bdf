"""Addresses of this room."""

from django.urls import include, path

from complaints import views

app_name = "complaints"
urlpatterns = [
    path("complaints/new/", views.new, name="new"),
    path("complaints/new/blank/<str:language>/", views.blank, name="blank"),
    path("complaints/parking/", views.parking, name="parking"),
    path("complaints/track/", views.track, name="track"),
    path("complaints/places/", views.places, name="places"),
    path("complaints/nearby/", views.nearby, name="nearby"),
    path("complaints/following/", views.following, name="following"),
    path("complaints/map/", views.reports_map, name="map"),
    path("complaints/map/data/", views.reports_map_data, name="map_data"),
    path("complaints/map/lines/", views.map_lines, name="map_lines"),
    path("complaints/<str:number>/", views.detail, name="detail"),
    path("complaints/<str:number>/due/", views.due, name="due"),
    path("complaints/<str:number>/edit/", views.edit, name="edit"),
    path("complaints/<str:number>/phone/", views.phone, name="phone"),
    path("complaints/<str:number>/withdraw/", views.withdraw, name="withdraw"),
    path("complaints/<str:number>/files/<int:ordinal>/", views.file, name="file"),
    path("complaints/<str:number>/photos/<int:ordinal>/<slug:copy>/", views.photo, name="photo"),
    path("c/<str:token>/", views.link, name="link"),
    path("open311/v2/", include("complaints.open311.urls")),
]
