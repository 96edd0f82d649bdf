"""Plain Python without tables: phones, sealing, masks, Hangul, working days, cages, errors and the clock."""
