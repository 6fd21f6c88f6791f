"""What can be decided without touching a file or the network: locks, wheel tags, closures. Runs inside Pants too."""
