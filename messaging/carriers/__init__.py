"""One file per carrier behind the socket in base.py."""
