"""From what a room asks to rows that can wait: everything that may be wrong with one message is found here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings

from messaging import preference_links, routes, topics
from messaging.binding import binding
from messaging.bulk import made
from messaging.drafting import limits
from messaging.legs import Places, new_leg
from messaging.models import (
    ApiKey,
    Attempt,
    Message,
    MessageImage,
    Purpose,
    Route,
    SenderNumber,
    Stream,
    TemplateVersion,
)
from messaging.preferring import Way, way_for, wishes_of
from messaging.pricing import tariff_on
from messaging.queries import database_clock
from messaging.text import ValueTooLong, placeholders
from messaging.wording import Wording, compose, fingerprint
from portal.accounts.models import Department, User
from portal.accounts.queries import official_of
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.fields import seal_for
from portal.core.phones import parse_mobile
from portal.core.sealing import blind_phone

# How long a message stays worth sending: after that it is cancelled instead of surprising somebody.
WORTH_SENDING = {
    Purpose.CODE.value: timedelta(minutes=3),
    Purpose.EMERGENCY.value: timedelta(hours=1),
    Purpose.ANSWER.value: timedelta(days=1),
    Purpose.ADMINISTRATIVE.value: timedelta(days=14),
}
MOST_IMAGES = 3


class TemplateNotApproved(Refused):
    """No wording of the template may be sent."""

    field = "template"


class NoSenderNumber(Refused):
    """No default sender number is set up."""

    field = "sender_number"
    sentence = "기본 발신번호가 없습니다. 관리 화면에서 발신번호를 등록해 주세요."


class SecondOfficialNeeded(Refused):
    """An emergency message leaves only when a second official approved it."""

    field = "approved_by"
    sentence = "긴급 메시지는 다른 담당자의 승인이 있어야 보낼 수 있습니다."


class ImagesRefused(Refused):
    """The pictures do not fit the route."""

    field = "images"


@dataclass(frozen=True, slots=True)
class ImageRef:
    """A picture somebody else keeps: an opaque handle and what it must turn out to be."""

    handle: str
    sha256: str
    width: int
    height: int
    byte_count: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as a room asks for it."""

    to: str
    template: str
    context: Mapping[str, str]
    topic: str
    reference: str
    key: str
    images: Sequence[ImageRef] = ()
    stream: str = ""
    due_at: datetime | None = None
    reply_for: timedelta | None = None
    buttons_context: Mapping[str, str] | None = None
    sender_number: SenderNumber | None = None
    lane: int | None = None


