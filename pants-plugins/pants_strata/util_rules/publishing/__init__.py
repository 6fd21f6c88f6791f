"""Rules about images that go to registries: where each goes, what is there, and which others have its layers."""
