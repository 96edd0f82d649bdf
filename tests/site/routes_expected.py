"""Who is let in where: every route of the URL configuration has a line here, and a new one needs one."""

from dataclasses import dataclass

EVERYBODY = frozenset({"anonymous", "owner", "citizen", "officer", "head", "foreign", "admin"})
OFFICIALS = EVERYBODY - {"anonymous", "owner", "citizen"}
DISTRICT = OFFICIALS - {"admin"}  # those who work on cases and campaigns
DEPARTMENT = frozenset({"officer", "head"})


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in, and who of them may read something that is 윤초롱's."""

    welcome: frozenset[str]
    told: frozenset[str] = frozenset()


OPEN = Door(EVERYBODY)
HERS_WITHIN = Door(EVERYBODY, told=frozenset({"owner"}))  # everybody may knock; her own browser reads what is hers
ADDRESS = Door(EVERYBODY, told=EVERYBODY)  # the address itself is the key: she has given it to her calendar
CITIZENS = Door(frozenset({"owner", "citizen"}), told=frozenset({"owner"}))
OWN = Door(frozenset({"owner"}), told=frozenset({"owner"}))
NOBODY = Door(frozenset())  # a secret is missing: a token, a key, a signature; or it is not done here at all
DEPARTMENTS = Door(DEPARTMENT, told=DEPARTMENT)
HEADS = Door(frozenset({"head", "admin"}))
ADMINISTRATOR = Door(frozenset({"admin"}))
AT_WORK = Door(OFFICIALS)
CASEWORK = Door(DISTRICT, told=DEPARTMENT)
WAITING = Door(OFFICIALS - {"foreign"}, told=OFFICIALS - {"foreign"})
# One desk for the whole district, words masked and every look written down: questions the chat could not answer.
SHARED = Door(OFFICIALS, told=OFFICIALS)
# Messages and replies: the list is everybody's, what stands in it the department's and the administrators'.
MAIL = Door(OFFICIALS, told=OFFICIALS - {"foreign"})

