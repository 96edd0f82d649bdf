"""Citizens' pages: read one's own notice, and check whether a document is genuine."""

from notices.views.hooks import payment_hook, relay_hook
from notices.views.link import document, link, picture
from notices.views.paying import page as bill
from notices.views.paying import returned as bill_returned
from notices.views.verifying import short, verify, verify_code

__all__ = [
    "bill",
    "bill_returned",
    "document",
    "link",
    "payment_hook",
    "picture",
    "relay_hook",
    "short",
    "verify",
    "verify_code",
]
