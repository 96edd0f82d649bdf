"""Texts to a number whose inbox is the chatbot's: answered if it is sure, filed by complaints if not."""

from datetime import datetime

from chatbot.services import texting
from complaints.replies import text_received
from messaging.models import Message, Reply
from messaging.topics import on_reply
from messaging.understanding import Reading


@on_reply("chatbot.new")
def text_asked(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """Nothing is lost: what is not answered is filed, and what was answered is filed when the citizen says so."""
    if reading is None or reading.label != "opt_out":
        before = texting.question_before(reply=reply, now=now)
        if before is not None:
            text_received(reply=before, reading=None, message=None, now=now)
            return
        if texting.answer_text(reply=reply, now=now):
            return
    text_received(reply=reply, reading=reading, message=message, now=now)
