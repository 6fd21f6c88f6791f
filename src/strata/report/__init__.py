"""This package says what images consist of, for people and programs: `image-report` and `image-why` print it."""
