"""How soon `longpole serve` is ready on an empty folder, and what it takes up when idle.

    python benchmarks/startup.py [--runs 5]

Peers, measured on the same two cores by the same steps: Phoenix 20.26 is ready
after about 18 s and idles at 442 MB, MLflow 3.17 after about 30 s and at 2.4 GB.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import psutil

_PEERS = {"Phoenix 20.26": (18.0, 442.0), "MLflow 3.17": (30.0, 2_400.0)}
_IDLE_S = 3.0


def measured() -> tuple[float, float]:
    """Seconds until `/ready` answers, and resident megabytes some seconds later."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HOME": folder, "XDG_DATA_HOME": folder}
        command = [sys.executable, "-m", "longpole", "serve", "--port", "0", "--grpc-port", "0"]
        begun = time.perf_counter()
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = next(line for line in process.stdout if "http://" in line)
            address = re.search(r"http://\S+", said)
            assert address is not None
            urllib.request.urlopen(f"{address[0]}/ready").close()
            ready_s = time.perf_counter() - begun
            time.sleep(_IDLE_S)
            idle_mb = psutil.Process(process.pid).memory_info().rss / 1e6
            process.terminate()
    return ready_s, idle_mb


def main() -> None:
    """Measure, and print the medians beside the peers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    results = [measured() for _ in range(parser.parse_args().runs)]
    ready_s, idle_mb = (statistics.median(column) for column in zip(*results, strict=True))
    print(f"ready after {ready_s:.2f} s, idle at {idle_mb:.0f} MB (medians of {len(results)})")
    for peer, (peer_ready_s, peer_idle_mb) in _PEERS.items():
        print(
            f"  {peer}: {peer_ready_s / ready_s:.0f} times as long, {peer_idle_mb / idle_mb:.1f} times as much memory"
        )


if __name__ == "__main__":
    main()
