"""A command line for the shop: `shopctl URL order tea 2`, `shopctl URL list`. It is of another resolve."""

import argparse
import sys

import httpx
from rich.console import Console
from rich.table import Table


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="shopctl", description="Orders things in the shop.")
    parser.add_argument("url", help="of the shop, http://127.0.0.1:8000")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show all orders")
    order = commands.add_parser("order", help="order something")
    order.add_argument("product")
    order.add_argument("quantity", type=int)
    chosen = parser.parse_args(arguments)
    try:
        with httpx.Client(base_url=chosen.url, timeout=10) as shop:
            answer = (
                shop.get("/orders/")
                if chosen.command == "list"
                else shop.post("/orders/", json={"product": chosen.product, "quantity": chosen.quantity})
            )
            answer.raise_for_status()
    except httpx.HTTPError as error:
        sys.exit(f"shopctl: {error}")
    show(answer.json().get("orders", [answer.json()]))


def show(orders):
    table = Table("number", "product", "quantity", "state")
    for order in orders:
        table.add_row(str(order["id"]), order["product"], str(order["quantity"]), order["state"])
    Console().print(table)


if __name__ == "__main__":
    main()
