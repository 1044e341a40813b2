"""Has ordinary programs talk over the loopback interface while tshark captures it: programs.py FOLDER

Writes loopback.pcapng there: requests of HTTP, some in one connection, two handshakes of TLS, a refused connection, datagrams.
"""

import http.client
import http.server
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import threading

import frames


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"x" * 5000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def serve_tls(listener, context):
    for _ in range(2):
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) as talk:
            talk.recv(100)
            talk.sendall(b"welcome")


def main(folder):
    # Threads of the process that starts this block signals, which the programs would never see.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    folder = pathlib.Path(folder)
    certificate = frames.certificate(folder)
    web, secure, closed, marker = free_ports(4)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", web), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    contexts = [ssl.SSLContext(kind) for kind in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT)]
    contexts[0].load_cert_chain(certificate)
    contexts[1].check_hostname, contexts[1].verify_mode = False, ssl.CERT_NONE
    listener = socket.create_server(("127.0.0.1", secure))
    threading.Thread(target=serve_tls, args=(listener, contexts[0]), daemon=True).start()

    wanted = " or ".join(f"port {port}" for port in (web, secure, closed, marker))
    capture = subprocess.Popen(
        ["tshark", "-i", "lo", "-f", wanted, "-w", folder / "loopback.pcapng", "-P", "-l"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = []
    seen = threading.Semaphore(0)

    def watch():
        for line in capture.stdout:
            lines.append(line)
            seen.release()

    threading.Thread(target=watch, daemon=True).start()
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", marker))

    def mark(size):
        """Sends datagrams of a size until one was captured."""
        for _ in range(200):
            datagrams.sendto(b"m" * size, ("127.0.0.1", marker))
            seen.acquire(timeout=0.1)
            if any(f"Len={size}" in line for line in lines):
                return
        sys.exit(f"tshark captures nothing: {capture.stderr.read() if capture.poll() is not None else lines}")

    mark(11)
    kept = http.client.HTTPConnection("127.0.0.1", web)
    for place in range(3):
        kept.request("GET", f"/poll/{place}", headers={"Host": "c2.example.net", "User-Agent": "agent/1"})
        kept.getresponse().read()
    kept.close()
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        contexts[1].minimum_version = contexts[1].maximum_version = version
        with contexts[1].wrap_socket(
                socket.create_connection(("127.0.0.1", secure)), server_hostname="c2.example.net") as talk:
            talk.sendall(b"hello")
            talk.recv(100)
    with socket.socket() as refused:
        refused.connect_ex(("127.0.0.1", closed))
    mark(22)
    capture.terminate()
    capture.wait()


if __name__ == "__main__":
    main(sys.argv[1])
