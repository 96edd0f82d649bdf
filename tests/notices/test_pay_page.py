"""The page of a bill: nothing for robots, everything for its owner, and no script needed."""

import json
import time
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from messaging.simulator.signing import path_secret, signature
from notices.models import Bill, NoticeLink, Opening, Payment
from notices.services import billing
from notices.services.steps import DATA_KEY_PURPOSE
from portal.accounts.services import data_key, destroy_data_key
from tests.notices.billed import bill_of
from tests.notices.other_ends import HOOK_SECRET, OtherEnd
from tests.notices.payers import news, only, tell
from tests.notices.world import BADA, World

BIRTH, OTHERS_BIRTH = "900101", "851231"


def place(bill: Bill) -> str:
    return reverse("notices:bill", args=[bill.token])


def let_in(client: Client, bill: Bill, birth: str = BIRTH) -> int:
    return client.post(place(bill), {"birth": birth}).status_code


def shown(client: Client, bill: Bill) -> str:
    return client.get(place(bill)).content.decode()


def test_a_robot_reads_neither_name_nor_amount(client: Client, bill: Bill) -> None:
    answer = client.get(place(bill))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "환경과" in text
    assert all(
        word not in text for word in ("32,000", "과태료", bill.electronic_payment_number, "김하늘", "체납", "미납")
    )
    assert not answer.cookies
    assert not Opening.objects.exists()


def test_her_birth_date_lets_her_in(client: Client, provider: OtherEnd, bill: Bill) -> None:
    answer = client.post(place(bill), {"birth": BIRTH})

    assert (answer.status_code, answer["Location"]) == (303, place(bill))
    cookie = answer.cookies["bill"]
    assert (cookie["path"], bool(cookie["httponly"]), cookie["samesite"]) == (place(bill), True, "Lax")
    text = shown(client, bill)
    assert "32,000" in text
    assert bill.electronic_payment_number in text
    assert "이의가 있으시면" in text
    assert "김*늘" in text


def test_somebody_else_s_birth_date_does_not(client: Client, bill: Bill) -> None:
    assert let_in(client, bill, OTHERS_BIRTH) == 422
    assert "32,000" not in shown(client, bill)


def test_ten_wrong_answers_lock_the_notice_and_its_bill_alike(client: Client, bill: Bill) -> None:
    for _ in range(5):
        let_in(client, bill, OTHERS_BIRTH)

    assert let_in(client, bill) == 422, "even the right one"
    assert NoticeLink.objects.get().failed_count == 5


def test_her_visit_opens_no_other_bill(client: Client, bill: Bill) -> None:
    let_in(client, bill)
    other = bill_of(bill.campaign, BADA)  # type: ignore[arg-type]  # made from a campaign
    client.cookies["bill"]["path"] = place(other)

    assert "40,000" not in shown(client, other)


@pytest.mark.parametrize("token", ["0" * 32, "x", "0" * 300])
def test_an_address_nobody_got_is_gone(client: Client, db: None, token: str) -> None:
    assert client.get(f"/pay/{token}/").status_code == 404
    assert client.get(f"/pay/{token}/return/").status_code == 404


def test_paying_leads_to_the_provider_and_the_policy_allows_it(client: Client, provider: OtherEnd, bill: Bill) -> None:
    let_in(client, bill)
    policy = client.get(place(bill))["Content-Security-Policy"]

    answer = client.post(place(bill), {"act": "pay", "provider": "card"})

    assert answer.status_code == 303
    assert answer["Location"].startswith(provider.url)
    assert provider.url in policy.split("form-action")[1].split(";")[0]
    assert "'unsafe" not in policy


def test_without_her_visit_nothing_is_paid(client: Client, provider: OtherEnd, bill: Bill) -> None:
    answer = client.post(place(bill), {"act": "pay", "provider": "card"})

    assert answer.status_code == 422
    assert not Payment.objects.exists()


def test_back_from_the_provider_before_its_news(client: Client, provider: OtherEnd, bill: Bill) -> None:
    let_in(client, bill)
    leads_to = client.post(place(bill), {"act": "pay", "provider": "card"})["Location"]
    provider.press(leads_to, "late")

    answer = client.get(f"{place(bill)}return/")

    assert answer["Location"] == place(bill)
    assert "납부하셨습니다" in shown(client, bill)


