"""The Solapi plug, by itself and before the vendor's own library."""
