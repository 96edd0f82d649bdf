"""What a plug for an issuing system must do: say what it has for a person, and the facts of one sheet."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from portal.certificates.kinds import Kind
from portal.core.errors import Refused


class IssuerRefused(Refused):
    """The other system did not answer (try again), or never will (`permanent`)."""

    sentence = gettext_noop("발급 기관의 시스템이 응답하지 않습니다. 잠시 뒤에 다시 해 주세요.")

    def __init__(self, sentence: str = "", *, permanent: bool = False) -> None:
        self.permanent = permanent
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the plug may ask about: proven by a code to her phone a moment ago."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One sheet a person may have. `subject` is the other system's own reference and names nobody."""

    subject: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the other system says, in plain values; `holder` as it wants her named."""

    holder: str
    facts: Mapping[str, str]
    issuer: str


class CertificateIssuer(ABC):
    """
    A system that certifies. Calls have a timeout of their own, write nothing at the other end and may be repeated.

    `kinds` are described as in reference/kinds.toml. The sheet is set and sealed by us; `Facts.issuer` vouches for it.
    """

    label: str
    kinds: Mapping[str, Kind]

    @abstractmethod
    def offers(self, kind: str, person: Person) -> Sequence[Offer]:
        """
        What it has of a kind for this person; nothing for somebody it does not know.

        :raises IssuerRefused: if it cannot say
        """

    @abstractmethod
    def facts(self, kind: str, subject: str, person: Person) -> Facts:
        """
        The facts of one offer, for this person only.

        :raises IssuerRefused: if it has none, or cannot say
        """
