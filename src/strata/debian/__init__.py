"""This package locks Debian packages, for which it reads indexes of mirrors; `packages` reads the package files."""
