"""Prints the flows that softflowd exports of a capture, as nfdump reads them: netflow.py CAPTURE

A line each: protocol;source;port;destination;port;packets;bytes
"""

import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time


def queue(port):
    """Bytes that wait at a port; None while nobody listens there."""
    for line in pathlib.Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].split(":")[1], 16) == port:
            return int(fields[4].split(":")[1], 16)
    return None


def until(condition):
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    sys.exit("nfcapd does not listen")


def main(capture):
    # Threads of the process that starts this block signals, which the programs would never see.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        collector = subprocess.Popen(
            ["nfcapd", "-b", "127.0.0.1", "-p", str(port), "-w", folder, "-t", "3600"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: queue(port) is not None)
        timeouts = [part for name in ("udp", "tcp", "general", "tcp.fin", "tcp.rst") for part in ("-t", f"{name}=86400")]
        subprocess.run(
            ["softflowd", "-r", capture, "-n", f"127.0.0.1:{port}", "-v", "9", "-d", "-6", "-a", *timeouts,
             "-p", f"{folder}.pid", "-c", "none"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: queue(port) == 0)
        # It sees a signal only while it waits for datagrams.
        while collector.poll() is None:
            collector.terminate()
            try:
                collector.wait(0.1)
            except subprocess.TimeoutExpired:
                pass
        subprocess.run(
            ["nfdump", "-R", folder, "-q", "-6", "-N", "-o", "fmt:%pr;%sa;%sp;%da;%dp;%ipkt;%ibyt", "proto tcp or proto udp"],
            check=True)


if __name__ == "__main__":
    main(sys.argv[1])
