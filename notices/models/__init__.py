"""Campaigns, the people on their rosters, their documents, answers and letters."""

from notices.models.answers import Answer, Consent
from notices.models.approvals import DryRun, Phase, TestPicture, TestResult, TestSend
from notices.models.bills import Bill, BillChange, Payment, PaymentEvent
from notices.models.campaigns import Campaign, CampaignChange, Count, Option, Question
from notices.models.documents import Asset, Notice, PageClaim, RenderBatch, SourceDocument
from notices.models.ladders import LadderStep
from notices.models.merging import MergeLetter
from notices.models.openings import NoticeLink, Opening, ReadingFile, VerifyCode
from notices.models.paper import PaperBatch, PaperItem
from notices.models.purging import Destruction
from notices.models.recipients import Recipient, RecipientChange, RosterImport, RowProblem
from notices.models.relay import RelayDelivery, RelayEvent
from notices.models.reports import Report
from notices.models.rosters import ColumnMapping, RosterUpload, RowCorrection
from notices.models.sampling import Sample, SampleVerdict, VerdictWithdrawal
from notices.models.zones import Zone, ZoneTemplate

__all__ = [
    "Answer",
    "Asset",
    "Bill",
    "BillChange",
    "Campaign",
    "CampaignChange",
    "ColumnMapping",
    "Consent",
    "Count",
    "Destruction",
    "DryRun",
    "LadderStep",
    "MergeLetter",
    "Notice",
    "NoticeLink",
    "Opening",
    "Option",
    "PageClaim",
    "PaperBatch",
    "PaperItem",
    "Payment",
    "PaymentEvent",
    "Phase",
    "Question",
    "ReadingFile",
    "Recipient",
    "RecipientChange",
    "RelayDelivery",
    "RelayEvent",
    "RenderBatch",
    "Report",
    "RosterImport",
    "RosterUpload",
    "RowCorrection",
    "RowProblem",
    "Sample",
    "SampleVerdict",
    "SourceDocument",
    "TestPicture",
    "TestResult",
    "TestSend",
    "VerdictWithdrawal",
    "VerifyCode",
    "Zone",
    "ZoneTemplate",
]
