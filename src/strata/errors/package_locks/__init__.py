"""This package words the errors of locks of Python packages: those of Pex, hashed requirements, pylock.toml."""
