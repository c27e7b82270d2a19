"""Run the test of jobs."""

import sys

from chaos.jobs.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
