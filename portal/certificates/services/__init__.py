"""What can happen to a certificate."""

from portal.certificates.services.erasing import erase, forget_owner
from portal.certificates.services.issuing import (
    Incomplete,
    TooManyIssued,
    Wanted,
    make,
    request,
    sweep,
)
from portal.certificates.services.revoking import NotRevocable, revoke
from portal.certificates.services.sharing import (
    LinkOver,
    NotShareable,
    note_download,
    open_share,
    share,
    take_back,
)

__all__ = [
    "Incomplete",
    "LinkOver",
    "NotRevocable",
    "NotShareable",
    "TooManyIssued",
    "Wanted",
    "erase",
    "forget_owner",
    "make",
    "note_download",
    "open_share",
    "request",
    "revoke",
    "share",
    "sweep",
    "take_back",
]
