"""The demo in a real browser: Debian's Chromium, driven as a visitor would."""
