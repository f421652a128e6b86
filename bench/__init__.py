"""What Tidegate can do on this machine, measured: `python -m bench NAME`, and `make bench` for all of it.

A figure always comes with its runs, its spread, the cores and the load of the machine.  Nothing here is a test.
"""
