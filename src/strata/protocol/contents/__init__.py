"""The border between rules and verbs, for what an image holds besides packages: placed files, shared libraries."""
