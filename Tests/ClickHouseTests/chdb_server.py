"""A server of ClickHouse's HTTP interface over chDB, which is ClickHouse's engine of a current version in this process.

usage: chdb_server.py PORT FOLDER

It hands a query to the engine as it came, with the parameters of the URL (param_NAME), one at a time, and answers what the
engine answers: rows, or with status 500 the engine's own words. It knows no users, and of the settings in the URL none:
these are for the other tests' real server.
"""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chdb import session

engine = session.Session(sys.argv[2])
turn = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        query = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "surrogateescape")
        parameters = {
            name.removeprefix("param_"): value
            for name, value in parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
            if name.startswith("param_")
        }
        try:
            with turn:
                answer = engine.query(query, "TSV", params=parameters or None).bytes()
            self.answer(200, answer)
        except Exception as error:
            self.answer(500, str(error).encode())

    def do_GET(self):
        self.answer(200, b"Ok.\n")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
