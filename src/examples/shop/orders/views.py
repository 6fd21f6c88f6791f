import json

from django.http import HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404

from shop.orders.models import Order


def orders(request):
    """List the orders, or take a new one: {"product": "tea", "quantity": 2}."""
    if request.method == "POST":
        wanted = json.loads(request.body)
        made = Order.objects.create(product=wanted["product"], quantity=wanted["quantity"])
        return JsonResponse(told(made), status=201)
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET", "POST"])
    return JsonResponse({"orders": [told(each) for each in Order.objects.order_by("id")]})


def order(_, number):
    return JsonResponse(told(get_object_or_404(Order, id=number)))


def told(order):
    return {
        "id": order.id,
        "product": order.product,
        "quantity": order.quantity,
        "state": "waiting" if order.shipped is None else "shipped",
    }
