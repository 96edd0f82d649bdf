"""Systems of other offices that certify what we do not know: a socket."""
