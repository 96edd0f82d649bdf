"""The officials' API: other offices' systems send and follow messages with keys of their own. See docs/api.md."""
