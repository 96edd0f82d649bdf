"""What the chatbot knows, what it was asked, and what it is filling in."""

from chatbot.models.building import EmbeddedText, Experiment, GoldQuestion, IndexBuild
from chatbot.models.conversation import Conversation, Turn, TurnCandidate, Unanswered
from chatbot.models.dialogue import Draft, DraftAnswer, Handover, KakaoCallback
from chatbot.models.faq import Faq, FaqFacet, FaqLink, FaqPicture, FaqProposal, FaqRevision, MapPlace, Phrasing, Synonym
from chatbot.models.figures import HourCount, SampledTurn
from chatbot.models.mining import ClusterMember, UnansweredCluster

__all__ = [
    "ClusterMember",
    "Conversation",
    "Draft",
    "DraftAnswer",
    "EmbeddedText",
    "Experiment",
    "Faq",
    "FaqFacet",
    "FaqLink",
    "FaqPicture",
    "FaqProposal",
    "FaqRevision",
    "GoldQuestion",
    "Handover",
    "HourCount",
    "IndexBuild",
    "KakaoCallback",
    "MapPlace",
    "Phrasing",
    "SampledTurn",
    "Synonym",
    "Turn",
    "TurnCandidate",
    "Unanswered",
    "UnansweredCluster",
]
