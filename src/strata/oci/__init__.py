"""Images as the OCI specifications have them: layers, configs, manifests, layouts. Nothing here knows Python."""
