"""The other ends of our sockets for demos and tests: a payment provider and a certified relay. No Django here."""
