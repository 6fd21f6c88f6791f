"""The venv of an image: its layout (PEP 405), the installers that fill it, and what is made the same after them."""
