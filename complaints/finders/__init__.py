"""The socket of place finders: words → places on the map, and a point → words. One file per finder."""
