"""The words of a question of any kind: what fills the placeholders of the asking texts. Pure."""

from collections.abc import Mapping

from notices import wording
from notices.models import Campaign, Recipient
from notices.questions import Asked
from portal.core.hangul import josa
from portal.core.privacy import mask_name

NEXT, ANSWERED, UNCLEAR = "notices.next_question", "notices.answered", "notices.unclear_answer"
SEEN, SEEN_KNOWN, NOT_COUNTED = "notices.acknowledged", "notices.acknowledge_known", "notices.not_counted"
AGAIN = "notices.again"
COLLECT_GIVEN, COLLECT_DECLINED = "notices.collect_given", "notices.collect_declined"
_FIRST = {
    "notice": wording.ASK,
    "consent": "notices.collect",
    "survey": "notices.survey",
    "rsvp": "notices.rsvp",
    "vote": "notices.vote",
    "acknowledge": "notices.acknowledge",
}
TOPIC_CONSENT, TOPIC_QUESTION = "notices.consent", "notices.question"


def topic_of(campaign: Campaign) -> str:
    """What a campaign's questions are about, for preferences and for who hears the replies."""
    return TOPIC_CONSENT if campaign.asks_for_consent else TOPIC_QUESTION


def template_of(campaign: Campaign, asked: Asked, *, is_named: bool) -> str:
    """The text that asks a question; on a shared phone a notice names whom it asks in a text of its own."""
    if asked.position > 1:
        return NEXT
    if campaign.kind == Campaign.Kind.ACKNOWLEDGE and asked.identity != "none":
        return SEEN_KNOWN
    return wording.ASK_NAMED if is_named and campaign.kind == Campaign.Kind.NOTICE else _FIRST[campaign.kind]


def words_of(campaign: Campaign, asked: Asked, *, question_text: str, question_count: int) -> dict[str, str]:
    """What is the same for everybody who is asked this question."""
    words = {
        **wording.words_of(campaign),
        "인사": f"{campaign.department.name}입니다.",
        "물음": question_text,
        "답하는법": how_to_answer(asked),
    }
    if campaign.words:
        words["내용"] = campaign.words
    if question_count > 1:
        words["순서"] = f"{asked.position}/{question_count}"
    return words


def named(words: Mapping[str, str], recipient: Recipient) -> dict[str, str]:
    """The same with the masked name of one citizen, for phones that several people share."""
    name = mask_name(recipient.name)
    greeting = f"{words['인사']} {name} 님께 여쭙니다."
    return {**words, "받는분": name, "인사": greeting}


def how_to_answer(asked: Asked) -> str:
    """What to send back, in one sentence."""
    ways = {"number": _by_number, "text": _by_words, "scale": _by_scale}
    said, example = ways.get(asked.answer, _by_choice)(asked)
    if asked.identity != "none":
        who = wording.identity_words(asked.identity)
        said, example = f"{said}와 {who['확인할것']} 함께", f"{example} {who['확인예']}"
        if asked.answer == "text":
            said = said.replace("글와", "글과")
    else:
        said = josa(said, "을/를")
    sentence = f"{said} 답장해 주세요. 예) {example}"
    return sentence if asked.is_required else f"{sentence} 답하지 않으시려면 0을 보내 주세요."


def options_in_words(asked: Asked) -> str:
    """1 도서관 / 2 놀이터."""
    return " / ".join(f"{one.digit} {one.label}" for one in asked.options)


def _by_choice(asked: Asked) -> tuple[str, str]:
    first = str(asked.options[0].digit)
    if asked.kind == "rsvp":
        return f"{options_in_words(asked)} 가운데 번호와 오시는 인원수", f"{first} 2명"
    return f"{options_in_words(asked)} 가운데 번호", first


def _by_scale(asked: Asked) -> tuple[str, str]:
    low, high = asked.options[0], asked.options[-1]
    spread = f"{low.digit} {low.label}부터 {high.digit} {high.label}까지"
    return f"{spread} {low.digit}~{high.digit} 숫자 하나", str(high.digit)


def _by_number(asked: Asked) -> tuple[str, str]:
    return "숫자", "3"


def _by_words(asked: Asked) -> tuple[str, str]:
    return "하실 말씀을 적은 글", "산책로가 넓어졌으면 합니다"


def receipt(label: str) -> str:
    """What was understood, so that a slip of the finger can be put right."""
    return f"‘{label}’{josa(label, '으로/로').removeprefix(label)} 접수했습니다." if label else "답을 잘 받았습니다."
