"""The plug for NHN Cloud: SMS v3.0 for texts and pictures, KakaoTalk Bizmessage v2.3 for AlimTalk."""

from messaging.carriers.nhn.plug import Nhn

__all__ = ["Nhn"]
