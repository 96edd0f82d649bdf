"""Everything that can happen to a campaign, one verb each."""

from notices.services.answering import record_answer
from notices.services.approving import NotTried, dry_run_of, good_test_of, propose, record_decision
from notices.services.asking import ask_consent, close_asking, record_ask_outcomes
from notices.services.billing import BillsRefused, cancel_bill, make_bills, record_objection, refund, reject_objection
from notices.services.checking import settle_checking
from notices.services.closing import NotSettled, cancel, close, pause
from notices.services.consents import NotGiven, revoke_consent
from notices.services.deciding import check_decision, decide_answer
from notices.services.documents import attach_document
from notices.services.drafting import PlanRefused, draft, exclude, reopen_checking, replan
from notices.services.drawing import PageUndrawable, draw_page, open_picture
from notices.services.following import pointless, record_confirmation
from notices.services.fonts import allow_fonts
from notices.services.launching import ManifestChanged, TooLate, launch, needs_approval, resume
from notices.services.mailing import approve_paper, export_paper, open_paper, return_paper
from notices.services.opening import NoSecondFactor, link_for, links_for, record_opening, unlock
from notices.services.overruling import withdraw_verdict
from notices.services.paying import reconcile_payments
from notices.services.posting import Posted, PostingRefused, mark_came_back, mark_posted
from notices.services.rehearsing import rehearse
from notices.services.relaying import submit_notices, work_relay
from notices.services.releasing import (
    NotReleasable,
    hold_again,
    name_owner,
    release_notice,
)
from notices.services.rosters import attach_roster
from notices.services.sampling import SampleNeeded, draw_sample, judge_group
from notices.services.sending import follow, queue_notices, record_notice_outcomes
from notices.services.showing import make_ahead
from notices.services.summarizing import small_picture
from notices.services.testing import NoOwnPhone, confirm_test, load_test_picture, send_test
from notices.services.ticking import Ticked, run_campaigns
from notices.services.verifying import index_codes
from notices.services.voiding import void_approval
from notices.services.working import work_on_files
from notices.services.zoning import ZonesRefused, load_reference, new_version, write_template

__all__ = [
    "BillsRefused",
    "ManifestChanged",
    "NoOwnPhone",
    "NoSecondFactor",
    "NotGiven",
    "NotReleasable",
    "NotSettled",
    "NotTried",
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
    "cancel_bill",
    "check_decision",
    "close",
    "close_asking",
    "confirm_test",
    "decide_answer",
    "draft",
    "draw_page",
    "draw_sample",
    "dry_run_of",
    "exclude",
    "export_paper",
    "follow",
    "good_test_of",
    "hold_again",
    "index_codes",
    "judge_group",
    "launch",
    "link_for",
    "links_for",
    "load_reference",
    "load_test_picture",
    "make_ahead",
    "make_bills",
    "mark_came_back",
    "mark_posted",
    "name_owner",
    "needs_approval",
    "new_version",
    "open_paper",
    "open_picture",
    "pause",
    "pointless",
    "propose",
    "queue_notices",
    "reconcile_payments",
    "record_answer",
    "record_ask_outcomes",
    "record_confirmation",
    "record_decision",
    "record_notice_outcomes",
    "record_objection",
    "record_opening",
    "refund",
    "rehearse",
    "reject_objection",
    "release_notice",
    "reopen_checking",
    "replan",
    "resume",
    "return_paper",
    "revoke_consent",
    "run_campaigns",
    "send_test",
    "settle_checking",
    "small_picture",
    "submit_notices",
    "unlock",
    "void_approval",
    "withdraw_verdict",
    "work_on_files",
    "work_relay",
    "write_template",
]
