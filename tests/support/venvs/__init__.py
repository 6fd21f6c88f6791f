"""This package has wheels, source distributions and sandboxes for tests of installers."""
