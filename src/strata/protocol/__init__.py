"""The border between the rules, which run inside Pants, and the verbs, which run in sandboxes.

A verb has a module here, or in a room below, named as the verb is with underscores, with a frozen `Request` and a
frozen `Result`. Rules make the one and read the other, the verb does the opposite, and a wrong field is a type error on
either side. The other modules hold the values that several requests name. The package imports nothing else of the
library.
"""
