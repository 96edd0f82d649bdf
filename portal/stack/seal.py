"""A seal for trying: a key and a certificate that vouches for itself, made once for this checkout."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

FILE = "seal.p12"
NAME = "새빛구청장"
_LIFE, _AGE = timedelta(days=1_095), timedelta(days=1)


def kept_seal(state: Path) -> Path:
    """The file in `state`, made if it is not there; every document it seals says 시험용."""
    path = state / FILE
    if not path.exists():
        state.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{FILE}.{os.getpid()}.new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(made_seal())
        unfinished.replace(path)
    return path


def made_seal(*, name: str = NAME, life: timedelta = _LIFE, age: timedelta = _AGE) -> bytes:
    """A self-signed key in PKCS#12 without a passphrase. It counts since `age` ago: clocks differ."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"), x509.NameAttribute(NameOID.COMMON_NAME, f"{name} (시험용)")]
    )
    begins = datetime.now(UTC) - age
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_ONLY_SEALS, critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, NoEncryption())


_ONLY_SEALS = x509.KeyUsage(
    digital_signature=True,
    content_commitment=True,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)
