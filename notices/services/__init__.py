"""Everything that can happen to a campaign, one verb each."""

from notices.services.answering import record_answer
from notices.services.asking import ManifestChanged, TooLate, ask_consent, close_asking, launch, record_ask_outcomes
from notices.services.checking import settle_checking
from notices.services.closing import NotSettled, cancel, close, pause, resume
from notices.services.consents import NotGiven, revoke_consent
from notices.services.deciding import check_decision, decide_answer
from notices.services.documents import attach_document
from notices.services.drafting import PlanRefused, draft, exclude, reopen_checking, replan
from notices.services.drawing import PageUndrawable, draw_page, open_picture, page_pictures
from notices.services.following import pointless, record_confirmation
from notices.services.mailing import approve_paper, export_paper, open_paper
from notices.services.opening import NoSecondFactor, link_for, record_opening, unlock
from notices.services.posting import Posted, PostingRefused, mark_came_back, mark_posted
from notices.services.releasing import (
    NotReleasable,
    allow_fonts,
    hold_again,
    name_owner,
    release_notice,
)
from notices.services.rosters import attach_roster
from notices.services.sampling import SampleNeeded, draw_sample, judge_group
from notices.services.sending import follow, queue_notices, record_notice_outcomes, send_notices
from notices.services.showing import forget_reading, make_ahead
from notices.services.ticking import Ticked, run_campaigns
from notices.services.verifying import index_codes
from notices.services.working import work_on_files
from notices.services.zoning import ZonesRefused, load_reference, new_version, write_template

__all__ = [
    "ManifestChanged",
    "NoSecondFactor",
    "NotReleasable",
    "NotGiven",
    "NotSettled",
    "PageUndrawable",
    "PlanRefused",
    "Posted",
    "PostingRefused",
    "SampleNeeded",
    "Ticked",
    "TooLate",
    "ZonesRefused",
    "allow_fonts",
    "approve_paper",
    "ask_consent",
    "attach_document",
    "attach_roster",
    "cancel",
    "check_decision",
    "close",
    "close_asking",
    "decide_answer",
    "draft",
    "draw_page",
    "draw_sample",
    "exclude",
    "export_paper",
    "follow",
    "forget_reading",
    "hold_again",
    "index_codes",
    "judge_group",
    "launch",
    "link_for",
    "load_reference",
    "make_ahead",
    "mark_came_back",
    "mark_posted",
    "name_owner",
    "new_version",
    "open_paper",
    "open_picture",
    "page_pictures",
    "pause",
    "pointless",
    "queue_notices",
    "record_answer",
    "record_ask_outcomes",
    "record_confirmation",
    "record_notice_outcomes",
    "record_opening",
    "release_notice",
    "reopen_checking",
    "replan",
    "resume",
    "revoke_consent",
    "run_campaigns",
    "send_notices",
    "settle_checking",
    "unlock",
    "work_on_files",
    "write_template",
]
