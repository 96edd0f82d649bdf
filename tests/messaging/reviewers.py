"""A carrier whose reviewers do as they are told."""

from dataclasses import dataclass, field

from messaging.carriers.base import CarrierError, TemplateState, TemplateText
from tests.messaging.making import Told

REVIEWING = "tests.messaging.reviewers.Reviewing"
ENTRY = {"BACKEND": REVIEWING, "OPTIONS": {}}


@dataclass
class Desk:
    """What the reviewers were handed, and what they say of it. `error`: what the next calls raise."""

    handed_in: list[TemplateText] = field(default_factory=list)
    said: dict[str, TemplateState] = field(default_factory=dict)
    error: CarrierError | None = None

    def say(self, state: str, comments: str = "", *, of: str = "portal.test.1") -> None:
        self.said[f"K-{of}"] = TemplateState(f"K-{of}", state, comments)  # type: ignore[arg-type]  # a test's word


class Reviewing(Told):
    """Told, with reviewers; a wording is called K-… there."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.desk = Desk()

    def submit_template(self, template: TemplateText) -> TemplateState:
        if self.desk.error:
            raise self.desk.error
        self.desk.handed_in.append(template)
        code = f"K-{template.code}"
        return self.desk.said.setdefault(code, TemplateState(code, "submitted"))

    def read_template(self, code: str) -> TemplateState | None:
        if self.desk.error:
            raise self.desk.error
        return self.desk.said.get(code)