def test_paid_it_is_a_receipt(client: Client, provider: OtherEnd, bill: Bill) -> None:
    let_in(client, bill)
    client.post(place(bill), {"act": "pay", "provider": "card"})
    tell(news(only(bill), "paid"))

    text = shown(client, bill)

    assert "납부하셨습니다" in text
    assert only(bill).provider_reference in text
    assert "납부하기" not in text


def test_while_nobody_knows_it_says_so_and_offers_to_ask(client: Client, provider: OtherEnd, bill: Bill) -> None:
    let_in(client, bill)
    leads_to = client.post(place(bill), {"act": "pay", "provider": "card"})["Location"]
    assert "결제를 확인하고 있습니다" in shown(client, bill)
    provider.press(leads_to, "time_out")

    client.post(place(bill), {"act": "check"})

    assert "납부하셨습니다" in shown(client, bill)


def test_after_a_refusal_it_says_that_no_money_left(client: Client, provider: OtherEnd, bill: Bill) -> None:
    let_in(client, bill)
    leads_to = client.post(place(bill), {"act": "pay", "provider": "card"})["Location"]
    provider.press(leads_to, "refuse")
    client.get(f"{place(bill)}return/")

    text = shown(client, bill)

    assert "돈은 나가지 않았습니다" in text
    assert "납부하기" in text


@pytest.mark.parametrize(
    ("verb", "words"),
    [(billing.cancel_bill, "취소된 고지서입니다"), (billing.record_objection, "이의신청을 살펴보고 있습니다")],
)
def test_what_need_not_be_paid_offers_no_button(
    client: Client, provider: OtherEnd, world: World, bill: Bill, verb: object, words: str
) -> None:
    verb(bill, reason="사유", by=world.drafter, now=world.now)  # type: ignore[operator]  # both take the same
    let_in(client, bill)

    text = shown(client, bill)

    assert words in text
    assert "납부하기" not in text


def test_the_provider_being_away_is_said_in_words(client: Client, provider: OtherEnd, bill: Bill) -> None:
    provider.faults({"fault": "error_before", "path": "/orders"})
    let_in(client, bill)

    answer = client.post(place(bill), {"act": "pay", "provider": "card"})

    assert answer.status_code == 422
    assert "결제 창을 열지 못했습니다" in answer.content.decode()


def test_nobody_keeps_a_copy_of_the_page(client: Client, provider: OtherEnd, bill: Bill) -> None:
    let_in(client, bill)

    answer = client.get(place(bill))

    assert answer["Cache-Control"] == "private, no-store"
    assert "noindex" in answer["X-Robots-Tag"]


def test_a_bill_of_a_purged_campaign_is_gone(client: Client, bill: Bill, world: World) -> None:
    assert bill.campaign is not None
    data_key(purpose=DATA_KEY_PURPOSE, object_ref=bill.campaign.number, now=world.now)
    destroy_data_key(purpose=DATA_KEY_PURPOSE, object_ref=bill.campaign.number, now=world.now)

    assert client.get(place(bill)).status_code == 404


# --- the provider's and the relay's pages -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["payments", "relays"])
def test_a_webhook_without_its_secret_is_not_there(client: Client, provider: OtherEnd, db: None, kind: str) -> None:
    for alias in ("card", "wallet", "nobody"):
        assert client.post(f"/hooks/{kind}/{alias}/guess/", b"{}", "application/json").status_code == 404


def test_a_webhook_is_verified_read_and_acknowledged(client: Client, provider: OtherEnd, bill: Bill) -> None:
    let_in(client, bill)
    client.post(place(bill), {"act": "pay", "provider": "card"})
    address = f"/hooks/payments/card/{path_secret(HOOK_SECRET)}/"
    body = json.dumps({"events": [news(only(bill), "paid")]}).encode()

    def post(content: bytes, *, secret: str = HOOK_SECRET) -> int:
        headers = {"X-Signature": signature(content, secret=secret, at=int(time.time()))}
        return client.post(address, content, "application/json", headers=headers).status_code

    assert post(body, secret="somebody else's") == 403
    assert post(b"[]") == 422
    assert post(b" " * 300_000) == 413
    assert [post(body), post(body)] == [200, 200]
    bill.refresh_from_db()
    assert bill.status == Bill.Status.PAID
    assert client.get(address).status_code == 405
    assert datetime.now(UTC) >= (bill.paid_at or datetime.max.replace(tzinfo=UTC))
