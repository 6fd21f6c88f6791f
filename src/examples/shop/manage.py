import os
import sys

from django.core.management import execute_from_command_line

import shop.settings


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", shop.settings.__name__)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
