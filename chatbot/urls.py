"""Addresses of the chat."""

from django.urls import path

from chatbot import views

app_name = "chatbot"

urlpatterns = [
    path("chat/", views.chat, name="chat"),
    path("chat/turns/", views.take_turn, name="turn"),
    path("chat/turns/<int:seq>/feedback/", views.give_feedback, name="feedback"),
]
