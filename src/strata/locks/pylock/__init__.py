"""Standard locks, pylock.toml (PEP 751)."""
