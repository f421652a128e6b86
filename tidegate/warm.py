"""Compile the deciding code ahead of its first use: `python -m tidegate.warm`, called by `make setup`."""

from gateway.warm import warm as warm_gateway
from streams.warm import warm

if __name__ == "__main__":
    warm()
    warm_gateway()
