"""Push as an extra: sealed devices, one push for what is new, no word of it, and dead devices forgotten."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client
from py_vapid import Vapid02, b64urlencode
from pytest_django import Settings

from portal.accounts.models import User
from portal.core import clock
from portal.core.sealing import blind_phone
from portal.site import pushing
from portal.site.models import PushEndpoint

PHONE = "+821098765432"
AUTH = b"0123456789abcdef"


@dataclass
class Service:
    """A push service on this machine: what it was sent, and how it answers."""

    address: str
    status: int = 201
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def subscription(self) -> pushing.Subscription:
        """What a browser on this telephone would give."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return pushing.Subscription(f"{self.address}/push/1", str(b64urlencode(point)), str(b64urlencode(AUTH)))

    def words(self) -> dict[str, str]:
        """What the telephone reads in the last push."""
        opened: dict[str, str] = json.loads(http_ece.decrypt(self.got[-1][1], private_key=self.key, auth_secret=AUTH))
        return opened


def vapid_key() -> str:
    """A key as `PUSH_VAPID_KEY` wants it."""
    vapid = Vapid02()
    vapid.generate_keys()
    return str(b64urlencode(vapid.private_key.private_numbers().private_value.to_bytes(32, "big")))


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    """It runs while the test does, and pushing is set up."""
    settings.PUSH_VAPID_KEY = vapid_key()
    settings.PUSH_CONTACT = "mailto:help@example.go.kr"
    settings.PUSH_HOSTS = ["127.0.0.1", "fcm.googleapis.com"]
    found: list[Service] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found[0].got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found[0].status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    found.append(Service(f"http://127.0.0.1:{server.server_port}"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found[0]
    server.shutdown()
    server.server_close()


@pytest.fixture
def hers(db: None) -> User:
    """김하늘."""
    return User.objects.create(username="c-haneul", phone=PHONE, phone_index=blind_phone(PHONE))


def signed_in(user: User) -> str:
    """A device of hers: the key of its session."""
    client = Client()
    client.force_login(user)
    return str(client.session.session_key)


def keep(user: User, device: pushing.Subscription, *, at: datetime) -> PushEndpoint:
    """One more device of hers that hears of news."""
    return pushing.keep_endpoint(user=user, subscription=device, session_key=signed_in(user), now=at)


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, Any]:
    """When a carrier last took something for a telephone; messaging's own tests ask its tables."""
    found: dict[bytes, Any] = {}
    monkeypatch.setattr("messaging.queries.newest_sent", lambda phones, after: dict(found))
    return found


def test_news_is_pushed_once_and_says_nothing_of_itself(service: Service, hers: User, news: dict[bytes, Any]) -> None:
    begun = clock.now()
    keep(hers, service.subscription, at=begun)
    news[blind_phone(PHONE)] = begun - timedelta(minutes=1)
    assert pushing.push_news(now=begun) == 0, "what was sent before is no news"

    news[blind_phone(PHONE)] = begun + timedelta(minutes=1)
    first, second = (pushing.push_news(now=begun + timedelta(minutes=2)) for _ in range(2))

    assert (first, second) == (1, 0)
    headers, body = service.got[0]
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["authorization"].startswith("vapid ")
    assert b"5432" not in body
    assert service.words() == {"title": "새빛구 소통", "body": "새 알림이 왔어요. 눌러서 확인해 주세요.", "url": "/me/"}


@pytest.mark.parametrize("status", [404, 410])
def test_device_that_is_gone_is_forgotten(service: Service, hers: User, news: dict[bytes, Any], status: int) -> None:
    begun = clock.now()
    keep(hers, service.subscription, at=begun)
    news[blind_phone(PHONE)] = begun + timedelta(minutes=1)
    service.status = status

    assert pushing.push_news(now=begun + timedelta(minutes=2)) == 0

    assert not PushEndpoint.objects.exists()


def test_service_that_fails_is_tried_with_later_news_and_given_up_in_the_end(
    service: Service, hers: User, news: dict[bytes, Any]
) -> None:
    begun = clock.now()
    keep(hers, service.subscription, at=begun)
    service.status = 503

    for minute in range(1, pushing.MOST_FAILURES):
        news[blind_phone(PHONE)] = begun + timedelta(minutes=minute)
        pushing.push_news(now=begun + timedelta(minutes=minute))
    assert PushEndpoint.objects.get().failed_count == pushing.MOST_FAILURES - 1
    news[blind_phone(PHONE)] = begun + timedelta(minutes=30)
    pushing.push_news(now=begun + timedelta(minutes=30))

    assert not PushEndpoint.objects.exists()


def test_address_of_a_device_is_sealed(service: Service, hers: User) -> None:
    endpoint = keep(hers, service.subscription, at=clock.now())

    assert service.address.encode() not in bytes(endpoint.device_sealed)
    assert service.address in PushEndpoint.objects.get().device


@pytest.mark.parametrize(
    "address",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.example.org/x",
        "https://169.254.169.254/latest",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:22/x",
        "https://localhost/x",
        "https://[::1",
        "",
    ],
)
def test_no_other_address_is_ever_called(service: Service, hers: User, address: str) -> None:
    device = replace(service.subscription, address=address)
    with pytest.raises(pushing.NotAPushService):
        keep(hers, device, at=clock.now())


