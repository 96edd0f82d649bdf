"""A whole campaign against the carrier simulator, from an upload to the closing, through the real services."""
