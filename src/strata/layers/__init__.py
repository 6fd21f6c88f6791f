"""One module per kind of layer, and the interpreter that makes them: each is a verb of the command line."""