@pytest.mark.parametrize("p256dh", ["", "x", "열쇠", "B" * 87])
@pytest.mark.parametrize("auth", ["", "YWJj"])
def test_keys_nothing_can_be_sealed_with_are_refused(service: Service, hers: User, p256dh: str, auth: str) -> None:
    for device in (replace(service.subscription, p256dh=p256dh), replace(service.subscription, auth=auth)):
        with pytest.raises(pushing.NotAPushService):
            keep(hers, device, at=clock.now())


def test_device_with_broken_keys_holds_nobody_up(service: Service, hers: User, news: dict[bytes, Any]) -> None:
    begun = clock.now()
    broken = keep(hers, replace(service.subscription, address=f"{service.address}/push/0"), at=begun)
    broken.device = json.dumps({"endpoint": f"{service.address}/push/0", "keys": {"p256dh": "x", "auth": "x"}})
    broken.save()
    keep(hers, service.subscription, at=begun + timedelta(seconds=1))
    news[blind_phone(PHONE)] = begun + timedelta(minutes=1)

    assert pushing.push_news(now=begun + timedelta(minutes=2)) == 1


def test_a_sweep_ends_in_time_and_the_next_one_goes_on(
    service: Service, hers: User, news: dict[bytes, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = clock.now()
    for number in range(3):
        keep(hers, replace(service.subscription, address=f"{service.address}/push/{number}"), at=begun)
    news[blind_phone(PHONE)] = begun + timedelta(minutes=1)
    monkeypatch.setattr(pushing, "SECONDS", 0.0)
    assert pushing.push_news(now=begun + timedelta(minutes=2)) == 0
    monkeypatch.setattr(pushing, "SECONDS", 10.0)
    monkeypatch.setattr(pushing, "MOST_AT_ONCE", 2)

    assert [pushing.push_news(now=begun + timedelta(minutes=2)) for _ in range(3)] == [2, 1, 0]


def test_device_somebody_signed_out_of_hears_nothing_more(
    service: Service, hers: User, news: dict[bytes, Any], client: Client
) -> None:
    begun = clock.now()
    stays = keep(hers, service.subscription, at=begun)
    client.force_login(hers)
    over = replace(service.subscription, address=f"{service.address}/push/lost")
    key = str(client.session.session_key)
    pushing.keep_endpoint(user=hers, subscription=over, session_key=key, now=begun)
    news[blind_phone(PHONE)] = begun + timedelta(minutes=1)

    client.post("/sign-out/")

    assert pushing.push_news(now=begun + timedelta(minutes=2)) == 1
    assert PushEndpoint.objects.get() == stays


def test_shared_device_is_not_pushed_to(service: Service, hers: User, client: Client) -> None:
    client.force_login(hers)
    session = client.session
    session.set_expiry(0)
    session.save()
    device = service.subscription

    client.post("/me/push/", {"endpoint": device.address, "p256dh": device.p256dh, "auth": device.auth})

    assert not PushEndpoint.objects.exists()
    assert "공용 기기에서는 켤 수 없습니다." in client.get("/me/push/").content.decode()


def test_eleventh_device_takes_the_place_of_the_first(service: Service, hers: User) -> None:
    begun = clock.now()
    for number in range(11):
        device = replace(service.subscription, address=f"{service.address}/push/{number}")
        keep(hers, device, at=begun + timedelta(seconds=number))

    kept = {json.loads(one.device)["endpoint"].rsplit("/", 1)[1] for one in PushEndpoint.objects.all()}
    assert kept == {str(number) for number in range(1, 11)}


def test_who_left_is_told_nothing(service: Service, hers: User, news: dict[bytes, Any]) -> None:
    keep(hers, service.subscription, at=clock.now())
    User.objects.update(is_active=False, phone_index=None)

    pushing.push_news(now=clock.now())

    assert not PushEndpoint.objects.exists()
    assert service.got == []


def test_page_offers_push_only_after_the_first_report_and_where_it_is_set_up(
    service: Service, hers: User, client: Client, settings: Settings
) -> None:
    client.force_login(hers)
    page = client.get("/me/push/").content.decode()
    assert "data-push=" not in page
    assert "민원을 한 번 신청하신 뒤에" in page

    settings.PUSH_VAPID_KEY = ""

    assert client.get("/me/push/").status_code == 404
