"""Every page is locked unless it is on this list."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from portal.core.doors import is_public

PUBLIC = {
    # the citizen's site
    "site:home", "site:menu", "site:help", "site:privacy", "site:accessibility", "site:robots",
    # every component with its states: demo district and DEBUG only
    "site:components",
    # complaints
    "complaints:new", "complaints:detail", "complaints:track", "complaints:link", "complaints:due", "complaints:photo",
    # the link to one's own notice, and 진위확인
    "notices:link", "notices:picture", "notices:document", "notices:verify", "notices:verify_code", "notices:short",
    # chat
    "chatbot:chat", "chatbot:turn", "chatbot:feedback",
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
