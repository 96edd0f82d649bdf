"""How this vendor words an answer: a header with a result code in every body, HTTP 200 even for a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from messaging.simulator.striking import Manners
from messaging.simulator.wire import Answer, json_answer

INVALID, BAD_FIELD, NO_SUCH_CALL = 4, -9997, -9998
KEY_USED: Final = -1005
SMS_SAYS: Final[Mapping[int, str]] = {
    0: "SUCCESS",
    4: "Parameter validation failed.",
    -1000: "Invalid appKey.",
    -1001: "Invalid secretKey.",
    -1005: "The same 'X-NC-API-IDEMPOTENCY-KEY' was used within the last 10 minute.",
    -1008: "Service is blocked.",
    -2000: "Date format error.",
    -2001: "RecipientList can not be null.",
    -2002: "Invalid attach file name.",
    -2003: "Attach file required jpg or jpeg.",
    -2004: "File is expired or does not exist.",
    -2005: "The file size must be greater than 0 and less than 300KB.",
    -2008: "Invalid requestId.",
    -2009: "Upload attach file error.",
    -2011: "RequestId or start/endRequestDate or start/endCreateDate is required.",
    -2014: "Title or body can not be empty.",
    -2015: "Title or Body exceed maximum byte.",
    -2016: "The max recipient size is 1000.",
    -2018: "RecipientNo can not be empty.",
    -2019: "RecipientNo is invalid.",
    -2021: "System error. Failed insert queue.",
    -2023: "Unacceptable characters in title and body.",
    -2044: "Invalid countryCode for sending.",
    -2312: "Not regist sendno.",
    -4000: "Search is possible within one month.",
    -6004: "This is not a joined unsubscribeNo.",
    -8000: "The body must contain auth guide ment.",
    -9996: "Only application/json Content-type is supported.",
    -9997: "Invalid API parameters.",
    -9998: "Not exist API.",
    -9999: "System error.",
}
TALK_SAYS: Final[Mapping[int, str]] = {
    0: "SUCCESS",
    4: "Parameter validation failed.",
    -1000: "Invalid appKey.",
    -1001: "Invalid secretKey.",
    -1003: "Invalid Sms Sendno",
    -1005: "The same 'X-NC-API-IDEMPOTENCY-KEY' was used within the last 10 minute.",
    -1017: "Exceeded the daily sending volume.",
    -1028: "Blacklist can't use more than 14 characters in template value.",
    -2000: "The field must be at less than or equal to its longest.",
    -2001: "The field must not be blank.",
    -2017: "Not exist plus friend.",
    -2018: "Button parameter is invalid.",
    -2019: "The content is too long.",
    -2999: "All recipients are failed.",
    -3000: "If template have a WL(webLink), must input linkMo",
    -3001: "Already exist template code or name.",
    -3002: "Field is not valid.",
    -3003: "Template does not exist.",
    -3004: "Please check template parameter.",
    -3005: "Please check template status.",
    -3006: "The linkMo/linkPc must include http:// or https://",
    -3008: "The button name can't include the replacement parameter.",
    -3009: "Not exist button name.",
    -9996: "Only application/json Content-type is supported.",
    -9997: "Invalid API parameters.",
    -9998: "Not exist API.",
    -9999: "System error.",
}


class Refusal(Exception):
    """The whole call is refused with this result code."""

    def __init__(self, code: int, said: str = "") -> None:
        super().__init__(code, said)
        self.code = code
        self.said = said


@dataclass(frozen=True, slots=True)
class Product:
    """One of the two services: its name in webhooks, its words, its manners."""

    name: str
    says: Mapping[int, str]
    manners: Manners

    def header(self, code: int = 0, said: str = "") -> dict[str, Any]:
        """The first part of every answer."""
        return {"resultCode": code, "resultMessage": said or self.says.get(code, ""), "isSuccessful": code == 0}

    def refused(self, refusal: Refusal) -> Answer:
        """A refusal of the whole call."""
        return json_answer({"header": self.header(refusal.code, refusal.said)})

    def answered(self, **parts: Any) -> Answer:
        """Success, and what was asked for."""
        return json_answer({"header": self.header(), **parts})


def _product(name: str, says: Mapping[int, str], *, no_balance: int) -> Product:
    def said(code: int, status: int = 200) -> Answer:
        header = {"resultCode": code, "resultMessage": says.get(code, "Too many requests."), "isSuccessful": False}
        return json_answer({"header": header}, status)

    return Product(name, says, Manners(wrong_key=said(-1001), too_many=said(429, 429), no_balance=said(no_balance)))


SMS: Final = _product("SMS", SMS_SAYS, no_balance=-1008)
TALK: Final = _product("KakaoTalk Bizmessage", TALK_SAYS, no_balance=-1017)


def page_of(rows: list[dict[str, Any]], query: Mapping[str, str]) -> tuple[list[dict[str, Any]], int, int]:
    """
    The rows of the page asked for (15 unless told), its number and size.

    :raises Refusal: for a page that cannot be
    """
    number, size = query.get("pageNum", "1"), query.get("pageSize", "15")
    if not number.isdecimal() or not size.isdecimal() or not 1 <= int(size) <= 1000 or int(number) < 1:
        raise Refusal(INVALID, "pageNum or pageSize is invalid.")
    start = (int(number) - 1) * int(size)
    return rows[start : start + int(size)], int(number), int(size)
