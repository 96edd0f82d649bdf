"""The top floor: pages and commands that need several rooms."""
