"""CPython from Debian packages: where its parts lie, the tree that runs build processes, bytecode."""
