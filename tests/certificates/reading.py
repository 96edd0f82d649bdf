"""What stands in a document, and whether its seal is whole."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pypdfium2
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def words_of(document: bytes) -> str:
    """The text of all pages."""
    pages = pypdfium2.PdfDocument(document)
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages)


def pages_of(document: bytes) -> int:
    return len(pypdfium2.PdfDocument(document))


def seal_of(document: bytes, key: Path) -> Any:
    """What a validator says that trusts exactly this key's certificate."""
    _, found, _ = pkcs12.load_key_and_certificates(key.read_bytes(), None)
    assert found is not None
    trusted = list(load_certs_from_pemder_data(found.public_bytes(Encoding.DER)))
    context = ValidationContext(trust_roots=trusted)
    seal = PdfFileReader(io.BytesIO(document)).embedded_signatures[0]
    with ThreadPoolExecutor(max_workers=1) as thread:  # browser tests leave an event loop running in this one
        return thread.submit(validate_pdf_signature, seal, signer_validation_context=context).result()


def with_one_byte_changed(document: bytes) -> bytes:
    """One bit of a page's content, in the middle of the sealed part."""
    changed = bytearray(document)
    place = document.index(b"stream") + 40
    changed[place] ^= 1
    return bytes(changed)
