"""Citizens' pages: report something, see where it stands, answer, rate."""

from complaints.views.filing import new
from complaints.views.own import detail, due, photo
from complaints.views.tracking import link, track

__all__ = ["detail", "due", "link", "new", "photo", "track"]
