"""Whether a campaign has cost more than was approved."""

from notices import costs
from notices.models import Campaign


def is_overspent(campaign: Campaign) -> bool:
    """Against the most that the approved dry runs foresaw; never where nothing was approved."""
    most = campaign.approved_most_won
    return most is not None and costs.spent(campaign, {}).won > most
