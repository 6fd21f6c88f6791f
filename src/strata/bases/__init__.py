"""Images of registries that others stand on: read, locked, inspected and inherited from.

fetch, fetch_layer   verbs on the machine's Python: manifest and config; one layer
inspect_layer        the verb that says what a layer holds: installers, packages, a C library, Python
findings             the findings of all layers, as a container sees them
lock                 the lock of a tag: digests, and the findings
inherit              which fields of the base's config an image has
packages             which packages of an interpreter the base has already
"""
