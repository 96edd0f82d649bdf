"""The dialect under /nhn: NHN Cloud SMS v3.0 and KakaoTalk Bizmessage (AlimTalk) v2.3, from their public documents."""
