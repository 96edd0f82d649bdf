"""전자도장: our signature in a PDF (PAdES, certifying, no change allowed), made with a key that is in no database."""

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings
from django.utils.translation import gettext_noop

from portal.certificates.printing import Unprintable
from portal.core.errors import Refused

FIELD = "Seal"


class SealMissing(Refused):
    """There is no key, or one that cannot be used."""

    sentence = gettext_noop(
        "지금은 증명서를 발급할 수 없습니다. 전자도장을 준비하고 있습니다. 잠시 뒤에 다시 해 주세요."
    )


@dataclass(frozen=True, slots=True)
class Seal:
    """What is known of the key in force."""

    sha256: str
    begins_at: datetime
    ends_at: datetime
    is_self_signed: bool


def the_seal(*, now: datetime) -> Seal:
    """
    The key in force.

    :raises SealMissing: if there is none, it cannot be opened, or its certificate does not count today
    """
    seal = _read(*_place())
    if not seal.begins_at <= now < seal.ends_at:
        raise SealMissing
    return seal


def sealed(pdf: bytes, *, name: str) -> bytes:
    """
    The same document with our seal in it: whatever is changed afterwards shows.

    :raises SealMissing: if there is no usable key
    :raises portal.certificates.printing.Unprintable: if the library of the seal does not like the document
    """
    # A second and 40 MB that only a process which issues certificates pays.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
    from pyhanko.sign import fields, signers  # noqa: PLC0415
    from pyhanko.sign.general import SigningError  # noqa: PLC0415

    meaning = signers.PdfSignatureMetadata(
        field_name=FIELD,
        name=name,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    out, signer = io.BytesIO(), _signer(*_place())
    try:
        with ThreadPoolExecutor(max_workers=1) as thread:  # the library runs an event loop; this thread may have one
            sealer = signers.PdfSigner(meaning, signer=signer)
            thread.submit(sealer.sign_pdf, IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out).result()
    except (PdfError, SigningError, OSError, ValueError) as error:
        raise Unprintable from error
    return out.getvalue()


def _place() -> tuple[str, int]:
    """The file and when it was last changed: a new key counts at once."""
    place: str = settings.SEAL_KEY_FILE
    try:
        return place, Path(place).stat().st_mtime_ns if place else 0
    except OSError:
        raise SealMissing from None


def _passphrase() -> bytes | None:
    said: str = settings.SEAL_KEY_PASSPHRASE
    return said.encode() if said else None


@lru_cache(maxsize=4)
def _read(place: str, changed: int) -> Seal:
    if not place:
        raise SealMissing
    try:
        _, found, _ = pkcs12.load_key_and_certificates(Path(place).read_bytes(), _passphrase())
    except (OSError, ValueError):
        raise SealMissing from None
    if found is None:
        raise SealMissing
    return Seal(
        sha256=found.fingerprint(SHA256()).hex(),
        begins_at=found.not_valid_before_utc,
        ends_at=found.not_valid_after_utc,
        is_self_signed=found.issuer == found.subject,
    )


@lru_cache(maxsize=4)
def _signer(place: str, changed: int) -> Any:
    from pyhanko.sign import signers  # noqa: PLC0415  (as above)

    signer = signers.SimpleSigner.load_pkcs12(place, passphrase=_passphrase()) if place else None
    if signer is None:
        raise SealMissing
    return signer
