"""민원 신청 as nobody's: what a telephone keeps for the time without a network."""

from django.template.loader import render_to_string
from django.utils.translation import override

from complaints.forms import FilingForm
from portal.core.context import the_district


def blank_page(language: str) -> str:
    """
    The form without request, session, database or token: the same for everybody, whoever asks.

    The key of the report is made on the telephone, and the token is fetched when the network is back.
    """
    with override(language):
        words = {"form": FilingForm(), "district": the_district(), "is_blank": True}
        return render_to_string("complaints/new.html", words)
