"""The other end of the line: a carrier process with faults, a truth log and handsets. Imports no carrier of ours."""
