"""The dialect under /solapi: Solapi's message, storage and Kakao template interfaces, from its public documents."""
