"""Ships orders as they come in. `--once` ends it when there is none left."""

import os
import signal
import sys
import threading

import django
from django.db import transaction

import shop.settings


def ship_next():
    """Ship the oldest waiting order; return whether there was one."""
    # Models exist once Django is set up.
    from shop.orders.models import Order

    with transaction.atomic():
        order = Order.objects.waiting().first()
        if order is None:
            return False
        order.ship()
    print(f"shipped {order.quantity} {order.product}", flush=True)
    return True


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", shop.settings.__name__)
    django.setup()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    once = "--once" in sys.argv[1:]
    while not stop.is_set():
        if not ship_next():
            if once:
                break
            stop.wait(1)


if __name__ == "__main__":
    main()
