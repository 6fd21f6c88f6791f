"""Images in tests: read, executed, and compared with what is expected of them."""
