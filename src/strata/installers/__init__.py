"""pip, uv and Poetry: how each fills a venv, builds a wheel, and proves what a wheel installs."""
