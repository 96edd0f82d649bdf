"""24-hour answers; may file a complaint for you."""
