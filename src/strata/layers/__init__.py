"""This package writes layers. Each module is the verb of its name, but for `installer_hint`, a part of one layer."""
