"""
The chat as a KakaoTalk skill (JSON v2.0): neutral cards in, a response within every limit out.

Nothing personal leaves here: nobody has proved who sits at the other end of a Kakao key, so the values of a petition
are shown on the web only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from chatbot.cards import (
    Card,
    Chip,
    Chips,
    Form,
    Image,
    Layer,
    Links,
    Phone,
    Place,
    Progress,
    Reply,
    Safety,
    Summary,
    Text,
)  # fmt: skip
from chatbot.channels import kakao_limits as limits

VERSION = "2.0"
MORE = "자세히"
SAMPLE = "※ 예시 · 금액과 기간은 시범 지역의 것입니다."
Json = dict[str, Any]


@dataclass(slots=True)
class _Block:
    """What becomes one output: a text with everything that belongs to it."""

    title: str = ""
    text: str = ""
    image: Image | None = None
    buttons: list[tuple[int, Json]] = field(default_factory=list)
    items: Sequence[Chip] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.text or self.image or self.buttons or self.items)


def response(reply: Reply, *, quick: Iterable[Chip] = ()) -> Json:
    """
    The skill's answer. `quick` are taps of the channel's own: thumbs, a person.

    Somebody in danger sees the numbers to press, and nothing above or beside them.
    """
    cards = reply.cards
    dangers = [card for card in cards if isinstance(card, Safety)]
    chips = [chip for card in cards if isinstance(card, Chips) for chip in card.chips]
    if dangers:
        outputs = [_safety(card) for card in dangers[: limits.OUTPUTS]]
        return _packed(outputs, chips)
    blocks = [block for block in _blocks(cards) if not block.is_empty]
    outputs = _outputs(_merged(blocks))
    return _packed(outputs, [*chips, *quick])


def plain(text: str, *, buttons: Iterable[Json] = (), chips: Sequence[Chip] = ()) -> Json:
    """A sentence of ours, with something to press."""
    block = _Block(text=text, buttons=list(enumerate(buttons)))
    return _packed([_output(block)], chips)


def patience(text: str) -> Json:
    """The first answer in callback mode: the real one comes later."""
    return {"version": VERSION, "useCallback": True, "data": {"text": text}}


def call_button(label: str, number: str) -> Json:
    """A button that dials."""
    return {"action": "phone", "label": limits.label(label), "phoneNumber": number}


def _packed(outputs: list[Json], chips: Sequence[Chip]) -> Json:
    template: Json = {"outputs": outputs}
    if chips:
        listed = [item["title"] for output in outputs for item in output.get("listCard", {}).get("items", ())]
        template["quickReplies"] = [_quick(chip, listed) for chip in chips[: limits.QUICK_REPLIES]]
    return {"version": VERSION, "template": template}


def _quick(chip: Chip, listed: Sequence[str]) -> Json:
    """One tap. What stands in a list above carries its number there; typed instead of tapped it means the same."""
    items = [_item(chip, number) for number in range(1, len(listed) + 1)]
    named = next((f"{number}. {chip.label}" for number, item in enumerate(items, 1) if item in listed), chip.label)
    return {
        "label": limits.label(named),
        "action": "message",
        "messageText": chip.label,
        "extra": {"token": chip.token},
    }


def _item(chip: Chip, number: int) -> str:
    return limits.label(f"{number}. {chip.label}", limits.LIST_TITLE)


def _safety(card: Safety) -> Json:
    buttons = [call_button(phone.label, phone.number) for phone in card.phones[: limits.BUTTONS]]
    title = limits.label(card.title, limits.TITLE)
    text = limits.cut(card.text, limits.TEXT_CARD - limits.width(title))
    return {"textCard": {"title": title, "description": text, "buttons": buttons}}


def _blocks(cards: Sequence[Card]) -> list[_Block]:
    """Each text opens a block; what follows belongs to it until the next."""
    blocks = [_Block()]
    progress = ""
    for card in cards:
        here = blocks[-1]
        match card:
            case Progress(n, of):
                progress = f"({n}/{of}) "
            case Text(text, title, is_sample):
                words = f"{progress}{text}" + (f"\n{SAMPLE}" if is_sample else "")
                blocks.append(_Block(title=title, text=words))
                progress = ""
            case Image():
                here.image = here.image or card
            case Chips(chips, folded_under):
                if not folded_under and any(not limits.fits(chip.label, limits.LABEL) for chip in chips):
                    blocks.append(_Block(title=_last_line(here), items=chips))
                    here.text = "" if here.text == blocks[-1].title else here.text
            case Summary(rows=rows):
                names = "\n".join(f"· {row.label}" for row in rows)
                blocks.append(_Block(title="적어 주신 내용", text=f"{names}\n내용은 누리집에서 확인해 주세요.".strip()))
            case _:
                _add(here, card)
    return blocks


def _last_line(block: _Block) -> str:
    """A short sentence right before a list becomes its heading."""
    is_heading = not block.title and not block.buttons and limits.fits(block.text, limits.TITLE)
    return block.text if is_heading and block.text else "골라 주세요"


def _add(block: _Block, card: Card) -> None:
    """A place, links, a number or a form as buttons: first what files, then where it is, then whom to call."""
    match card:
        case Form(_, label, token):
            block.buttons.append((0, _form_button(label, token)))
        case Place(name, address):
            block.text = "\n".join(filter(None, (block.text, f"📍 {name}", address)))
        case Layer(layer, name):
            if name:
                block.text = "\n".join(filter(None, (block.text, f"📍 {name}")))
            block.buttons.append((1, _web_button("지도에서 보기", reverse("chatbot:map", args=[layer]))))
        case Phone(label, number):
            block.buttons.append((2, call_button(f"☎ {label}", number)))
        case Links(links):
            block.buttons += [(3, _web_button(one.label, one.url)) for one in links if not one.is_example]


def _form_button(label: str, token: str) -> Json:
    if not token:
        return _web_button("민원 접수", reverse("complaints:new"))
    words = limits.label(label)
    return {"action": "message", "label": words, "messageText": label, "extra": {"token": token}}


def _web_button(label: str, url: str) -> Json:
    return {"action": "webLink", "label": limits.label(label), "webLinkUrl": _whole_address(url)}


def _whole_address(url: str) -> str:
    """KakaoTalk opens addresses of ours from outside."""
    return url if url.startswith(("https://", "http://")) else f"{settings.SITE_URL}{url}"


def _merged(blocks: list[_Block]) -> list[_Block]:
    """At most three outputs: what is more joins the last text before it."""
    while len(blocks) > limits.OUTPUTS:
        index = next((i for i in range(len(blocks) - 1, 0, -1) if not blocks[i].items and not blocks[i - 1].items), 1)
        here, gone = blocks[index - 1], blocks.pop(index)
        here.text = "\n\n".join(filter(None, (here.text, gone.title, gone.text)))
        here.image = here.image or gone.image
        here.buttons += gone.buttons
    return blocks or [_Block(text="골라 주세요.")]


def _outputs(blocks: list[_Block]) -> list[Json]:
    """A picture shortens no text: one that does not fit beside it stands before it, if there is room for that."""
    outputs: list[Json] = []
    spare = limits.OUTPUTS - len(blocks)
    for block in blocks:
        if block.image is not None and not limits.fits(f"{block.title}\n{block.text}", limits.BASIC_CARD):
            url = _whole_address(block.image.url)
            if spare > 0 and url.startswith("https://"):
                spare -= 1
                outputs.append({"simpleImage": {"imageUrl": url, "altText": block.image.alt[: limits.ALT_TEXT]}})
            block.image = None
        outputs.append(_output(block))
    return outputs


def _output(block: _Block) -> Json:
    if block.items:
        return _list_card(block)
    buttons = [button for _, button in sorted(block.buttons, key=lambda pair: pair[0])][: limits.BUTTONS]
    if block.image is not None and _whole_address(block.image.url).startswith("https://"):
        return {"basicCard": _card(block, buttons, most=limits.BASIC_CARD, image=block.image)}
    if not block.title and not buttons:
        return {"simpleText": {"text": limits.cut(block.text, limits.SIMPLE_TEXT)}}
    return {"textCard": _card(block, buttons, most=limits.TEXT_CARD)}


def _card(block: _Block, buttons: list[Json], *, most: int, image: Image | None = None) -> Json:
    """A title that is too long becomes the first line; a text that is too long ends early and leads to the whole."""
    title, text = block.title, block.text
    if not text or not limits.fits(title, limits.TITLE):
        title, text = "", f"{title}\n{text}".strip() or "아래에서 골라 주세요."
    room = most - limits.width(title)
    if not limits.fits(text, room):
        text = limits.cut(text, room)
        buttons = [*buttons[: limits.BUTTONS - 1], _web_button(MORE, _whole(block.title))]
    card: Json = {"title": title} if title else {}
    card["description"] = text
    if image is not None:
        card["thumbnail"] = {"imageUrl": _whole_address(image.url), "altText": image.alt[: limits.ALT_TEXT]}
    if buttons:
        card["buttons"] = buttons
    return card


def _whole(title: str) -> str:
    """Where an answer stands uncut. Only its own title goes into an address, never what was asked."""
    return f"{reverse('chatbot:chat')}?q={quote(title)}" if title else reverse("chatbot:chat")


def _list_card(block: _Block) -> Json:
    long = [chip for chip in block.items if not limits.fits(chip.label, limits.LABEL)]
    items = [{"title": _item(chip, number)} for number, chip in enumerate(long[: limits.LIST_ITEMS], 1)]
    return {"listCard": {"header": {"title": limits.label(block.title, limits.TITLE)}, "items": items}}
