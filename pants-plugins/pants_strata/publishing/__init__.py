"""Where an image goes when it is published: registries, repositories and tags, without asking Pants or a registry."""
