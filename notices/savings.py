"""What something costs beside a registered letter for everybody. Pure."""

from abc import ABC, abstractmethod
from decimal import Decimal


class AgainstMail(ABC):
    """A cost that has the cost of letters to compare it with."""

    mail_won: int

    @property
    @abstractmethod
    def total_won(self) -> Decimal:
        """All of it."""

    @property
    def saved_won(self) -> Decimal:
        """How much less than letters it is; negative if it is more."""
        return self.mail_won - self.total_won

    @property
    def is_cheaper(self) -> bool:
        """Whether anything is saved at all."""
        return self.saved_won > 0
