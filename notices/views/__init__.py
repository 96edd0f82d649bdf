"""Citizens' pages: read one's own notice, and check whether a document is genuine."""

from notices.views.link import document, link, picture
from notices.views.verifying import short, verify, verify_code

__all__ = ["document", "link", "picture", "short", "verify", "verify_code"]