CITIZENS_PAGES = {
    OPEN: """
        site:menu site:help site:privacy site:accessibility site:robots site:search site:suggest site:guides
        site:guide site:departments site:sitemap site:news site:job site:moving_in site:feed site:status site:visits
        site:look site:language site:favourites site:offline site:offline_in site:manifest site:worker site:components
        site:refusal site:sign_in site:sign_in_passkey site:sign_out site:livez site:readyz
        complaints:track complaints:link complaints:places complaints:nearby complaints:following complaints:map
        complaints:map_data complaints:map_lines complaints:blank complaints:open311:discovery complaints:open311:services
        complaints:open311:requests notices:verify notices:short notices:verify_code
        notices:bill_returned chatbot:turn chatbot:picture chatbot:map chatbot:resume messaging:preferences
        messaging:api:schema
    """,
    HERS_WITHIN: "site:home complaints:new complaints:parking notices:link notices:bill chatbot:chat",
    ADDRESS: "site:calendar_feed",
    CITIZENS: """
        site:me site:devices site:passkeys site:leave site:sign_in_again site:my_complaints site:my_notices site:my_bills
        site:messages site:push site:calendar site:download site:my_favourites site:certificate_new
        messaging:my_preferences certificates:wallet
    """,
    OWN: """
        complaints:detail complaints:due complaints:edit complaints:phone complaints:withdraw complaints:photo
        complaints:file notices:picture notices:document certificates:detail certificates:document certificates:hand_in
        certificates:link certificates:receive certificates:received_document
    """,
    NOBODY: """
        site:sign_in_code site:news_post site:job_post
        complaints:open311:service complaints:open311:request complaints:open311:token complaints:open311:nowhere
        notices:payment_hook notices:relay_hook chatbot:feedback chatbot:api chatbot:kakao
        messaging:hook messaging:api:messages messaging:api:message messaging:api:replies messaging:api:templates
        messaging:api:nowhere kakao_login kakao_callback naver_login naver_callback
    """,
}
# Addresses that were given away once, by what has become of them: what waits says nothing before it is taken.
GIVEN_AWAY = {
    OPEN: ("hand-in that waits",),
    NOBODY: (
        "hand-in taken back", "document nobody took", "calendar taken back", "form given up", "picture not published",
    ),
}  # fmt: skip
OFFICIALS_PAGES = {
    OPEN: "login",
    AT_WORK: """
        index app_list search logout password_change password_change_done jsi18n
        messaging_triagedecision_live messaging_template_write_first
        chatbot_faq_new chatbot_faq_second chatbot_faq_picture chatbot_faq_edit chatbot_faq_effect chatbot_faq_confirm
        chatbot_faq_retire chatbot_faq_revisions
        chatbot_faq_health chatbot_hourcount_csv chatbot_hourcount_sample chatbot_experiment_prepare
        chatbot_synonym_proposals
    """,
    SHARED: "chatbot_unanswered_conversation",
    MAIL: "messaging_reply_live",
    HEADS: "messaging_stream_live",
    WAITING: "chatbot_handover_talk messaging_reply_live_one",
    ADMINISTRATOR: "auth_user_password_change accounts_calendarday_import chatbot_indexbuild_roll_back",
    CASEWORK: """
        complaints_complaint_news complaints_complaint_triage complaints_complaint_statistics complaints_complaint_find
        complaints_complaint_bulk_run complaints_complaint_keep_view notices_campaign_consents notices_campaign_new_plan
    """,
    DEPARTMENTS: """
        complaints_complaint_case complaints_complaint_why complaints_complaint_step complaints_complaint_draft
        complaints_complaint_note complaints_complaint_read complaints_complaint_reveal complaints_complaint_photo
        complaints_complaint_triage_place
        notices_campaign_plan notices_campaign_files notices_campaign_roster notices_campaign_roster_problems
        notices_campaign_problem_list notices_campaign_roster_row notices_campaign_choose_row notices_campaign_letter
        notices_campaign_letter_preview notices_campaign_make_letters notices_campaign_progress
        notices_campaign_live_progress notices_campaign_review notices_campaign_settle notices_campaign_held
        notices_campaign_held_notice notices_campaign_release notices_campaign_hold_again notices_campaign_stray
        notices_campaign_sample notices_campaign_sample_withdraw notices_campaign_zones notices_campaign_zones_read
        notices_campaign_first_page notices_campaign_allow_fonts notices_campaign_exclusions notices_campaign_left_out
        notices_campaign_find notices_campaign_picture notices_campaign_person notices_campaign_page
        notices_campaign_wording notices_campaign_reopen notices_campaign_approval notices_campaign_rehearse
        notices_campaign_send_test notices_campaign_confirm_test notices_campaign_own_phone notices_campaign_propose
        notices_campaign_launch notices_campaign_small_picture notices_campaign_tally notices_campaign_live_tally
        notices_campaign_areas notices_campaign_people notices_campaign_close_asking notices_campaign_pause
        notices_campaign_resume notices_campaign_cancel notices_campaign_close notices_campaign_triage
        notices_campaign_openings notices_campaign_unlock notices_campaign_bills notices_campaign_bank_list
        notices_campaign_bills_file notices_campaign_bill notices_campaign_bill_act notices_campaign_ladder
        notices_campaign_paper notices_campaign_paper_posted notices_campaign_paper_candidates
        notices_campaign_paper_approve notices_campaign_paper_return notices_campaign_paper_file
        notices_campaign_balance notices_campaign_report notices_campaign_report_approve
        notices_campaign_report_return notices_campaign_report_file
    """,
    NOBODY: """
        second enrol autocomplete view_on_site messaging_senderdocument messaging_template_write
        complaints_leave_takeover complaints_complaint_take complaints_complaint_bulk complaints_complaint_drop_view
        notices_campaign_consent notices_campaign_consent_revoke notices_campaign_consent_export
        chatbot_indexbuild_override chatbot_unansweredcluster_show chatbot_unansweredcluster_teach
        chatbot_unansweredcluster_act chatbot_experiment_move (?P<url>.*)$
    """,
}
# Of each table: its list, its own rows, and the pages that add, change and throw away, which Django makes by itself.
TABLES = {
    ADMINISTRATOR: """
        certificates_certificate site_englishguide accounts_user accounts_calendarday site_post messaging_receipt
        messaging_hookreject messaging_invoice
    """,
    NOBODY: "accounts_auditentry",
    HEADS: """
        accounts_department accounts_official messaging_attempt messaging_carrierstate messaging_ledgercount messaging_price
        messaging_budget messaging_stream messaging_apikey messaging_sendernumber messaging_optout
    """,
    CASEWORK: "complaints_complaint notices_campaign complaints_standardtext",
    SHARED: "chatbot_unanswered",
    MAIL: "messaging_reply messaging_message messaging_triagedecision",
    AT_WORK: """
        chatbot_handover messaging_answerphrase messaging_template approvals_approval
        approvals_standin complaints_outagewindow complaints_category complaints_categorykeyword complaints_agency
        complaints_duty complaints_leave complaints_dong complaints_place complaints_parkingrule complaints_routingrule
        complaints_routerversion complaints_correction chatbot_indexbuild chatbot_unansweredcluster chatbot_faq
        chatbot_hourcount chatbot_goldquestion chatbot_experiment chatbot_synonym
    """,
}
# Rows of these belong to a department; who is welcome to the list meets nothing foreign behind it.
ROWS_OF_A_DEPARTMENT = {
    "complaints_complaint": DEPARTMENTS,
    "notices_campaign": DEPARTMENTS,
    "messaging_message": WAITING,
    "messaging_reply": WAITING,
    "messaging_stream": HEADS,
}


def declared(pages: dict[Door, str]) -> dict[str, Door]:
    """By name. A name on two lines would be decided by chance."""
    found: dict[str, Door] = {}
    for door, names in pages.items():
        for name in names.split():
            if name in found:
                raise ValueError(f"{name} is declared twice")
            found[name] = door
    return found
