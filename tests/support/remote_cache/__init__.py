"""A remote cache on loopback, and machines that share it."""
