"""Kills, lost brokers and lying carriers: nothing lost, nothing twice."""
