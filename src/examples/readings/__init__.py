"""Temperature readings of a few stations: the library that the example apps share."""
