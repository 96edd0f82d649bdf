"""What other offices' systems may read: their own department's messages and replies, and the wordings open to them."""

from collections.abc import Iterable

from django.db.models import QuerySet

from messaging.models import ApiKey, Message, OfficeReply, Purpose, TemplateVersion
from messaging.preference_links import VARIABLE
from messaging.text import placeholders

OPEN_TO_OFFICES = "offices."  # templates/messages/offices, and what officials name like it
FILLED_BY_US = ("기관", VARIABLE)


def wordings_for_offices() -> QuerySet[TemplateVersion]:
    """The newest approved version of every template open to other systems. Codes and emergencies are not theirs."""
    approved = TemplateVersion.objects.filter(
        template__code__startswith=OPEN_TO_OFFICES,
        review_state=TemplateVersion.ReviewState.APPROVED,
        purpose__in=(Purpose.ADMINISTRATIVE, Purpose.ANSWER),
    )
    newest = approved.order_by("template__code", "-number").distinct("template__code")
    return newest.select_related("template")


def variables_of(version: TemplateVersion) -> list[str]:
    """What a caller fills: every variable of the wording and its buttons but our own."""
    texts: Iterable[str] = (
        version.body,
        version.fallback_body,
        *(text for button in version.buttons for text in button.values()),
    )
    names = dict.fromkeys(name for text in texts for name in placeholders(text))
    return [name for name in names if name not in FILLED_BY_US]


def messages_of(key: ApiKey) -> QuerySet[Message]:
    """What the keys of this department and mode have sent, with everything their answers show; newest first."""
    own = Message.objects.filter(api_key__isnull=False, department=key.department_id, is_test=key.is_test)
    return (
        own.select_related("template_version__template", "sender_number").prefetch_related("attempts").order_by("-id")
    )


def replies_of(key: ApiKey) -> QuerySet[OfficeReply]:
    """The replies to those messages, in the order in which they became known. Nobody answers what a test key sends."""
    own = OfficeReply.objects.none() if key.is_test else OfficeReply.objects.filter(department=key.department_id)
    return own.select_related("reply__message").order_by("number")
