"""An HTTP server (Python's) on a port of the loopback: adds each request to a file of JSON lines, and answers with the statuses
given, one after the other, the last of them from then on.

usage: web_server.py PORT FILE STATUS…
"""

import http.server
import json
import sys

port, path, *statuses = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with open(path, "a") as file:
            file.write(json.dumps({"headers": {k.lower(): v for k, v in self.headers.items()}, "body": body}) + "\n")
        status = int(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "3")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"no")

    def log_message(self, *arguments):
        pass


http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
