"""The rules of docs/house.md that a machine can check."""
