"""Campaigns, the people on their rosters, their documents, answers and letters."""

from notices.models.answers import Answer, Consent
from notices.models.campaigns import Campaign, CampaignChange, Count, Option, Question
from notices.models.documents import Asset, Notice, PageClaim, RenderBatch, SourceDocument
from notices.models.paper import PaperBatch, PaperItem
from notices.models.recipients import Recipient, RecipientChange, RosterImport, RowProblem

__all__ = [
    "Answer",
    "Asset",
    "Campaign",
    "CampaignChange",
    "Consent",
    "Count",
    "Notice",
    "Option",
    "PageClaim",
    "PaperBatch",
    "PaperItem",
    "Question",
    "Recipient",
    "RecipientChange",
    "RenderBatch",
    "RosterImport",
    "RowProblem",
    "SourceDocument",
]
