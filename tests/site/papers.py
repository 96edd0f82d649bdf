"""What a citizen holds behind addresses: photos, a notice, a certificate, a calendar, a form, as rows and sealed bytes."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.urls import reverse

from chatbot.models import Conversation, Draft, Faq, FaqPicture, MapPlace
from chatbot.resuming import token_of
from chatbot.services import drafts
from complaints import attachments, petitions
from complaints.models import Attachment, Complaint
from notices import storage
from notices.models import Notice, ReadingFile
from notices.services import vault
from notices.services.drawing import binding
from notices.textlayer import Block
from portal.accounts.models import User
from portal.certificates import services as certificates
from portal.certificates.kinds import kinds
from portal.certificates.models import Certificate, CertificateFile, index_of
from portal.certificates.services import Wanted
from portal.core.fields import context_of
from portal.core.privacy import mask_name
from portal.core.sealing import seal
from portal.site import keeping
from tests.complaints.pages import jpeg

Paths = Mapping[str, str]


def signed(words: str) -> bytes:
    """A picture whose bytes say whose it is, so that a reader who is no eye finds it in an answer."""
    return jpeg(1200) + words.encode()


def scanned(words: str) -> bytes:
    """A document of which the same can be said."""
    return b"%PDF-1.4\n" + words.encode()


def photos_of(case: Complaint, words: str) -> Paths:
    """The case's photo and document as they are once somebody may look at them."""
    for row in case.attachments.all():
        if row.purpose != Attachment.Purpose.DOCUMENT:
            attachments.store(row.sealed_id, "view", signed(words))
            attachments.store(row.sealed_id, "thumbnail", signed(words))
    case.attachments.update(state=Attachment.State.READY, width=1200, height=1200)
    return {
        "complaints:photo": reverse("complaints:photo", args=[case.number, 1, "view"]),
        "complaints:file": reverse("complaints:file", args=[case.number, 2]),
    }


def notice_of(notice: Notice, path: str, words: str, *, now: datetime) -> Paths:
    """What the link of a notice shows, made beforehand: a picture, the words on it, and the pages as a PDF."""
    block = Block("text", (words,)).as_json()
    for kind, content in (
        ("picture", signed(words)),
        ("words", json.dumps([[block]], ensure_ascii=False).encode()),
        ("document", scanned(words)),
    ):
        _keep(notice, kind, content, now=now)
    return {"notices:link": path, "notices:picture": f"{path}pages/1/", "notices:document": f"{path}document/"}


def _keep(notice: Notice, kind: str, content: bytes, *, now: datetime) -> None:
    campaign, recipient = notice.recipient.campaign, notice.recipient
    key, place = vault.key_of(campaign, now=now), vault.place_for(campaign, "reading")
    aad = vault.aad_of_picture(campaign.pk, recipient.pk, f"reading-{kind}", 1)
    stored = storage.write_sealed(vault.full_path(place), content, key=key, aad=aad)
    ReadingFile.objects.create(
        notice=notice,
        kind=kind,
        number=1,
        width=1200,
        height=1200,
        byte_count=stored.byte_count,
        sha256=stored.sha256,
        bound=binding(key, recipient, stored.sha256),
        stored_as=place,
        made_at=now,
    )


def certificate_of(case: Complaint, *, owner: User, subject: str, now: datetime) -> Certificate:
    """A proof of filing as its holder has it; what seals it is proved elsewhere."""
    facts = {"number": case.number, "received_at": "2026년 11월 2일 10시", "subject": subject}
    wanted = Wanted(kinds()["complaint_filed"], case.number, owner.name, facts, "새빛구청장")
    content = scanned(subject)
    made = Certificate(
        owner=owner,
        kind=wanted.kind.code,
        title=wanted.kind.title,
        issuer=wanted.issuer,
        subject=case.number,
        wanted_index=secrets.token_bytes(16),
        holder_masked=mask_name(owner.name),
        state=Certificate.State.ISSUED,
        requested_at=now,
        issued_at=now,
        expires_at=now + timedelta(days=90),
        sha256=hashlib.sha256(content).hexdigest(),
        byte_count=len(content),
    )
    made.facts, made.code_index = wanted.sheet().stored(), index_of(made.code)
    made.save()
    file = CertificateFile(certificate=made, part=CertificateFile.Part.DOCUMENT)
    file.content_sealed = seal(content, context=context_of(CertificateFile, "content_sealed"), row=file.sealed_id)
    file.save()
    return made


