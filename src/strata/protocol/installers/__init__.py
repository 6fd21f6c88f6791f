"""Requests and results of the verbs about installers, and the value that says where an installer lies."""
