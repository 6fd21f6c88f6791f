"""The audit: which installers of Python packages a layer holds, told from its files alone, whoever wrote it."""
