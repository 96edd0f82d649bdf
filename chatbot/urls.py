"""Addresses of the chat."""

from django.urls import path

from chatbot import api, draft_views, kakao_hook, views
from portal.core.doors import public

app_name = "chatbot"

urlpatterns = [
    path("chat/", views.chat, name="chat"),
    path("chat/turns/", views.take_turn, name="turn"),
    path("chat/turns/<int:seq>/feedback/", views.give_feedback, name="feedback"),
    path("chat/resume/<str:token>/", draft_views.resume, name="resume"),
    path("chat/pictures/<int:faq>/<slug:sha256>.jpg", views.picture, name="picture"),
    path("chat/map/<slug:layer>/", views.places, name="map"),
    path("api/v1/chat/turns/", public(api.Turns.as_view()), name="api"),
    path("hooks/kakao/<str:secret>/", kakao_hook.skill, name="kakao"),
]
