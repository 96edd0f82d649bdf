"""Words that steer a form instead of answering it. Only a bare command counts; a sentence that holds one does not."""

import re
from dataclasses import dataclass
from enum import StrEnum

from complaints.petitions import Petition
from complaints.slots import Slot

_NOT_LETTERS = re.compile(r"[\s.,!~?^…·ㅋㅎㅠㅜ]+")


class Command(StrEnum):
    """What somebody may want of a form besides answering."""

    CANCEL = "취소"
    BACK = "뒤로"
    SKIP = "건너뛰기"
    RESTART = "처음부터"
    LATER = "나중에"
    WHY = "왜 필요해요"
    HELP = "도움말"
    PERSON = "상담사"
    CONFIRM = "확인"
    CHANGE = "고치기"
    DONE = "다 골랐어요"
    RESUME = "이어서 작성"
    YES = "네"
    NO = "아니요"
    NOTHING = "없어요"
    RESEND = "인증번호 다시 받기"


_WISH = r"(?:요|이요|할게요?|할래요?|하겠습니다|해주세요|해줘|합니다|하기|하고싶어요|좀)?"
_TALK = r"(?:이야기|얘기|통화|연결|바꿔|불러)?(?:하고싶어요|할래요|해주세요|해줘|주세요|줘)?"
_WORDS: dict[Command, tuple[str, ...]] = {
    Command.CANCEL: (
        rf"(?:신청|접수|작성)?취소{_WISH}",
        r"그만(?:둘래요?|둘게요?|하기|할래요?|할게요?)?",
        r"안할(?:래요?|게요?)",
        r"중단",
    ),
    Command.BACK: (rf"이전(?:으로|질문|단계)?{_WISH}", r"뒤로(?:가기)?|되돌리기"),
    Command.SKIP: (
        r"건너뛰기|건너뛸(?:게요?|래요?)|건너뛰어(?:요|주세요)?",
        rf"패스{_WISH}|스킵|skip",
        r"넘어가(?:기|요|주세요|줘)?|넘어갈게요?",
    ),
    Command.RESTART: (rf"(?:맨)?처음부터(?:다시)?{_WISH}", rf"다시(?:처음부터|시작){_WISH}"),
    Command.LATER: (rf"나중에(?:이어서)?{_WISH}", rf"(?:이따가?|다음에){_WISH}"),
    Command.WHY: (
        r"왜(?:요|필요해요?|필요한가요|필요하죠|물어봐요?|물어보(?:세요|는거예요|시나요))",
        r"왜그런걸?물어봐요?|이유가뭐(?:예요|에요)",
    ),
    Command.HELP: (r"도움말?|도와주세요|도와줘|help", r"어떻게(?:적어요?|써요?|쓰나요|적나요)"),
    Command.PERSON: (rf"상담[사원]님?(?:이랑|하고)?{_TALK}", rf"(?:사람|직원)(?:이랑|하고|과)?{_TALK}"),
    Command.CONFIRM: (
        rf"확인{_WISH}|제출{_WISH}",
        rf"(?:이대로)?(?:접수|신청){_WISH}",
        r"이대로(?:요|해주세요|할게요)?",
        r"(?:네)?맞(?:아요?|습니다|네요)",
    ),
    Command.CHANGE: (rf"(?:수정|변경){_WISH}", r"고치기|고칠(?:래요?|게요?)|바꾸기|바꿀(?:래요?|게요?)"),
    Command.DONE: (
        r"다(?:골랐|했|됐|올렸)(?:어요?|습니다)|이게다(?:예요|에요|입니다)",
        rf"끝(?:이에요|났어요|입니다)?|완료{_WISH}",
    ),
    Command.RESUME: (rf"(?:이어서|계속)(?:작성|쓰기|쓸게요?|하기)?{_WISH}",),
    Command.YES: (r"네+|예+|넵|넹|응+|어|그래요?|좋아요?|맞아요?|ㅇㅇ|ㅇㅋ|yes|ok",),
    Command.NO: (r"아니(?:요|오|에요)?|아뇨|아닙니다|싫어요?|ㄴㄴ|no|안돼요?",),
    Command.NOTHING: (
        r"(?:딱히)?없(?:어요?|음|습니다|네요)",
        r"모르겠(?:어요?|습니다|네요)|몰라요?|모름",
    ),
    Command.RESEND: (
        r"인증번호다시(?:받기|보내주세요|보내줘|주세요)?|다시보내(?:주세요|줘)",
        r"문자가?안(?:와요?|왔어요?|옵니다)",
    ),
}
_READ = {command: re.compile("|".join(words), re.IGNORECASE) for command, words in _WORDS.items()}


def command_in(text: str, *among: Command) -> Command | None:
    """The command a text is, of those that mean something now; None if it says anything more."""
    bare = _NOT_LETTERS.sub("", text.lower())
    if not bare or len(bare) > 30:
        return None
    return next((one for one in among if bare == one.replace(" ", "") or _READ[one].fullmatch(bare)), None)


@dataclass(frozen=True, slots=True)
class Correction:
    """One answer is to be another; no value: ask for it again."""

    slot: str
    value: str = ""


_CALLED = {
    "place": ("장소", "위치", "주소", "곳"),
    "plate": ("차량번호", "차번호", "번호판"),
    "photo": ("사진",),
    "file": ("자료", "파일", "서류"),
    "datetime": ("시간", "때", "일시", "시각", "날짜"),
    "date": ("날짜", "날"),
    "person": ("이름", "성함"),
    "phone": ("전화번호", "연락처"),
    "dong": ("동",),
    "number": ("개수", "수량", "숫자"),
    "money": ("금액", "돈"),
}
_CHANGED = (
    r"(?:바꿀게요?|바꿀래요?|바꿔\s?(?:주세요|줘요?)?|바꾸고\s?싶어요?|고칠게요?|고칠래요?|고쳐\s?(?:주세요|줘요?)?"
    r"|수정(?:할게요?|할래요?|해\s?주세요|해\s?줘요?)?|변경(?:할게요?|할래요?|해\s?주세요|해\s?줘요?)?|정정(?:할게요?|해\s?주세요)?)"
)
_CORRECTION = re.compile(
    r"^(?:(?:아니요?|아|참|잠깐만?요?)[\s,.]+)?(?P<name>[가-힣 ]{1,12}?)\s?(?:을|를|은|는|이|가)?"
    rf"(?:\s+(?P<value>\S.{{0,300}}?)(?:으로|로))?\s*{_CHANGED}[\s.!~]*$",
    re.DOTALL,
)


def correction_in(text: str, petition: Petition, answered: set[str]) -> Correction | None:
    """“장소를 ○○로 바꿀게요”: an answer that was given is named, perhaps with a new one."""
    found = _CORRECTION.match(text.strip()) if len(text) <= 400 else None
    if found is None:
        return None
    name = found["name"].replace(" ", "")
    for slot in petition.slots:
        if slot.name in answered and name in _names_of(slot):
            return Correction(slot.name, (found["value"] or "").strip())
    return None


def _names_of(slot: Slot) -> set[str]:
    return {slot.label.replace(" ", ""), *_CALLED.get(slot.type, ())}
