from django.db import connection, models
from django.utils import timezone


class Orders(models.QuerySet):
    def waiting(self):
        """Return the orders that nobody has shipped, the oldest first, without those that another worker holds."""
        found = self.filter(shipped=None).order_by("ordered")
        return found.select_for_update(skip_locked=True) if connection.features.has_select_for_update else found


class Order(models.Model):
    product = models.CharField(max_length=100)
    quantity = models.PositiveIntegerField()
    ordered = models.DateTimeField(default=timezone.now)
    shipped = models.DateTimeField(null=True)

    objects = Orders.as_manager()

    def ship(self):
        self.shipped = timezone.now()
        self.save(update_fields=["shipped"])
