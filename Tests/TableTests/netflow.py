"""Has nfcapd write a file of flows: netflow.py FOLDER [SAMPLING]

A beacon of one minute, both directions, the server's first; a connection of an hour in pieces of one minute; and look-ups. Prints
the file's path.
"""

import pathlib
import signal
import socket
import struct
import subprocess
import sys
import time

MIDNIGHT = 1772582400
UP = 10_000_000


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


def record(start, end, source, source_port, destination, port, proto, packets, size, flags=0):
    first, last = (UP + int((moment - MIDNIGHT) * 1000) for moment in (start, end))
    return struct.pack(
        "!4s4s4sHHIIIIHHBBBBHHBBH", socket.inet_aton(source), socket.inet_aton(destination), bytes(4), 0, 0, packets, size,
        first, last, source_port, port, 0, flags, proto, 0, 0, 0, 0, 0, 0)


def flows():
    for number in range(120):
        start = MIDNIGHT + number * 60 + number % 3 * 0.25
        client, server = ("10.20.1.7", 50000 + number), ("45.77.10.20", 443)
        yield record(start + 0.02, start + 0.52, *server, *client, 6, 3, 820, 0x1B)
        yield record(start, start + 0.5, *client, *server, 6, 4, 420, 0x1B)
    for number in range(60):
        start = MIDNIGHT + number * 60
        client, server = ("10.20.1.9", 40000), ("104.131.9.9", 443)
        yield record(start, start + 55, *client, *server, 6, 6, 600, 0x18)
        yield record(start + 0.1, start + 55.1, *server, *client, 6, 6, 300, 0x18)
    for number in range(30):
        start = MIDNIGHT + number * number * 7
        yield record(start, start, "10.20.1.8", 41000 + number, "10.20.0.53", 53, 17, 1, 60)


def main(folder, sampling=None):
    # Threads of the process that starts this block signals, which nfcapd would never see.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-s", sampling] if sampling else []
    collector = subprocess.Popen(
        ["nfcapd", "-b", "127.0.0.1", "-p", str(port), "-w", folder, "-t", "3600", *options],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: queue(port) is not None)
    records = list(flows())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
        for begin in range(0, len(records), 24):
            part = records[begin:begin + 24]
            header = struct.pack("!HHIIIIBBH", 5, len(part), UP + 8_000_000, MIDNIGHT + 8000, 0, begin, 0, 0, 0)
            exporter.sendto(header + b"".join(part), ("127.0.0.1", port))
            until(lambda: queue(port) == 0)
    while collector.poll() is None:
        collector.terminate()
        try:
            collector.wait(0.1)
        except subprocess.TimeoutExpired:
            pass
    print(next(path for path in sorted(pathlib.Path(folder).iterdir()) if path.name.startswith("nfcapd.")))


if __name__ == "__main__":
    main(*sys.argv[1:])
