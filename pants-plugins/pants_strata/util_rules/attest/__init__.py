"""The rules that write the documents about an image."""
