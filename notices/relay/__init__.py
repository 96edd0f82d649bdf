"""The relay socket: certified relays (공인전자문서중계자) for notices whose service must be provable."""
