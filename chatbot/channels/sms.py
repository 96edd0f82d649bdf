"""A reply as one text message: what a phone without pictures can show, in the bytes a carrier takes."""

from chatbot.cards import Card, Chips, Phone, Place, Reply, Safety, Text
from messaging.text import LONG_BYTES, SUBSTITUTES

ROOM = LONG_BYTES - 120  # for the name of the office and what the template adds
MOST_CHOICES = 3
FILE_IT = "민원 접수는 ‘접수’라고 답장해 주세요."
PICK = "번호로 답장해 주세요(10분 안)."


def text_of(reply: Reply) -> str:
    """One line of words: texts, places, numbers; choices as 1, 2, 3. Links, pictures and forms stay out."""
    dangers = [card for card in reply.cards if isinstance(card, Safety)]
    if dangers:
        return fitted(" ".join(_words(card) for card in dangers), "")
    is_choice = any(isinstance(card, Chips) and not card.folded_under for card in reply.cards)
    return fitted(" ".join(filter(None, map(_words, reply.cards))), PICK if is_choice else FILE_IT)


def _words(card: Card) -> str:
    match card:
        case Text(text):
            return text
        case Place(name, address):
            return f"{name}({address})" if address else name
        case Phone(label, number):
            return f"문의 {label} {number}"
        case Safety(_, title, text, phones):
            return " ".join([title, text, *(f"{phone.label} {phone.number}" for phone in phones)])
        case Chips(chips, folded_under) if not folded_under:
            return " ".join(f"{number}) {chip.label}" for number, chip in enumerate(chips[:MOST_CHOICES], 1))
    return ""


def fitted(words: str, ending: str) -> str:
    """In letters every phone has, in the bytes of a long text, cut at a word, with the last sentence whole."""
    plain = " ".join(words.translate(SUBSTITUTES).encode("cp949", "ignore").decode("cp949").split())
    room = ROOM - len(ending.encode("cp949")) - 1
    if len(plain.encode("cp949")) > room:
        plain = plain.encode("cp949")[: room - 4].decode("cp949", "ignore").rsplit(" ", 1)[0] + " …"
    return f"{plain} {ending}".rstrip()
