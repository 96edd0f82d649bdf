"""A campaign's questions as they are put to people: read once, the same words for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from messaging import services as messaging
from notices import keys, phrasing
from notices.models import Answer, Campaign, Recipient
from notices.questions import Asked, asked_of


@dataclass
class Questionnaire:
    """The questions of one campaign, in their order."""

    campaign: Campaign
    asked: tuple[Asked, ...] = ()
    _texts: dict[int, str] = field(default_factory=dict)
    _words: dict[int, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, campaign: Campaign) -> "Questionnaire":
        """Two queries."""
        questions = list(campaign.questions.order_by("position").prefetch_related("options"))
        asked = tuple(asked_of(campaign, question) for question in questions)
        return cls(campaign, asked, {one.position: one.text for one in questions})

    @property
    def first(self) -> Asked:
        """What is asked first."""
        return self.asked[0]

    def at(self, position: int) -> Asked:
        """The question at a place; the last one, should there be none."""
        return next((one for one in self.asked if one.position == position), self.asked[-1])

    def after(self, asked: Asked) -> Asked | None:
        """What is asked next."""
        return next((one for one in self.asked if one.position > asked.position), None)

    def behind(self, key: keys.MessageKey, recipient: Recipient) -> Asked:
        """The question that a message of ours put to her; a reminder is about the first open one."""
        if key.phase == keys.REMIND:
            return self.open_for(recipient)
        return self.at(key.position) if key.phase == keys.QUESTION else self.first

    def open_for(self, recipient: Recipient) -> Asked:
        """The first question without a clear answer; the last one, if all have theirs: she may change it."""
        done = set(standing_answers(recipient))
        return next((one for one in self.asked if one.pk not in done), self.asked[-1])

    def is_complete(self, recipient: Recipient) -> bool:
        """Whether every question has a clear answer."""
        return {one.pk for one in self.asked} <= set(standing_answers(recipient))

    def text_of(self, asked: Asked) -> str:
        """The question itself."""
        return self._texts[asked.position]

    def words(self, asked: Asked) -> Mapping[str, str]:
        """What fills the text of a question."""
        if asked.position not in self._words:
            self._words[asked.position] = phrasing.words_of(
                self.campaign, asked, question_text=self._texts[asked.position], question_count=len(self.asked)
            )
        return self._words[asked.position]

    def message(
        self, recipient: Recipient, asked: Asked, *, is_named: bool, key: str, reply_for: timedelta
    ) -> messaging.Outgoing:
        """The text that puts a question to one citizen."""
        words = self.words(asked)
        return messaging.Outgoing(
            to=recipient.phone,
            template=phrasing.template_of(self.campaign, asked, is_named=is_named),
            context=phrasing.named(words, recipient) if is_named else words,
            topic=phrasing.topic_of(self.campaign),
            reference=self.campaign.number,
            key=key,
            stream=self.campaign.stream,
            reply_for=reply_for,
        )


def standing_answers(recipient: Recipient) -> dict[int, Answer]:
    """Question → the clear answer that stands."""
    standing = Answer.objects.filter(recipient=recipient, replaced_at__isnull=True, is_clear=True)
    return {one.question_id: one for one in standing.select_related("option")}
