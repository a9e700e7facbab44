"""A supervisor as the first process of a container: ``python first_process.py <file>``, in a namespace of its own.

It ends with status 0 when an orphan that its part leaves is gone from the table of processes.
"""

import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

from partner_api.processes.part import PartPlan
from partner_api.processes.supervisor import Supervisor

PATIENCE_SECONDS = 10
mark = Path(sys.argv[1])
mark.touch()
gone = threading.Event()


def watch() -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and not gone.is_set():
        marked = re.search(r"^orphan=(\d+) .*\n", mark.read_text(), re.MULTILINE)
        if marked is not None and not Path("/proc", marked[1]).exists():
            gone.set()
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGTERM)


assert os.getpid() == 1
sham = str(Path(__file__).with_name("sham.py"))
with Supervisor("serve", 10) as supervisor:
    supervisor.start(
        PartPlan("a", "sweeps", (str(mark),), (), (sys.executable, "-I", sham, "leaves-an-orphan"))
    )
    threading.Thread(target=watch).start()
    supervisor.run(lambda: None)
sys.exit(0 if gone.is_set() else 1)
