"""This package writes layers. Each module is a verb: `app` is `app-layer`, and so on."""
