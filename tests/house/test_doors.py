"""Every page is locked unless it is on this list."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from portal.core.doors import is_public

PUBLIC = {
    # the citizen's site
    "site:home", "site:menu", "site:help", "site:privacy", "site:accessibility", "site:robots",
    "site:search", "site:suggest", "site:guides", "site:guide", "site:departments", "site:sitemap",
    "site:news", "site:news_post", "site:feed", "site:status", "site:visits", "site:job", "site:job_post", "site:moving_in",
    "site:look", "site:language", "site:favourites", "site:offline",
    # the site as an app: its manifest and service worker, and the pages it keeps, which are nobody's
    "site:offline_in", "site:manifest", "site:worker", "complaints:blank",
    # every component with its states: demo district and DEBUG only
    "site:components", "site:refusal",
    # complaints
    "complaints:new", "complaints:detail", "complaints:track", "complaints:link", "complaints:due", "complaints:photo",
    "complaints:places", "complaints:nearby", "complaints:following", "complaints:parking", "complaints:edit",
    "complaints:file", "complaints:phone", "complaints:withdraw",
    # what is public of complaints: the map, and Open311, which asks for a key where something is filed
    "complaints:map", "complaints:map_data", "complaints:map_lines",
    "complaints:open311:discovery", "complaints:open311:services",
    "complaints:open311:service", "complaints:open311:requests", "complaints:open311:request",
    "complaints:open311:token", "complaints:open311:nowhere",
    # the link to one's own notice, and 진위확인
    "notices:link", "notices:picture", "notices:document", "notices:verify", "notices:verify_code", "notices:short",
    # a holder's certificates, and the address by which an institution takes one
    "certificates:wallet", "certificates:detail", "certificates:document", "certificates:hand_in", "certificates:link",
    "certificates:receive", "certificates:received_document", "site:certificate_new",
    # signing in and out, and the pages of whoever did (`citizens_only` asks strangers to sign in first)
    "site:sign_in", "site:sign_in_code", "site:sign_in_again", "site:sign_out", "site:me", "site:devices",
    "kakao_login", "kakao_callback", "naver_login", "naver_callback",
    "site:sign_in_passkey", "site:passkeys", "site:leave",
    "site:my_complaints", "site:my_notices", "site:my_bills", "site:messages", "site:calendar", "site:download", "site:push",
    "site:my_favourites", "messaging:my_preferences",
    # a calendar program reads here; the secret address is the proof
    "site:calendar_feed",
    # chat
    "chatbot:chat", "chatbot:turn", "chatbot:feedback", "chatbot:resume", "chatbot:map", "chatbot:picture",
    # KakaoTalk knocks here; the address holds the secret
    "chatbot:kakao",
    # other offices ask the chatbot: a key opens it
    "chatbot:api",
    # the signed link of an AlimTalk
    "messaging:preferences",
    # other offices' systems: each asks for a key, the schema for nothing
    "messaging:api:messages", "messaging:api:message", "messaging:api:replies", "messaging:api:templates",
    "messaging:api:schema", "messaging:api:nowhere",
    # carriers knock here; the adapter checks the signature
    "messaging:hook",
    # a bill behind the button of an AlimTalk; payment providers and relays knock, their plugs check the signature
    "notices:bill", "notices:bill_returned", "notices:payment_hook", "notices:relay_hook",
    # machines
    "site:livez", "site:readyz",
}  # fmt: skip


def routes(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(list(entry.url_patterns), inner)
        else:
            yield f"{space}{entry.name or entry.pattern}", entry


def test_every_page_is_locked_unless_listed() -> None:
    opened = {name for name, entry in routes(get_resolver().url_patterns) if is_public(entry.callback)}

    assert opened <= PUBLIC, f"opened without being listed: {sorted(opened - PUBLIC)}"


def test_the_list_names_only_pages_that_exist() -> None:
    opened = {name for name, entry in routes(get_resolver().url_patterns) if is_public(entry.callback)}

    assert PUBLIC <= opened, f"listed but locked or gone: {sorted(PUBLIC - opened)}"


def test_no_admin_page_is_public() -> None:
    names = {name for name, entry in routes(get_resolver().url_patterns) if is_public(entry.callback)}

    assert not any(name.startswith("admin:") for name in names)
