"""What leaves is a pure function of the approved wording and its variables, and its fingerprint tells any change."""

import pytest

from messaging.models import TemplateVersion
from messaging.text import LinkInText, TextTooLong, VariableMissing
from messaging.wording import compose, fingerprint

VALUES = {"기관": "새빛구", "이름": "김하늘"}


def _version(**changes: object) -> TemplateVersion:
    wanted: dict[str, object] = {
        "title": "안내",
        "route": "alimtalk_then_text",
        "body": "[#{기관}] #{이름}님",
        "fallback_body": "",
        "buttons": [],
    }
    return TemplateVersion(**{**wanted, **changes})


def test_the_same_words_always_have_the_same_fingerprint() -> None:
    assert fingerprint(compose(_version(), VALUES)) == fingerprint(compose(_version(), dict(reversed(VALUES.items()))))


@pytest.mark.parametrize(
    "change",
    [
        {"title": "다른 제목"},
        {"body": "[#{기관}] #{이름} 님"},
        {"fallback_body": "[#{기관}] 문자"},
        {"buttons": [{"label": "보기", "url": "https://localhost/"}]},
    ],
)
def test_any_change_the_recipient_could_see_changes_the_fingerprint(change: dict[str, object]) -> None:
    assert fingerprint(compose(_version(**change), VALUES)) != fingerprint(compose(_version(), VALUES))


def test_other_pictures_are_other_content() -> None:
    words = compose(_version(), VALUES)

    assert len({fingerprint(words), fingerprint(words, [b"a" * 32]), fingerprint(words, [b"b" * 32])}) == 3


def test_a_text_route_has_no_alimtalk_and_an_alimtalk_keeps_its_own_words() -> None:
    text = compose(_version(route="text"), VALUES)
    both = compose(_version(fallback_body="[#{기관}] 문자로 #{이름}"), VALUES)

    assert (text.body, text.shown) == ("", "[새빛구] 김하늘님")
    assert (both.body, both.text) == ("[새빛구] 김하늘님", "[새빛구] 문자로 김하늘")


@pytest.mark.parametrize(("length", "fits"), [(1000, True), (1001, False)])
def test_an_alimtalk_holds_a_thousand_characters(length: int, fits: bool) -> None:
    version = _version(body="가" * length, fallback_body="짧게")

    if fits:
        assert len(compose(version, VALUES).body) == length
    else:
        with pytest.raises(TextTooLong):
            compose(version, VALUES)


def test_a_link_may_stand_in_an_alimtalk_and_not_in_its_fallback() -> None:
    linked = _version(body="[#{기관}] https://localhost/", fallback_body="[#{기관}]")
    compose(linked, VALUES)

    linked.fallback_body = ""
    with pytest.raises(LinkInText):
        compose(linked, VALUES)


def test_a_button_with_a_missing_variable_is_refused() -> None:
    version = _version(buttons=[{"label": "보기", "url": "#{주소}"}])

    with pytest.raises(VariableMissing):
        compose(version, VALUES)
