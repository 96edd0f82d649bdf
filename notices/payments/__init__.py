"""The payment socket: providers through which a bill can be paid."""
