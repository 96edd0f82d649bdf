"""Phone-sized Chromium: pages, keyboard, accessibility."""
