"""Citizens' pages: report something, see where it stands, answer, rate."""

from complaints.views.blank import blank
from complaints.views.coded import phone, withdraw
from complaints.views.due import due
from complaints.views.editing import edit
from complaints.views.filing import new
from complaints.views.following import following
from complaints.views.map import reports_map, reports_map_data
from complaints.views.own import detail, file, photo
from complaints.views.parking import parking
from complaints.views.places import map_lines, nearby, places
from complaints.views.tracking import link, track

__all__ = [
    "blank",
    "detail",
    "due",
    "edit",
    "file",
    "following",
    "link",
    "map_lines",
    "nearby",
    "new",
    "parking",
    "phone",
    "photo",
    "places",
    "reports_map",
    "reports_map_data",
    "track",
    "withdraw",
]
