"""A cluster with 60 flows of one channel, a minute apart, that does one thing wrong.

usage: odd_cluster.py PORT WAY

The ways are those of `Odd` below. Each request is written to standard output as a line.
"""

import http.server
import json
import ssl
import sys
import time

FLOWS = 60
TYPES = {
    "@timestamp": "date", "event_type": "keyword", "src_ip": "ip", "dest_ip": "ip", "dest_port": "integer",
    "proto": "keyword", "flow.start": "date", "flow.bytes_toserver": "long", "flow.bytes_toclient": "long",
}


def flow(number):
    start = "2024-05-01T00:%02d:00.000000+0000" % number
    return {
        "@timestamp": start, "event_type": "flow", "src_ip": "10.0.0.5", "dest_ip": "203.0.113.9", "dest_port": 443,
        "proto": "TCP", "flow": {"start": start, "bytes_toserver": 500 + number, "bytes_toclient": 900},
    }


class Odd(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    way = ""
    page = 0

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        print(self.command, self.path.split("?")[0], flush=True)
        request = json.loads(body or b"{}")
        path = self.path.split("?")[0]
        if path == "/":
            number = "7.10.2" if self.way == "same-scroll" else "8.15.0"
            self.answer({"version": {"number": number}, "cluster_name": "odd"})
        elif path.endswith("/_field_caps"):
            caps = {name: {kind: {"type": kind, "searchable": True, "aggregatable": True}} for name, kind in TYPES.items()}
            self.answer({"indices": ["flows"], "fields": caps})
        elif path.endswith("/_pit") and self.command == "POST":
            self.answer({"id": "pit", "_shards": self.shards()})
        elif path.endswith("/_search") or path == "/_search/scroll" and self.command == "POST":
            self.search(request)
        else:
            self.answer({"succeeded": True, "count": FLOWS})

    do_POST = do_DELETE = do_PUT = do_GET

    def shards(self):
        shards = {"total": 5, "successful": 5, "skipped": 0, "failed": 0}
        if self.way == "red":
            shards["successful"] = 4
        if self.way == "failed":
            shards.update(successful=3, failed=2, failures=[{"reason": {"type": "io", "reason": "a disk broke"}}])
        return shards

    def search(self, request):
        if "aggs" in request:
            return self.group(request["aggs"])
        Odd.page += 1
        size = 25
        first = request.get("search_after", [-1])[0] + 1
        if self.way in ("same-page", "same-scroll"):
            first = 0
        elif self.way == "same-two-pages":
            first = self.page % 2 * size
        elif self.way == "backward" and first > 0:
            first = max(0, first - size - 1)
        numbers = range(first, min(first + size, FLOWS))
        if self.way == "uncounted" and first > 0:
            numbers = []
        hits = [{"_id": str(number), "_source": flow(number), "sort": [number]} for number in numbers]
        if self.way == "unsorted":
            for hit in hits:
                del hit["sort"]
        answer = {"_scroll_id": "scroll", "timed_out": False, "_shards": self.shards(), "hits": {"hits": hits}}
        if first == 0 and self.way != "uncounted":
            # A server that counts too high is asked on after the last page, and so are those that count nothing.
            total = 10**6 if self.way.startswith(("same", "backward")) else FLOWS
            answer["hits"]["total"] = {"value": total, "relation": "eq"}
        self.answer(answer, slowly=True)

    def group(self, aggregations):
        """The first page of channels, whatever was asked for."""
        if "c" in aggregations:
            Odd.page += 1
            key = {"s": "10.0.0.%d" % (5 + Odd.page % 2), "d": "203.0.113.9", "p": 443, "t": "TCP"}
            result = {"c": {"after_key": key, "buckets": [{"key": key, "doc_count": FLOWS}]}}
        elif "missing" in aggregations:
            result = {"missing": {"doc_count": 0}, "timeless": {"doc_count": 0}}
        else:
            result = {}
        hits = {"total": {"value": FLOWS, "relation": "eq"}, "hits": []}
        self.answer({"timed_out": False, "_shards": self.shards(), "hits": hits, "aggregations": result})

    def answer(self, answer, slowly=False):
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if self.way == "mute-all" or slowly and self.way == "mute":
            time.sleep(3600)
        self.end_headers()
        if slowly and self.way == "stall":
            self.wfile.write(body[:10])
            time.sleep(3600)
        if slowly and self.way == "drip":
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(0.5)
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    def get_request(self):
        connection, address = super().get_request()
        if Odd.way == "tls":
            # What does not begin as TLS is ended without an answer.
            print("CONNECTION", flush=True)
            connection = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).wrap_socket(connection, server_side=True)
        return connection, address


Odd.way = sys.argv[2]
Server(("127.0.0.1", int(sys.argv[1])), Odd).serve_forever()
