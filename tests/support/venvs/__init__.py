"""Wheels, projects and sandboxes for tests of installers."""
