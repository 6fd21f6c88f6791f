"""A job for a schedule: says how much of each product was ordered, and forgets what was shipped long ago."""

import json
import os
from datetime import timedelta

import django
from django.db.models import Sum
from django.utils import timezone

import shop.settings

KEPT = timedelta(days=90)


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", shop.settings.__name__)
    django.setup()
    # Models exist once Django is set up.
    from shop.orders.models import Order

    forgotten, _ = Order.objects.filter(shipped__lt=timezone.now() - KEPT).delete()
    sums = Order.objects.values("product").annotate(total=Sum("quantity")).order_by("product")
    print(json.dumps({"ordered": {each["product"]: each["total"] for each in sums}, "forgotten": forgotten}))


if __name__ == "__main__":
    main()
