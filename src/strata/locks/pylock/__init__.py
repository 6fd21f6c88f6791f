"""This package reads standard locks, pylock.toml (PEP 751)."""
