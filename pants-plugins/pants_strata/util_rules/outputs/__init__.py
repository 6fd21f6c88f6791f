"""Rules about the folder that Pants packages into: what lies there as it was written, and is left alone."""
