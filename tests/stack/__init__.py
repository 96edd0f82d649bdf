"""The embedded services, the supervisor and the set-up."""
