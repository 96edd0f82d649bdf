"""Addresses of a citizen's own pages; part of the top floor's."""

from django.urls import path

from portal.site import calendar_views, downloading, favouring, mine, mine_lists, passkeys, push_views

urlpatterns = [
    path("me/", mine.me, name="me"),
    path("me/complaints/", mine_lists.my_complaints, name="my_complaints"),
    path("me/notices/", mine_lists.my_notices, name="my_notices"),
    path("me/bills/", mine_lists.my_bills, name="my_bills"),
    path("me/messages/", mine_lists.my_messages, name="messages"),
    path("me/calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/<str:token>.ics", calendar_views.feed, name="calendar_feed"),
    path("me/favourites/", favouring.keep, name="my_favourites"),
    path("me/sessions/", mine.devices, name="devices"),
    path("me/passkeys/", passkeys.passkeys, name="passkeys"),
    path("me/push/", push_views.push, name="push"),
    path("me/download/", downloading.download, name="download"),
    path("me/leave/", mine.leave, name="leave"),
]
