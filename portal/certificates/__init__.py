"""전자증명서: documents a citizen can show again and hand in, and that anybody can verify."""
