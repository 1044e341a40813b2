"""Takes TLS connections at a port of the loopback and hands what they say to a server behind.

usage: tls_proxy.py PORT TARGET CERTIFICATE KEY [CA]

With CA, a client has to show a certificate of it.
"""

import socket
import socketserver
import ssl
import sys
import threading

port, target, certificate, key, *authority = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority[0] if authority else None)
context.load_cert_chain(certificate, key)
if authority:
    context.verify_mode = ssl.CERT_REQUIRED


def pipe(source, sink):
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # What went wrong is the other side's to say.


class Connection(socketserver.BaseRequestHandler):
    def handle(self):
        near = context.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
        try:
            near.do_handshake()
        except OSError:
            # OpenSSL has sent why. Unread bytes would make a reset of the end, and take that away.
            raw = socket.socket(fileno=near.detach())
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(65_536):
                pass
            return
        with near, socket.create_connection(("127.0.0.1", int(target))) as behind:
            back = threading.Thread(target=pipe, args=(behind, near))
            back.start()
            pipe(near, behind)
            back.join()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, address):
        pass


Server(("127.0.0.1", int(port)), Connection).serve_forever()
