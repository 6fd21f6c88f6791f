"""The rules of interpreters and of their layers."""
