"""What users call: `package`, `generate-lockfiles`, `image-diff`."""
