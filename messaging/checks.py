"""Start-up checks: a topic that expects replies has somebody who listens, and nobody listens to a topic that is not."""

from typing import Any

from django.core.checks import CheckMessage, Error

from messaging import topics


def every_topic_is_heard(**_: Any) -> list[CheckMessage]:
    """Errors that stop the start."""
    known = topics.topics()
    deaf = [
        Error(f"주제 {name}은(는) 회신을 기다리지만 받을 곳이 없습니다.", id="messaging.E001")
        for name, topic in known.items()
        if topic.expects_reply and topics.reply_handler(name) is None
    ]
    strange = [
        Error(f"등록되지 않은 주제를 듣고 있습니다: {name}", id="messaging.E002")
        for name in sorted(topics.registered() - set(known))
    ]
    return [*deaf, *strange]
