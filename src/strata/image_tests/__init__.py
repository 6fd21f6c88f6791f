"""This package tests images without a daemon: commands in containers, files, configs; and reads structure tests."""
