"""`manage.py chatbot_ask "문장"`: what the chatbot says to one sentence, without remembering it."""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from chatbot import api, kakao_hook, services
from chatbot.models import Conversation
from portal.core.clock import now
from portal.core.errors import Refused


class Command(BaseCommand):
    """One turn of a conversation that is undone afterwards."""

    help = "챗봇에게 한 문장을 묻고 카드를 보여 줍니다. 대화는 남지 않습니다."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The sentence, and for whom it is drawn."""
        parser.add_argument("sentence", help="물어볼 문장")
        parser.add_argument("--kakao", action="store_true", help="카카오톡 스킬 JSON으로 보여 줍니다")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print JSON."""
        channel = Conversation.Channel.KAKAO if options["kakao"] else Conversation.Channel.API
        with transaction.atomic():
            conversation = services.conversation_of(channel=channel, key=str(uuid4()), now=now())
            try:
                turn = services.say(conversation=conversation, text=options["sentence"], request_key=uuid4(), now=now())
            except Refused as refused:
                raise CommandError(refused.sentence) from refused
            said = kakao_hook.draw(turn) if options["kakao"] else api.shown(turn)
            transaction.set_rollback(True)
        self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
