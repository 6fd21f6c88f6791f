"""This package runs pip, uv and Poetry: it proves that they install wheels as layers have them, and builds wheels."""
