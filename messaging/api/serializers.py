"""The shapes of what comes in and what goes out; the schema is made from them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rest_framework import serializers

from messaging.models import Channel, LegStatus, MessageStatus, Purpose, Route
from messaging.services.offices import Order, Wanted

MOST_ROWS, MOST_VARIABLES, LONGEST_NAME = 1000, 40, 20
LONGEST_REPLY_DAYS, USUAL_REPLY_DAYS = 30, 7


class Exact(serializers.Serializer):
    """A misspelt field is refused, not overlooked."""

    def to_internal_value(self, data: Any) -> Any:
        """As usual, after a look for strangers."""
        if isinstance(data, Mapping):
            strange = [name for name in data if name not in self.fields]
            if strange:
                raise serializers.ValidationError({name: ["모르는 항목입니다."] for name in strange[:10]})
        return super().to_internal_value(data)


class Variables(serializers.DictField):
    """Name → value of the wording's variables."""

    child = serializers.CharField(max_length=1000, trim_whitespace=False, allow_blank=True)

    def to_internal_value(self, data: Any) -> Any:
        """Names are as short as in a wording; values are text."""
        if isinstance(data, dict) and (len(data) > MOST_VARIABLES or not all(map(_is_name, data))):
            raise serializers.ValidationError(f"변수는 {MOST_VARIABLES}개, 이름은 20자까지입니다.")
        return super().to_internal_value(data)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and text.isprintable()


class Moment(serializers.DateTimeField):
    """A time; one before the first or after the last of all days is no time."""

    def to_internal_value(self, value: Any) -> Any:
        """As usual."""
        try:
            return super().to_internal_value(value)
        except OverflowError:
            raise serializers.ValidationError("쓸 수 없는 일시입니다.") from None


class RecipientIn(Exact):
    """One row."""

    to = serializers.CharField(max_length=40, allow_blank=True, help_text="휴대전화 번호 (예: 010-1234-5678)")
    variables = Variables(required=False, default=dict, help_text="치환변수 이름과 값")
    reference = serializers.CharField(
        max_length=60,
        required=False,
        default="",
        allow_blank=True,
        help_text="보내는 시스템의 번호(개인정보 금지)",
    )


class OrderIn(Exact):
    """What a system asks to be sent."""

    template = serializers.CharField(max_length=60, help_text="서식 부호 (GET /api/v1/templates)")
    recipients = RecipientIn(
        many=True,
        allow_empty=False,
        max_length=MOST_ROWS,
        error_messages={"max_length": f"한 번에 {MOST_ROWS:,}건까지 보낼 수 있습니다."},
        help_text="받는 이. 1건 이상 1,000건 이하",
    )
    sender_number = serializers.CharField(
        max_length=20, required=False, default="", allow_blank=True, help_text="등록된 발신번호. 없으면 기본 발신번호"
    )
    due_at = Moment(
        required=False, default=None, allow_null=True, help_text="보낼 일시. 1년 안. 시간대가 없으면 한국 시각"
    )
    reply_days = serializers.IntegerField(
        min_value=0,
        max_value=LONGEST_REPLY_DAYS,
        required=False,
        default=USUAL_REPLY_DAYS,
        help_text="답장을 이 시스템의 회신으로 받을 날수. 0이면 구청 회신함으로",
    )

    def order(self) -> Order:
        """In the service's words."""
        values = self.validated_data
        rows = [Wanted(row["to"], row["variables"], row["reference"]) for row in values["recipients"]]
        days = values["reply_days"]
        return Order(
            template=values["template"],
            rows=rows,
            sender_number=values["sender_number"],
            due_at=values["due_at"],
            reply_for=timedelta(days=days) if days else None,
        )


class ErrorOut(serializers.Serializer):
    """One thing to mend."""

    row = serializers.IntegerField(required=False, help_text="몇 번째 받는 이인지 (1부터)")
    field = serializers.CharField(help_text="어느 항목인지")
    detail = serializers.CharField(help_text="무엇을 고칠지")


class ProblemOut(serializers.Serializer):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="사람이 읽을 문장")
    errors = ErrorOut(many=True, required=False)


class QueuedOut(serializers.Serializer):
    """One row that was taken."""

    row = serializers.IntegerField(help_text="몇 번째 받는 이인지 (1부터)")
    id = serializers.UUIDField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(MessageStatus.choices)


class PlacedOut(serializers.Serializer):
    """What became of an order."""

    accepted_count = serializers.IntegerField()
    refused_count = serializers.IntegerField()
    is_test = serializers.BooleanField(help_text="시험 키로 보내 실제로는 나가지 않는지")
    messages = QueuedOut(many=True)
    refusals = ErrorOut(many=True)


class LegOut(serializers.Serializer):
    """One try on one channel."""

    channel = serializers.ChoiceField(Channel.choices)
    status = serializers.ChoiceField(LegStatus.choices)
    status_label = serializers.CharField(help_text="상태를 말로")
    reason = serializers.CharField(help_text="실패한 까닭")
    final_at = serializers.DateTimeField(allow_null=True)


class MessageOut(serializers.Serializer):
    """One message and its legs."""

    id = serializers.UUIDField()
    template = serializers.CharField()
    reference = serializers.CharField()
    to = serializers.CharField(help_text="messages:unmask 권한이 없으면 가운데를 가립니다")
    sender_number = serializers.CharField()
    status = serializers.ChoiceField(MessageStatus.choices)
    status_label = serializers.CharField(help_text="상태를 말로")
    is_test = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    legs = LegOut(many=True)


class MessagesOut(serializers.Serializer):
    """A page of messages, newest first."""

    messages = MessageOut(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="다음 쪽. 마지막이면 null")


class ReplyOut(serializers.Serializer):
    """What somebody texted back."""

    id = serializers.UUIDField()
    message_id = serializers.UUIDField()
    reference = serializers.CharField(help_text="답장한 메시지의 번호")
    sender = serializers.CharField(help_text="messages:unmask 권한이 없으면 가운데를 가립니다")
    text = serializers.CharField()
    received_at = serializers.DateTimeField()


class RepliesOut(serializers.Serializer):
    """Replies after the cursor, oldest first."""

    replies = ReplyOut(many=True)
    next_cursor = serializers.CharField(help_text="다음에 물을 때 쓸 값. 새 회신이 없으면 그대로")
    has_more = serializers.BooleanField(help_text="지금 더 있는지")


class TemplateOut(serializers.Serializer):
    """A wording open to other systems."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    purpose = serializers.ChoiceField(Purpose.choices)
    route = serializers.ChoiceField(Route.choices)
    body = serializers.CharField()
    fallback_body = serializers.CharField(help_text="문자로 대신 갈 때의 본문. 비어 있으면 body")
    variables = serializers.ListField(child=serializers.CharField(), help_text="채워야 할 치환변수")


class TemplatesOut(serializers.Serializer):
    """All of them: there are few."""

    templates = TemplateOut(many=True)
