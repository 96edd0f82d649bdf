"""Forms in the chat as pure machines: a sheet and an utterance in, an effect out. No database, no page."""
