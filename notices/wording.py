"""The words of a campaign's texts: what fills the placeholders of `templates/messages/notices/`. Pure."""

from collections.abc import Sequence

from notices import ladders
from notices.ladders import Rung
from notices.models import Bill, Campaign, Recipient
from portal.core.clock import in_korea
from portal.core.hangul import josa
from portal.core.privacy import mask_name

ASK, ASK_NAMED, NOTICE = "notices.consent", "notices.consent_named", "notices.notice"
ARRIVED, WAITING, CONFIRM = "notices.arrived", "notices.waiting", "notices.confirm"
PLAIN, DUE_SOON, BILL = "notices.plain", "notices.due_soon", "notices.bill"
GIVEN, DECLINED = "notices.consent_given", "notices.consent_declined"
BIRTH_NEEDED, BIRTH_DIFFERS, BY_MAIL, UNCLEAR = (
    "notices.birth_needed",
    "notices.birth_differs",
    "notices.by_mail",
    "notices.unclear",
)
_WEEKDAYS = "월화수목금토일"


def words_of(campaign: Campaign) -> dict[str, str]:
    """What is the same for everybody."""
    until = in_korea(campaign.asks_until or campaign.created_at)
    return {
        "부서": campaign.department.name,
        "통지서를": josa(campaign.title, "을/를"),
        "통지서가": josa(campaign.title, "이/가"),
        "통지서는": josa(campaign.title, "은/는"),
        "기한": f"{until.month}월 {until.day}일({_WEEKDAYS[until.weekday()]}) {until.hour}시",
        "문의": campaign.officer.office_phone,
        **identity_words(campaign.identity),
    }


def identity_words(identity: str) -> dict[str, str]:
    """What has to be sent along to be believed, and an example."""
    if identity == Campaign.Identity.BOTH:
        return {"확인할것": "생년월일 6자리와 성함을", "확인예": "900101 홍길동"}
    return {"확인할것": "생년월일 6자리를", "확인예": "900101"}


def words_for(campaign: Campaign, recipient: Recipient) -> dict[str, str]:
    """The same with the masked name of one citizen, for phones that several people share and for the notice itself."""
    return {**words_of(campaign), "받는분": mask_name(recipient.name)}


def words_of_bill(bill: Bill) -> dict[str, str]:
    """
    What a wording may say of a bill: until when, and the number a bank asks for.

    A text lies open on a locked screen, so whoever is billed gets "고지서", whatever the campaign is called.
    """
    names = {f"통지서{particle}": f"고지서{particle}" for particle in ("를", "가", "는")}
    due = f"{bill.due_on.month}월 {bill.due_on.day}일"
    return {**names, "납부기한": due, "전자납부번호": bill.electronic_payment_number}


def step_template(
    campaign: Campaign, rungs: Sequence[Rung], rung: Rung, *, has_pictures: bool, has_bill: bool = False
) -> str:
    """The wording of one step of what is sent."""
    if has_pictures:
        return NOTICE
    if rung.channel == ladders.ALIMTALK:
        return BILL if has_bill else ARRIVED
    if campaign.kind == Campaign.Kind.TEXT:
        return PLAIN
    if rung.condition == ladders.UNPAID:
        return DUE_SOON
    had_picture = any(one.channel == ladders.PICTURE for one in rungs if one.position < rung.position)
    return CONFIRM if had_picture else WAITING
