"""What the audit book's codes are called on an official's page; a new code gets its word here."""

from django.apps import apps

ACTIONS = {
    "view": "열람",
    "list": "목록 열람",
    "search": "찾기",
    "reveal": "가림 해제",
    "unmask": "가림 해제",
    "export": "내보내기",
    "download": "내려받기",
    "add": "추가",
    "change": "변경",
    "erase": "파기",
    "delete": "삭제",
    "sign_in": "로그인",
    "sign_in_refused": "로그인 실패",
    "enrol": "두 번째 인증 등록",
    "revoke": "철회",
    "bulk": "여러 건 처리",
    "answer": "답장",
    "close": "끝냄",
    "decide": "판단",
    "lift": "수신거부 해제",
    "act": "발송 처리",
    "unlock_link": "통지서 주소 잠금 해제",
    "view_held": "보류 통지서 열람",
    "view_page": "쪽 열람",
    "view_picture": "그림 열람",
    "view_roster": "명부 열람",
    "view_sample": "견본 열람",
    "view_stray_page": "주인 없는 쪽 열람",
}


def action_word(code: str) -> str:
    """A code in Korean; one without a word stays as it is."""
    return ACTIONS.get(code, code)


def subject_word(kind: str) -> str:
    """What `app.model` is called; what is no model stays as it is."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return kind
