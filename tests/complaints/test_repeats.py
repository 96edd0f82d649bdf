"""Closing a repeated case: only with the law's proof, case by case. And putting an answer right."""

from datetime import timedelta

import pytest

from complaints import services
from complaints.models import Attachment, Complaint
from complaints.repeat_queries import repetition
from complaints.workflow import Stage
from messaging.models import Message, MessageStatus
from tests.complaints.conftest import BADA, LAMP, World, texts_about
from tests.complaints.pages import jpeg


def _answered(world: World, body: str = LAMP, **changes: object) -> Complaint:
    complaint = world.file(body=body, **changes)
    world.tick(hours=2)
    world.resolve(complaint)
    Message.objects.filter(reference=complaint.number, status=MessageStatus.QUEUED).update(status=MessageStatus.SENT)
    world.tick(days=3)
    return complaint


def test_the_third_filing_after_two_results_may_be_closed_with_its_proof(world: World) -> None:
    first, second = _answered(world), _answered(world, body=f"또 냅니다\n{LAMP}")
    third = world.file()

    found = repetition(third)
    world.sign(third, "close", by=world.head, reason="repeated", explanation="두 번 답변드린 내용입니다")

    assert [one.number for one in found.earlier] == [second.number, first.number]
    assert third.stage == Stage.CLOSED
    assert third.changes.latest("seq").data["repeats"] == [second.number, first.number]
    assert "같은 내용의 반복 민원. 두 번 답변드린 내용입니다" in texts_about(third)[-1].body


def test_two_filings_are_too_few_and_the_refusal_lists_them(world: World) -> None:
    first = _answered(world)

    with pytest.raises(services.NotEnoughProof) as refused:
        services.act(world.file(), step="close", by=world.head, now=world.now, reason="repeated")

    assert first.number in refused.value.sentence
    assert "지금까지 2번, 결과 알림 1번" in refused.value.sentence


def test_a_result_that_reached_nobody_proves_nothing(world: World) -> None:
    _answered(world)
    second = _answered(world)
    Message.objects.filter(reference=second.number).update(status=MessageStatus.FAILED)

    with pytest.raises(services.NotEnoughProof, match="결과 알림 1번"):
        services.act(world.file(), step="close", by=world.head, now=world.now, reason="repeated")


def test_another_citizens_filings_never_count(world: World) -> None:
    _answered(world, phone=BADA)
    _answered(world, phone=BADA)

    assert repetition(world.file()).filing_count == 1
    assert repetition(world.file(phone="")).filing_count == 1


def test_a_new_photo_is_not_a_repeat(world: World) -> None:
    _answered(world)
    _answered(world)
    third = world.file(photos=[services.Photo("사진.jpg", jpeg())])

    assert repetition(third).filing_count == 1


def test_an_unknown_reason_closes_nothing(world: World) -> None:
    with pytest.raises(services.Missing):
        services.act(world.file(), step="close", by=world.head, now=world.now, reason="귀찮음")


def test_an_answer_is_put_right_within_a_month_and_told(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)

    services.amend(
        complaint, answer="3번이 아니라 4번 가로등입니다.", reason="번호 착오", by=world.officer, now=world.tick(days=5)
    )

    assert (complaint.stage, complaint.answer) == (Stage.RESOLVED, "3번이 아니라 4번 가로등입니다.")
    assert "답변이 정정되었습니다: 수용. 3번이 아니라 4번 가로등입니다" in texts_about(complaint)[-1].body
    assert complaint.changes.get(step="resolve").public_text == "가로등을 고쳤습니다."
    with pytest.raises(services.TooMany):
        services.amend(complaint, answer="또", reason="또", by=world.officer, now=world.now + timedelta(days=26))


def test_an_answer_may_need_a_picture_of_the_work_done(world: World) -> None:
    world.lamps.requires_after_photo = True
    world.lamps.save()
    complaint = world.at(Stage.REVIEWING)
    with pytest.raises(services.Missing, match="처리 후 사진"):
        world.resolve(complaint)

    Attachment.objects.create(
        complaint=complaint, ordinal=1, purpose="after", byte_count=9, sha256=b"1" * 32, uploaded_at=world.now
    )
    world.resolve(complaint)

    assert complaint.stage == Stage.RESOLVED
