"""Wordings that officials write: every rule with its sentence, and the editor's pages."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from messaging import services
from messaging.drafting import Link, Writing, faults_of
from messaging.measuring import look_of, side_by_side
from messaging.models import ReviewState, Template, TemplateReview, TemplateVersion
from messaging.pricing import Tariff, published
from portal.accounts.models import User
from portal.core import clock
from tests.messaging.making import make_official, make_template, queue

WRITING = Writing(
    title="반납 안내", purpose="administrative", route="text", body="[#{기관}] #{이름}님, #{물품}을 반납해 주세요."
)
CARD = replace(WRITING, route="alimtalk_then_text")
TARIFF = Tariff({("", channel): rate for channel, rate in published().items()})


def sentences(writing: Writing, **known: set[str]) -> list[tuple[str, str]]:
    return [(fault.field, fault.sentence) for fault in faults_of(writing, **known)]


@pytest.mark.parametrize(
    ("writing", "field", "words"),
    [
        (replace(WRITING, title=" "), "title", "제목을 적어 주세요"),
        (replace(WRITING, title="가" * 21), "title", "40바이트(한글 20자)"),
        (replace(WRITING, title="#{이름}님"), "title", "제목에는 치환변수를"),
        (replace(WRITING, body=""), "body", "본문을 적어 주세요"),
        (replace(CARD, body="가" * 1001, fallback_body="나"), "body", "1,000자까지입니다. 지금 1,001자"),
        (replace(WRITING, body="가" * 1001), "body", "2,000바이트까지입니다. 지금 2,002바이트"),
        (replace(WRITING, body="안녕\n하세요 😀"), "body", "2번째 줄 5번째 글자 “😀” (GRINNING FACE)"),
        (replace(CARD, fallback_body="뛢ñ"), "fallback_body", "1번째 줄 2번째 글자 “ñ”"),
        (replace(WRITING, body="www.example.com 보세요"), "body", "인터넷 주소를 넣을 수 없습니다"),
        (replace(WRITING, body="#{이름 님"), "body", "#{이름} 모양으로만"),
        (replace(WRITING, body="#{}님"), "body", "“#{}”"),
        (replace(WRITING, body="${이름}님"), "body", "“${이름}”"),
        (replace(WRITING, body="{{이름}}님"), "body", "“{{이름}}”"),
        (replace(WRITING, fallback_body="나"), "fallback_body", "알림톡에만"),
        (replace(WRITING, buttons=(Link("보기", "https://a.kr"),)), "buttons", "알림톡에만"),
        (replace(CARD, buttons=(Link("보기", "https://a.kr"),) * 6), "buttons", "5개까지"),
        (replace(CARD, buttons=(Link("가" * 15, "https://a.kr"),)), "buttons", "1번 버튼의 이름은 14자"),
        (replace(CARD, buttons=(Link("보기", "https://a.kr/" + "a" * 490),)), "buttons", "주소는 500자"),
        (replace(CARD, buttons=(Link("보기", "javascript:x"),)), "buttons", "https://로 시작"),
        (replace(CARD, buttons=(Link("보기", ""),)), "buttons", "이름과 주소를 모두"),
        (replace(CARD, category="12"), "category", "숫자 여섯 자리"),
        (replace(WRITING, category="001001"), "category", "숫자 여섯 자리"),
    ],
)
def test_each_rule_names_its_field_and_says_what_to_do(writing: Writing, field: str, words: str) -> None:
    found = sentences(writing)

    assert [one for one in found if one[0] == field and words in one[1]], found


@pytest.mark.parametrize("mark", ["(광고)", "(광 고)", "[광고]", "( 광.고 )", "【광고】", "（광고）", "광고) "])
def test_nobody_makes_an_advertisement_by_writing_a_mark(mark: str) -> None:
    ((field, sentence),) = sentences(replace(WRITING, body=f"{mark} 새빛구 축제에 오세요"))

    assert field == "body"
    assert "광고 표시는 손으로" in sentence


def test_the_word_alone_is_no_mark() -> None:
    assert sentences(replace(WRITING, body="[#{기관}] 불법 광고물(현수막) 정비 안내입니다.")) == []


def test_a_wording_in_order_has_no_fault() -> None:
    assert sentences(WRITING) == []
    buttons = (Link("보기", "#{진행주소}"), Link("알림 설정", "https://sotong.example.kr/"))
    assert sentences(replace(CARD, body="가" * 1000, fallback_body="나", buttons=buttons, category="001001")) == []


def test_links_belong_on_buttons_but_a_card_whose_text_has_none_may_show_one() -> None:
    assert sentences(replace(CARD, body="https://a.kr", fallback_body="알림톡을 보세요")) == []


def test_only_variables_that_somebody_fills_may_be_written() -> None:
    assert sentences(WRITING, known={"기관", "이름"}) == [
        ("body", "이 서식을 보내는 화면이 채우지 않는 치환변수입니다: #{물품}")
    ]


def test_the_look_counts_the_longest_row_and_what_it_costs_more() -> None:
    look = look_of(replace(WRITING, body="[#{기관}] #{이름}님, " + "가" * 33), TARIFF)

    assert look.usual is not None
    assert look.longest is not None
    assert (look.usual.channel, look.longest.channel) == ("sms", "lms")
    assert look.usual.byte_count <= 90 < look.longest.byte_count
    assert look.is_close
    assert look.jump_won == TARIFF.rate("lms").won - TARIFF.rate("sms").won


def test_the_look_shows_what_a_text_message_will_replace() -> None:
    look = look_of(replace(WRITING, body="1•2 – 3"), TARIFF)

    assert look.replaced == (("•", "·"), ("–", "-"))
    assert look.usual is not None
    assert look.usual.text == "1·2 - 3"


def test_two_versions_stand_side_by_side() -> None:
    lines = side_by_side("첫째\n둘째\n넷째", "첫째\n둘\n셋째\n넷째")

    assert [(line.before, line.after, line.is_changed) for line in lines] == [
        ("첫째", "첫째", False),
        ("둘째", "둘", True),
        (None, "셋째", True),
        ("넷째", "넷째", False),
    ]


@pytest.fixture
def official(office: None) -> User:
    return make_official("writer", "sender")


@pytest.fixture
def client(official: User) -> Client:
    browser = Client()
    browser.force_login(official)
    return browser


def write(official: User, writing: Writing = WRITING, code: str = "offices.returning") -> TemplateVersion:
    return services.write_template(code=code, writing=writing, by=official, now=clock.now())


def test_a_change_is_a_new_version_and_the_approved_one_stays_in_use(official: User) -> None:
    make_template("portal.test")
    template = Template.objects.get()
    changed = replace(WRITING, body="[#{기관}] #{이름}님, 새 글입니다.")

    version = services.write_version(template=template, writing=changed, by=official, now=clock.now())

    assert (version.number, version.review_state, version.written_by) == (2, "draft", official)
    assert queue().template_version.number == 1
    with pytest.raises(services.NothingChanged):
        services.write_version(template=template, writing=changed, by=official, now=clock.now())


def test_a_wording_of_the_product_keeps_its_purpose_and_its_variables(official: User) -> None:
    make_template("portal.test", purpose="answer")
    template = Template.objects.get()

    with pytest.raises(services.NotInOrder) as refused:
        services.write_version(template=template, writing=WRITING, by=official, now=clock.now())

    told = {fault.field: fault.sentence for fault in refused.value.faults}
    assert "#{물품}" in told["body"]
    assert "목적은 바꿀 수 없습니다" in told["purpose"]


@pytest.mark.parametrize("code", ["returning", "offices.Returning", "offices.", "complaints.received", "offices.a b"])
def test_a_new_wording_is_named_like_those_of_the_offices(official: User, code: str) -> None:
    with pytest.raises(services.CodeRefused):
        write(official, code=code)


def test_a_name_is_taken_once(official: User) -> None:
    write(official)
    with pytest.raises(services.CodeRefused, match="이미 있는"):
        write(official)


def test_officials_write_no_codes_emergencies_and_pictures(official: User) -> None:
    with pytest.raises(services.NotInOrder) as refused:
        write(official, replace(WRITING, purpose="emergency", route="mms"))
    assert [fault.field for fault in refused.value.faults] == ["purpose", "route"]


def test_an_update_of_the_product_leaves_what_officials_wrote(official: User) -> None:
    services.load_templates(now=clock.now())
    template = Template.objects.get(code="offices.document_ready")
    services.write_version(
        template=template,
        writing=replace(WRITING, body="[#{기관}] #{이름}님, #{서류}을(를) 찾아가세요."),
        by=official,
        now=clock.now(),
    )

    assert services.load_templates(now=clock.now()) == 0
    assert template.versions.count() == 2


FORM = {
    "code": "returning",
    "title": "반납 안내",
    "purpose": "administrative",
    "route": "text",
    "body": "[#{기관}] #{이름}님,\r\n반납해 주세요.",
}


def test_the_editor_keeps_a_draft_that_a_second_official_approves(client: Client, official: User) -> None:
    answer = client.post(reverse("admin:messaging_template_write_first"), FORM, follow=True)
    version = TemplateVersion.objects.get()
    page = reverse("admin:messaging_template_change", args=[version.template_id])

    assert answer.redirect_chain[-1][0] == page
    assert version.body == "[#{기관}] #{이름}님,\n반납해 주세요."
    client.post(page, {"version": version.pk, "act": "submit"})
    told = client.post(page, {"version": version.pk, "act": "approve"}, follow=True)
    assert "쓰거나 검수를 청한 사람은 승인할 수 없습니다" in told.content.decode()

    client.force_login(make_official("colleague", "head"))
    assert "반납 안내" in client.get(reverse("admin:messaging_template_changelist")).content.decode()
    client.post(page, {"version": version.pk, "act": "approve"})
    version.refresh_from_db()
    assert version.review_state == ReviewState.APPROVED
    assert version.approved_at is not None


def test_the_editor_shows_faults_and_keeps_what_was_typed(client: Client) -> None:
    answer = client.post(reverse("admin:messaging_template_write_first"), {**FORM, "body": "#{이름} 😀"})

    page = answer.content.decode()
    assert "1번째 줄 7번째 글자" in page
    assert "#{이름} 😀" in page
    assert "김하늘 ?" in page  # the look shows it all the same
    assert not TemplateVersion.objects.exists()


@pytest.mark.parametrize("extra", [{"preview": "1"}, {"preview": "1", "fragment": "1"}])
def test_a_look_keeps_nothing(client: Client, extra: dict[str, str]) -> None:
    answer = client.post(reverse("admin:messaging_template_write_first"), {**FORM, **extra})

    assert "김하늘님" in answer.content.decode()
    assert ("<html" in answer.content.decode()) == ("fragment" not in extra)
    assert not Template.objects.exists()


def test_words_are_shown_and_never_run(client: Client) -> None:
    form = {**FORM, "route": "alimtalk_then_text", "title": "<b>x", "body": "<script>alert(1)</script>", "preview": "1"}

    page = client.post(reverse("admin:messaging_template_write_first"), form).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_versions_are_compared_and_reviewers_comments_shown(client: Client) -> None:
    first = make_template(route="alimtalk_then_text")
    make_template(route="alimtalk_then_text", body="[#{기관}] 새 글")
    TemplateReview.objects.create(
        version=first, carrier="main", code="K-1", state="rejected", comments="광고입니다.", checked_at=clock.now()
    )

    page = client.get(reverse("admin:messaging_template_change", args=[first.template_id])).content.decode()

    assert "<ins>[#{기관}] 새 글</ins>" in page
    assert "<del>[#{기관}] #{이름}님, 안내드립니다.</del>" in page
    assert "광고입니다." in page


def test_a_wording_the_carrier_blocked_is_shown_on_top_until_a_new_one_is_approved(client: Client) -> None:
    first = make_template(route="alimtalk_then_text")
    TemplateReview.objects.create(
        version=first, carrier="main", code="K-1", state="blocked", comments="신고", checked_at=clock.now()
    )
    shelf = reverse("admin:messaging_template_changelist")
    assert "통신사가 막은 서식이 있습니다" in client.get(shelf).content.decode()

    make_template(route="alimtalk_then_text", body="새 글")

    assert "통신사가 막은 서식이 있습니다" not in client.get(shelf).content.decode()


def test_reading_is_not_writing(office: None) -> None:
    clerk = make_official("clerk", "intake")
    User.objects.filter(pk=clerk.pk).update(is_superuser=False)
    browser = Client()
    browser.force_login(clerk)

    assert browser.get(reverse("admin:messaging_template_write_first")).status_code == 403
