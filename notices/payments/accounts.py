"""The plug for paying at banks: the 전자납부번호 is shown, and what came in is recorded from the bank's list."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from messaging.carriers.base import HookRefused, HookRequest, HookResponse, Misconfigured, NotFound
from notices.payments.base import Opened, Order, PaymentFacts, PaymentNews


class Accounts:
    """Nothing is opened, asked or told here: every call but the display is refused."""

    is_counter = True
    origins: Sequence[str] = ()
    hook_path_secrets: Sequence[str] = ()

    def __init__(self, *, label: str = "은행·위택스·ATM에서 전자납부번호로 내기") -> None:
        self.label = label

    def start(self, order: Order) -> Opened:
        """:raises Misconfigured: always; there is no page to send anybody to."""
        raise Misconfigured("paid at banks only")

    def look_up(self, key: UUID) -> PaymentFacts | NotFound:
        """Nothing was ever started here."""
        return NotFound()

    def refund(self, reference: str, *, key: UUID, amount_won: int) -> PaymentFacts:
        """:raises Misconfigured: always; the office transfers it back and says so."""
        raise Misconfigured("refunded by the office")

    def read_events(self, request: HookRequest) -> Sequence[PaymentNews]:
        """:raises HookRefused: always; banks do not call us."""
        raise HookRefused("no webhook")

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """Never asked for."""
        return HookResponse(404, b"")
