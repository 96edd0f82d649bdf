"""The ways a reply reaches a citizen: pages, KakaoTalk, text messages. Each draws the same neutral cards."""
