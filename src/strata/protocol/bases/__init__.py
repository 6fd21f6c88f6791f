"""The border between rules and verbs, for images of registries that others stand on (strata.bases)."""