def handed_in(certificate: Certificate, *, now: datetime) -> Paths:
    """Its own pages, and three addresses it was handed in by: to be taken, waiting, and taken back."""
    taken, waiting, gone = (
        certificates.share(certificate, receiver=receiver, purpose="전세 대출", device="아이폰", now=now)
        for receiver in ("한빛은행", "두루은행", "온누리은행")
    )
    certificates.take_back(gone, device="아이폰", now=now)
    mine, address = [certificate.sealed_id], reverse("certificates:receive", args=[taken.token])
    return {
        **{f"certificates:{name}": reverse(f"certificates:{name}", args=mine) for name in _OWN_PAGES},
        "certificates:link": reverse("certificates:link", args=[*mine, waiting.sealed_id]),
        "certificates:receive": address,
        "certificates:received_document": f"{address}document/",
        "notices:verify_code": reverse("notices:verify_code", args=[certificate.code]),
        "notices:short": reverse("notices:short", args=[certificate.code]),
        "hand-in that waits": reverse("certificates:receive", args=[waiting.token]),
        "hand-in taken back": reverse("certificates:receive", args=[gone.token]),
        "document nobody took": f"{reverse('certificates:receive', args=[waiting.token])}document/",
    }


_OWN_PAGES = ("detail", "document", "hand_in")


def calendar_of(user: User, *, now: datetime) -> Paths:
    """The address of her calendar, and the one before it."""
    old = keeping.open_feed(user, with_details=True, language="ko", now=now)
    live = keeping.open_feed(user, with_details=True, language="ko", now=now)
    return {
        "site:calendar_feed": reverse("site:calendar_feed", args=[live.token]),
        "calendar taken back": reverse("site:calendar_feed", args=[old.token]),
    }


def forms_of(talk: Conversation, words: str, *, now: datetime) -> Paths:
    """A form half filled in the chat, and one that was given up."""
    lamp = petitions.shipped().get("streetlight")
    going_on, given_up = (drafts.begin(talk, lamp, {"memo": words}, source="typed", now=now) for _ in range(2))
    before = reverse("chatbot:resume", args=[token_of(given_up)])
    drafts.keep_unfiled(given_up, state=Draft.State.ABANDONED, now=now)
    return {
        "chatbot:resume": reverse("chatbot:resume", args=[token_of(going_on)]),
        "form given up": before,
    }


def shown_to_all(guide: Faq, *, by: User, now: datetime) -> Paths:
    """The picture of an answer, one of an answer that nobody published, and a layer of the map."""
    hidden = Faq.objects.create(
        slug="not-yet", question="아직 쓰는 중인가요?", answer="네.", category="생활", changed_at=now
    )
    content = jpeg()
    sha256 = hashlib.sha256(content).hexdigest()
    for faq in (guide, hidden):
        FaqPicture.objects.create(
            faq=faq, content=content, sha256=sha256, width=40, height=40, alt="스티커", changed_by=by, changed_at=now
        )
    MapPlace.objects.create(
        layer="kiosk", name="새빛구청 무인발급기", address="새빛로 1", lat=37.57, lon=126.98, hours="24시간"
    )
    return {
        "chatbot:picture": reverse("chatbot:picture", args=[guide.pk, sha256]),
        "chatbot:map": reverse("chatbot:map", args=["kiosk"]),
        "picture not published": reverse("chatbot:picture", args=[hidden.pk, sha256]),
    }
