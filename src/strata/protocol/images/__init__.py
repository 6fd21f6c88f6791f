"""The border between rules and verbs, for whole images: their archives and their tests."""
