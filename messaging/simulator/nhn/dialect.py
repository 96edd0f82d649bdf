"""Who may call, how often, and which of the two services is meant."""

import hmac
import re
from time import time
from typing import Final

from messaging.simulator.dialects import Office
from messaging.simulator.nhn.calls import read_call
from messaging.simulator.nhn.cards import Cards
from messaging.simulator.nhn.envelope import NO_SUCH_CALL, SMS, Product, Refusal
from messaging.simulator.nhn.ledger import Ledger
from messaging.simulator.nhn.telling import webhooks
from messaging.simulator.nhn.texts import Texts
from messaging.simulator.striking import after, before, strike
from messaging.simulator.wire import Answer, Request

REQUESTS_A_SECOND: Final = 300
_PLACE = re.compile(r"/nhn/(sms/v3\.0/appKeys|alimtalk/v2\.3/appkeys)/([^/]+)/(.+)")


class NhnDialect:
    """Answers /nhn."""

    def __init__(self, office: Office) -> None:
        self._exchange = office.exchange
        self._key = office.key.encode()
        self._second, self._count = 0, 0
        ledger = Ledger(office.exchange)
        self._texts = Texts(office, ledger)
        self._cards = Cards(office, ledger)
        self.webhooks = webhooks(ledger, office.key)

    async def answer(self, request: Request) -> Answer:
        """One call of the customer."""
        found = _PLACE.fullmatch(request.path)
        if found is None:
            return SMS.refused(Refusal(NO_SUCH_CALL))
        desk: Texts | Cards = self._texts if found[1].startswith("sms") else self._cards
        if stranger := self._stranger(desk.product, found[2], request):
            return stranger
        if self._is_too_fast():
            return desk.product.manners.too_many
        try:
            call = read_call(request, found[3])
        except Refusal as refusal:
            return desk.product.refused(refusal)
        rules = strike(self._exchange, request, call.numbers, key=call.key)
        if early := await before(rules, desk.product.manners):
            return early
        try:
            return after(rules, await desk.answer(call, rules))
        except Refusal as refusal:
            return after(rules, desk.product.refused(refusal))

    def _stranger(self, product: Product, app_key: str, request: Request) -> Answer | None:
        if not hmac.compare_digest(app_key.encode(), self._key):
            return product.refused(Refusal(-1000))
        given = request.headers.get("x-secret-key", "").encode("latin-1", "replace")
        return None if hmac.compare_digest(given, self._key) else product.manners.wrong_key

    def _is_too_fast(self) -> bool:
        second = int(time())
        self._count = self._count + 1 if second == self._second else 1
        self._second = second
        return self._count > REQUESTS_A_SECOND
