"""Compiled inner loops (numba), each imported only by the function that needs it: compiling costs a second."""