@dataclass(slots=True)
class Draft:
    """One message with its words, its first leg and its pictures, not yet written."""

    message: Message
    words: Wording
    leg: Attempt
    images: tuple[MessageImage, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """A wording with its variables put in, the fingerprint of that without pictures, and the variables to be sealed."""

    version: int
    variables: Mapping[str, str]
    words: Wording
    digest: bytes
    sealable: str


@dataclass(slots=True)
class Preparation:
    """Turns Outgoings into Drafts; looks each template, stream and number up once."""

    by: User | None
    approved_by: User | None
    now: datetime
    department: Department | None = None
    api_key: ApiKey | None = None
    started_at: datetime = field(default_factory=database_clock)
    places: Places = field(init=False)
    _common: dict[str, Any] = field(init=False)
    _versions: dict[str, TemplateVersion | None] = field(default_factory=dict)
    _streams: dict[str, Stream] = field(default_factory=dict)
    _sender: SenderNumber | None = None
    _last: "_Said | None" = None

    def __post_init__(self) -> None:
        self.places = Places(tariff_on(day_in_korea(self.started_at)))
        if self.api_key is not None:
            self.department = self.api_key.department
        official = official_of(self.by) if self.by and not self.department else None
        self.department = official.department if official else self.department

        self._common = {
            "created_at": self.now,
            "created_by_id": self.by.pk if self.by else None,
            "approved_by_id": self.approved_by.pk if self.approved_by else None,
            "department_id": self.department.pk if self.department else None,
            "api_key_id": self.api_key.pk if self.api_key else None,
            "is_test": self.api_key is not None and self.api_key.is_test,
        }

    def draft(self, asked: Outgoing) -> Draft:
        """
        :raises Refused: whatever is wrong; most refusals say which `field` it is
        """
        version = self._version(asked.template)
        said = self._said(version, {**asked.context, **(asked.buttons_context or {}), **_own_words(version, asked.key)})
        self._refuse_long_values(asked, version)
        images = _images(asked, version)
        digest = fingerprint(said.words, [bytes(image.sha256) for image in images]) if images else said.digest
        message = self._message(asked, version, said, digest)
        return Draft(message, said.words, self._first_leg(message, said.words), tuple(images))

    def _said(self, version: TemplateVersion, variables: Mapping[str, str]) -> "_Said":
        """The finished words. A campaign says the same to everybody: the last ones are kept."""
        if self._last is None or self._last.version != version.pk or self._last.variables != variables:
            words = compose(version, variables)
            sealable = json.dumps(variables, ensure_ascii=False)
            self._last = _Said(version.pk, variables, words, fingerprint(words), sealable)
        return self._last

    def _refuse_long_values(self, asked: Outgoing, version: TemplateVersion) -> None:
        """
        :raises ValueTooLong: if carriers do not know the sender number well enough for such a value
        """
        if not settings.MESSAGING_NEW_SENDER_DAYS:
            return
        sender = asked.sender_number or self._sender_number()
        most = limits()["variable_characters_of_a_new_sender"]
        if sender.is_new_on(day_in_korea(self.now)):
            for name in placeholders(version.body + version.fallback_body):
                value = asked.context.get(name, "")
                if len(value) > most:
                    raise ValueTooLong(name, len(value), most)

    def follow_wishes(self, drafts: Sequence[Draft]) -> None:
        """Whoever prefers texts gets one at once, not an AlimTalk that the claim would turn into one."""
        wishes = wishes_of(draft.message for draft in drafts)
        for draft, wish in zip(drafts, wishes, strict=True):
            if way_for(draft.message, draft.leg.channel, draft.leg.ordinal, wish) is Way.OTHER:
                draft.message.route = Route.TEXT
                draft.message.body = draft.words.text
                draft.leg = self._first_leg(draft.message, draft.words)

    def _first_leg(self, message: Message, words: Wording) -> Attempt:
        step = routes.ROUTES[message.route][0]
        return new_leg(message, words=words, step=step, ordinal=1, due_at=message.due_at, places=self.places)

    def _message(self, asked: Outgoing, version: TemplateVersion, said: "_Said", digest: bytes) -> Message:
        phone = parse_mobile(asked.to)
        topic = topics.topic(asked.topic)
        if version.purpose == Purpose.EMERGENCY and (self.approved_by is None or self.approved_by == self.by):
            raise SecondOfficialNeeded
        stream = self._stream(asked.stream, topic.name)
        sealed_id = uuid4()
        sealed = {
            "phone_sealed": phone,
            "variables_sealed": said.sealable,
            "body_sealed": said.words.shown,
        }
        message = made(
            Message,
            {
                **{name: seal_for(Message, name, value, row=sealed_id) for name, value in sealed.items()},
                **self._common,
                "sealed_id": sealed_id,
                "key": asked.key,
                "topic": topic.name,
                "reference": asked.reference,
                "stream_id": stream.pk,
                "purpose": version.purpose,
                "lane": 0 if version.purpose == Purpose.CODE else topic.lane if asked.lane is None else asked.lane,
                "route": version.route,
                "template_version_id": version.pk,
                "sender_number_id": (asked.sender_number or self._sender_number()).pk,
                "phone_index": blind_phone(phone),
                "body_sha256": digest,
                "due_at": asked.due_at or self.started_at,
                "expires_at": max(asked.due_at or self.started_at, self.started_at) + WORTH_SENDING[version.purpose],
                "reply_until": (asked.due_at or self.now) + asked.reply_for if asked.reply_for else None,
            },
        )
        message.stream = stream
        return message

    def _version(self, code: str) -> TemplateVersion:
        if code not in self._versions:  # a wording that is missing is missing for everybody: one look is enough
            approved = TemplateVersion.objects.filter(
                template__code=code, review_state=TemplateVersion.ReviewState.APPROVED
            )
            self._versions[code] = approved.select_related("template").order_by("-number").first()
        found = self._versions[code]
        if found is None:
            raise TemplateNotApproved(f"승인된 서식이 없습니다: {code}")
        return found

    def _stream(self, own: str, topic: str) -> Stream:
        """A stream of its own is its department's; the topic's is everybody's."""
        name = own or topic
        if name not in self._streams:
            owner = self.department if own else None
            self._streams[name] = Stream.named(name, department=owner.pk if owner else None)
        return self._streams[name]

    def _sender_number(self) -> SenderNumber:
        if self._sender is None:
            self._sender = SenderNumber.objects.filter(is_default=True).first()
        if self._sender is None:
            raise NoSenderNumber
        return self._sender


def _own_words(version: TemplateVersion, key: str) -> dict[str, str]:
    """What nobody else may fill: the office's name, and the address of 알림 설정 where a button leads there."""
    words = {"기관": settings.DISTRICT_NAME}
    if any(preference_links.VARIABLE in button["url"] for button in version.buttons):
        words[preference_links.VARIABLE] = preference_links.address_for(key)
    return words


def _images(asked: Outgoing, version: TemplateVersion) -> list[MessageImage]:
    if bool(asked.images) != (version.route == Route.MMS):
        raise ImagesRefused("그림문자에는 그림이 한 장 이상 있어야 하고, 다른 메시지에는 그림을 넣을 수 없습니다.")
    if len(asked.images) > MOST_IMAGES:
        raise ImagesRefused(f"그림은 {MOST_IMAGES}장까지 보낼 수 있습니다.")
    return [
        MessageImage(
            ordinal=ordinal,
            handle=image.handle,
            sha256=bytes.fromhex(image.sha256),
            bound=binding(asked.key, bytes.fromhex(image.sha256)),
            width=image.width,
            height=image.height,
            byte_count=image.byte_count,
        )
        for ordinal, image in enumerate(asked.images, start=1)
    ]
