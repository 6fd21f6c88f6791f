"""The rules about first-party code: the app layer, and distributions that are installed."""
