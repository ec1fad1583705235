"""`python -m custody_verifier` is `custody-verify`."""

import sys

from custody_verifier.command import main

if __name__ == "__main__":
    sys.exit(main())
