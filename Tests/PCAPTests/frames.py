"""Writes captures of made-up traffic, frame by frame, for tests: frames.py FOLDER [beacon]

Handshakes of TLS are those of Python's own library, packets of QUIC are encrypted as RFC 9001 says, so that what is read of
them can be held against tshark.
"""

import datetime
import hmac
import pathlib
import random
import ssl
import struct
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.x509.oid import NameOID

START = 1_700_000_000.0
CLIENT, SERVER = "192.168.7.20", "203.0.113.9"
CLIENT6, SERVER6 = "2001:db8:7::20", "2001:db8:ffff::9"
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def address(text):
    import ipaddress

    return ipaddress.ip_address(text).packed


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[: len(data) // 2 * 2]))
    if len(data) % 2:
        total += data[-1] << 8
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(source, destination, protocol, payload, identification=1, flags=0):
    source, destination = address(source), address(destination)
    if len(source) == 16:
        return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + source + destination + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), identification, flags, 64, protocol, 0)
    head += source + destination
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def transport(source, destination, protocol, segment, place):
    source, destination = address(source), address(destination)
    pseudo = source + destination + struct.pack("!II", len(segment), protocol)
    return segment[:place] + struct.pack("!H", checksum(pseudo + segment)) + segment[place + 2 :]


def udp(source, sport, destination, port, payload):
    segment = struct.pack("!HHHH", sport, port, 8 + len(payload), 0) + payload
    return ip(source, destination, 17, transport(source, destination, 17, segment, 6))


def tcp(source, sport, destination, port, sequence, acknowledged, flags, payload=b""):
    segment = struct.pack(
        "!HHIIBBHHH", sport, port, sequence & 0xFFFFFFFF, acknowledged & 0xFFFFFFFF, 0x50, flags, 64000, 0, 0)
    segment += payload
    return ip(source, destination, 6, transport(source, destination, 6, segment, 16))


def icmp(source, destination, kind, identifier, payload=b"ping"):
    segment = struct.pack("!BBHHH", kind, 0, 0, identifier, 1) + payload
    segment = segment[:2] + struct.pack("!H", checksum(segment)) + segment[4:]
    return ip(source, destination, 1, segment)


class Talk:
    """A connection of TCP, as a list of packets: (time, datagram)."""

    def __init__(self, time=START, sport=40000, port=80, client=CLIENT, server=SERVER, size=1400):
        self.time, self.ends, self.size = time, ((client, sport), (server, port)), size
        self.next = [1000, 9000]
        self.packets = []

    def put(self, sender, flags, payload=b"", sequence=None):
        (source, sport), (destination, port) = self.ends if sender == 0 else self.ends[::-1]
        acknowledged = self.next[1 - sender] if flags & ACK else 0
        at = self.next[sender] if sequence is None else sequence
        self.packets.append((self.time, tcp(source, sport, destination, port, at, acknowledged, flags, payload)))
        if sequence is None:
            self.next[sender] += len(payload) + (1 if flags & (SYN | FIN) else 0)
        self.time += 0.01
        return self

    def open(self):
        return self.put(0, SYN).put(1, SYN | ACK).put(0, ACK)

    def say(self, sender, data, size=None):
        size = size or self.size
        for begin in range(0, len(data), size):
            self.put(sender, PSH | ACK, data[begin : begin + size])
        return self.put(1 - sender, ACK)

    def wait(self, seconds):
        self.time += seconds
        return self

    def close(self):
        return self.put(0, FIN | ACK).put(1, FIN | ACK).put(0, ACK)


ETHERNET = bytes.fromhex("020000000001020000000002")


def ethernet(datagram):
    return ETHERNET + (b"\x08\x00" if datagram[0] >> 4 == 4 else b"\x86\xdd") + datagram


def pcap(path, packets, link=1, order="<", nanoseconds=False, snap=262144, frame=ethernet):
    """Packets are (time, datagram); they are put into frames and cut to the snap length."""
    units = 1_000_000_000 if nanoseconds else 1_000_000
    with open(path, "wb") as file:
        file.write(struct.pack(order + "IHHiIII", 0xA1B23C4D if nanoseconds else 0xA1B2C3D4, 2, 4, 0, 0, snap, link))
        for time, datagram in packets:
            data = frame(datagram)
            ticks = round(time * 1_000_000) * (units // 1_000_000)
            file.write(struct.pack(order + "IIII", ticks // units, ticks % units, min(snap, len(data)), len(data)))
            file.write(data[:snap])


def block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)


def section(order="<"):
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(link, order="<", resolution=None, offset=None):
    options = b""
    if resolution is not None:
        options += struct.pack(order + "HHBxxx", 9, 1, resolution)
    if offset is not None:
        options += struct.pack(order + "HHq", 14, 8, offset)
    return block(order, 1, struct.pack(order + "HHI", link, 0, 0) + options + struct.pack(order + "HH", 0, 0))


def enhanced(number, time, data, order="<", units=1_000_000):
    ticks = round(time * 1_000_000) * (units // 1_000_000)
    head = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(order, 6, head + data)


# MARK: TLS


def certificate(folder):
    path = folder / "server.pem"
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "LV"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Ltd"),
        x509.NameAttribute(NameOID.COMMON_NAME, "c2.example.net")])
    names = [x509.DNSName("c2.example.net"), x509.DNSName("*.example.net")]
    begin = datetime.datetime(2023, 11, 1, tzinfo=datetime.timezone.utc)
    signed = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(0x1234ABCD).not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days=300))
        .add_extension(x509.SubjectAlternativeName(names), False).sign(key, hashes.SHA256()))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


def handshake(path, name, newest, oldest=ssl.TLSVersion.TLSv1_2, protocols=("h2", "http/1.1")):
    """What both sides send, in turn: (sender, bytes)."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    server.minimum_version, server.maximum_version = oldest, newest
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.minimum_version, client.maximum_version = oldest, newest
    if protocols:
        client.set_alpn_protocols(list(protocols))
        server.set_alpn_protocols(list(protocols))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True))
    said, done = [], [False, False]
    while not all(done):
        for sender in (0, 1):
            if not done[sender]:
                try:
                    ends[sender].do_handshake()
                    done[sender] = True
                except ssl.SSLWantReadError:
                    pass
            bio = to_server if sender == 0 else to_client
            # What one wrote is put back for the other to read.
            data = bio.read()
            if data:
                said.append((sender, data))
                bio.write(data)
    ends[0].write(b"hello over there")
    said.append((0, to_server.read()))
    return said


def speak(talk, said, size=None):
    for sender, data in said:
        talk.say(sender, data, size)
    return talk


def client_hello(path, name):
    """The message without its record."""
    return handshake(path, name, ssl.TLSVersion.TLSv1_3)[0][1][5:]


def extension(kind, body=b""):
    return struct.pack("!HH", kind, len(body)) + body


def browser_hello():
    """The hello of a browser whose JA4 FoxIO publishes: t13d1516h2_8daaf6152771_e5627efa2ab1."""
    ciphers = "0a0a130113021303c02bc02fc02cc030cca9cca8c013c014009c009d002f0035"
    algorithms = bytes.fromhex("04030804040105030805050108060601")
    host = b"www.example.org"
    listed = {
        0: struct.pack("!HBH", len(host) + 3, 0, len(host)) + host, 13: struct.pack("!H", len(algorithms)) + algorithms,
        16: b"\x00\x0c\x02h2\x08http/1.1", 43: b"\x06\x2a\x2a\x03\x04\x03\x03", 10: b"\x00\x04\x1a\x1a\x00\x1d", 11: b"\x01\x00"}
    order = [0x0A0A, 0x1B, 0, 0x33, 0x10, 0x4469, 0x17, 0x2D, 0x0D, 0x05, 0x23, 0x12, 0x2B, 0xFF01, 0x0B, 0x0A, 0x15, 0x1A1A]
    extensions = b"".join(extension(kind, listed.get(kind, b"")) for kind in order)
    body = b"\x03\x03" + bytes(32) + b"\0" + struct.pack("!H", len(ciphers) // 2) + bytes.fromhex(ciphers) + b"\1\0"
    body += struct.pack("!H", len(extensions)) + extensions
    return b"\x16\x03\x01" + struct.pack("!H", len(body) + 4) + b"\x01" + struct.pack("!I", len(body))[1:] + body


# MARK: QUIC


def label(secret, text, length):
    info = struct.pack("!HB", length, len(text) + 6) + b"tls13 " + text.encode() + b"\0"
    return HKDFExpand(hashes.SHA256(), length, info).derive(secret)


def variable(number):
    return struct.pack("!H", 0x4000 | number)


def initial(destination, keys_of, frames, number, version=1, token=b""):
    """A client's initial packet of 1,200 bytes."""
    second = version != 1
    salt = bytes.fromhex(
        "0dede3def700a6db819381be6e269dcbf9bd2ed9" if second else "38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
    prefix = "quicv2" if second else "quic"
    common = hmac.digest(salt, keys_of, "sha256")
    secret = label(common, "client in", 32)
    key, nonce, mask_key = (label(secret, f"{prefix} {part}", size) for part, size in (("key", 16), ("iv", 12), ("hp", 16)))
    first = 0xD0 if second else 0xC0
    head = bytes([first | 3]) + struct.pack("!I", version) + bytes([len(destination)]) + destination + b"\0"
    head += variable(len(token)) + token
    frames += b"\0" * (1200 - len(head) - 2 - 4 - 16 - len(frames))
    head += variable(4 + len(frames) + 16)
    place = len(head)
    head += struct.pack("!I", number)
    counter = bytes(a ^ b for a, b in zip(nonce, bytes(8) + struct.pack("!I", number)))
    sealed = AESGCM(key).encrypt(counter, frames, head)
    packet = bytearray(head + sealed)
    mask = Cipher(algorithms.AES(mask_key), modes.ECB()).encryptor().update(bytes(packet[place + 4 : place + 20]))
    packet[0] ^= mask[0] & 0x0F
    for i in range(4):
        packet[place + i] ^= mask[1 + i]
    return bytes(packet)


def crypto(offset, data):
    return b"\x06" + variable(offset) + variable(len(data)) + data


# MARK: DNS


def name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".")) + b"\0"


def question(number, text, kind=1, flags=0x0100):
    return struct.pack("!HHHHHH", number, flags, 1, 0, 0, 0) + name(text) + struct.pack("!HH", kind, 1)


def answer(number, text, records, kind=1, code=0):
    head = struct.pack("!HHHHHH", number, 0x8180 | code, 1, len(records), 0, 0) + name(text) + struct.pack("!HH", kind, 1)
    for record_kind, data in records:
        head += b"\xc0\x0c" + struct.pack("!HHIH", record_kind, 1, 60, len(data)) + data
    return head


def lookup(time, sport, asked, replied, server="192.168.7.1", client=CLIENT):
    packets = [(time, udp(client, sport, server, 53, asked))]
    if replied:
        packets.append((time + 0.02, udp(server, 53, client, sport, replied)))
    return packets


# MARK: The captures


def request(method="GET", target="/a", host="www.example.com", agent="curl/7.88", extra=""):
    return f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n{extra}\r\n".encode()


def response(status="200 OK", body=b"", extra=""):
    return f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body


def links():
    """The frames by which datagrams of IP travel: a name, the link type, and what puts one into a frame."""
    kind = lambda d: b"\x08\x00" if d[0] >> 4 == 4 else b"\x86\xdd"
    ppp = lambda d: b"\x00\x21" if d[0] >> 4 == 4 else b"\x00\x57"
    tag = b"\x81\x00\x00\x64"
    gre = lambda flags, inner, d: ip("10.9.9.1", "10.9.9.2", 47, flags + inner + d)
    radio = bytes.fromhex("0000080000000000") + b"\x08\x02\x00\x00" + bytes(20) + bytes.fromhex("aaaa03000000")
    return [
        ("ethernet", 1, ethernet),
        ("vlan", 1, lambda d: ETHERNET + tag + kind(d) + d),
        ("qinq", 1, lambda d: ETHERNET + b"\x88\xa8\x00\x0a" + tag + kind(d) + d),
        ("mpls", 1, lambda d: ETHERNET + b"\x88\x47" + bytes.fromhex("000100400001013f") + d),
        ("pppoe", 1, lambda d: ETHERNET + b"\x88\x64\x11\x00\x00\x01" + struct.pack("!H", len(d) + 2) + ppp(d) + d),
        ("llc", 1, lambda d: ETHERNET + struct.pack("!H", len(d) + 8) + bytes.fromhex("aaaa03000000") + kind(d) + d),
        ("gre", 1, lambda d: ethernet(gre(b"\x00\x00", kind(d), d))),
        ("gre-key", 1, lambda d: ethernet(gre(b"\xb0\x00", kind(d) + bytes(12), d))),
        ("gre-ethernet", 1, lambda d: ethernet(gre(b"\x00\x00", b"\x65\x58", ethernet(d)))),
        ("erspan", 1, lambda d: ethernet(gre(b"\x10\x00", b"\x88\xbe\x00\x00\x00\x01" + b"\x10\x64\x00\x01" + bytes(4), ethernet(d)))),
        ("ip-in-ip", 1, lambda d: ethernet(ip("10.9.9.1", "10.9.9.2", 4 if d[0] >> 4 == 4 else 41, d))),
        ("vxlan", 1, lambda d: ethernet(udp("10.9.9.1", 5000, "10.9.9.2", 4789, b"\x08" + bytes(7) + ethernet(d)))),
        ("geneve", 1, lambda d: ethernet(
            udp("10.9.9.1", 5000, "10.9.9.2", 6081, b"\x02\x00\x65\x58" + bytes(4) + b"\x01\x02\x00\x01" + bytes(4)
                + ethernet(d)))),
        ("encapsulated", 109, lambda d: b"\x02\x00\x00\x00" + bytes(8) + d),
        ("ppi", 192, lambda d: b"\x00\x00\x08\x00\x01\x00\x00\x00" + ethernet(d)),
        ("pktap", 258, lambda d: struct.pack("<III", 108, 1, 1) + bytes(96) + ethernet(d)),
        ("null", 0, lambda d: struct.pack("<I", 2 if d[0] >> 4 == 4 else 30) + d),
        ("loop", 108, lambda d: struct.pack("!I", 2 if d[0] >> 4 == 4 else 24) + d),
        ("raw", 101, lambda d: d),
        ("cooked", 113, lambda d: struct.pack("!HHH8s", 0, 1, 6, bytes(8)) + kind(d) + d),
        ("cooked2", 276, lambda d: kind(d) + struct.pack("!HIHBB8s", 0, 2, 1, 0, 6, bytes(8)) + d),
        ("ppp", 9, lambda d: b"\xff\x03" + ppp(d) + d),
        ("hdlc", 104, lambda d: b"\x0f\x00" + kind(d) + d),
        ("radiotap", 127, lambda d: radio + kind(d) + d),
    ]


def sample(path):
    """A connection of HTTP, one of TLS, a lookup and an echo."""
    talk = Talk().open().say(0, request()).say(1, response(body=b"x" * 3000)).close()
    tls = speak(Talk(START + 1, 40001, 443).open(), handshake(path, "c2.example.net", ssl.TLSVersion.TLSv1_2)).close()
    packets = talk.packets + tls.packets
    packets += lookup(START + 2, 40002, question(7, "c2.example.net"), answer(7, "c2.example.net", [(1, address(SERVER))]))
    packets += [(START + 3, icmp(CLIENT, SERVER, 8, 77)), (START + 3.01, icmp(SERVER, CLIENT, 0, 77))]
    six = Talk(START + 4, 40003, 80, CLIENT6, SERVER6).open().say(0, request(host="six.example.com")).say(1, response()).close()
    return sorted(packets + six.packets, key=lambda packet: packet[0])


def states():
    """A connection for each state, the port tells which."""
    make = lambda port: Talk(START + port, 41000, port)
    talks = [
        make(1).put(0, SYN).wait(1).put(0, SYN, sequence=1000),
        make(2).open().say(0, b"hello to you"),
        make(3).open().say(0, b"hello to you").close(),
        make(4).put(0, SYN).put(1, RST | ACK),
        make(5).open().put(0, FIN | ACK).put(1, ACK),
        make(6).open().put(1, FIN | ACK).put(0, ACK),
        make(7).open().put(0, RST | ACK),
        make(8).open().put(1, RST),
        make(9).put(0, SYN).put(0, RST),
        make(10).put(1, SYN | ACK).put(1, RST),
        make(11).put(0, SYN).put(0, FIN),
        make(12).put(1, SYN | ACK).put(1, FIN | ACK),
        make(13).say(0, b"in the middle of things"),
    ]
    # The same ends once more.
    again = Talk(START + 30, 41000, 3)
    again.next = [500000, 700000]
    talks.append(again.open().say(0, b"hello to you").close())
    return sorted((packet for talk in talks for packet in talk.packets), key=lambda packet: packet[0])


def http():
    many = Talk(START, 42000, 80).open()
    for i in range(5):
        many.say(0, request(target=f"/poll?{i}", host="c2.example.net")).say(1, response(body=b"y" * 100 * i)).wait(30)
    many.close()
    pipelined = Talk(START + 1, 42001, 8080).open()
    pipelined.say(0, request(target="/1") + request("POST", "/2", extra="Content-Length: 4\r\n") + b"body" + request("HEAD", "/3"))
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"
    pipelined.say(1, response(body=b"one"), size=7).say(1, chunked, size=3)
    pipelined.say(1, b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n").close()
    proxied = Talk(START + 2, 42002, 3128, server="192.168.7.2").open()
    proxied.say(0, request(target="http://other.example.org/x", host="ignored.example")).say(1, response()).close()
    # Out of order, twice, and a hole in a body.
    odd = Talk(START + 3, 42003, 80).open()
    text = request(target="/odd")
    odd.put(0, PSH | ACK, text[20:], sequence=1001 + 20).put(0, PSH | ACK, text[:20], sequence=1001)
    odd.put(0, PSH | ACK, text[:30], sequence=1001)
    odd.next[0] += len(text)
    reply = response(body=b"z" * 3000)
    odd.put(1, ACK, reply[:1000])
    odd.next[1] += 1000
    odd.put(1, ACK, reply[2000:])
    odd.say(0, request(target="/after")).say(1, response("404 Not Found")).close()
    # No opening, and the server speaks first.
    middle = Talk(START + 4, 42004, 8000).say(1, response("204 No Content")).say(0, request(target="/middle")).say(1, response()).close()
    talks = (many, pipelined, proxied, odd, middle)
    return sorted((packet for talk in talks for packet in talk.packets), key=lambda packet: packet[0])


def contents():
    """Responses of one connection whose content is, or is not, what their header declares."""
    program = bytes.fromhex("4d5a90000300000004000000ffff0000")
    chunked = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n\x7fEL\r\n5\r\nF\x02\x01\x01\x00\r\n0\r\n\r\n"
    answers = [
        response(body=program), chunked, response(body=program, extra="Content-Encoding: gzip\r\n"),
        response(body=b"MZ is no program"), response(body=b"%PDF-1.7 and so on"), response(body=b"GI"),
    ]
    talk = Talk(START, 42020, 80).open()
    for number, answer in enumerate(answers):
        talk.say(0, request(target=f"/{number}")).say(1, answer, size=3)
    # Where the first bytes are missing, those behind them tell nothing.
    talk.say(0, request(target="/hole"))
    reply = response(body=b"x" * 8 + program)
    head = len(reply) - 8 - len(program)
    talk.put(1, ACK, reply[:head])
    talk.next[1] += head + 8
    talk.put(1, PSH | ACK, program)
    talk.next[1] += len(program)
    return talk.close().packets


def tunnel(path):
    talk = Talk(START, 42010, 3128, server="192.168.7.2").open()
    talk.say(0, request("CONNECT", "c2.example.net:443", "c2.example.net:443")).say(1, b"HTTP/1.1 200 Connection established\r\n\r\n")
    return speak(talk, handshake(path, "c2.example.net", ssl.TLSVersion.TLSv1_2)).close().packets


def tls(path):
    newest, older = ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2
    talks = [
        speak(Talk(START, 43000, 443).open(), handshake(path, "c2.example.net", older)).close(),
        speak(Talk(START + 1, 43001, 443).open(), handshake(path, "new.example.net", newest)).close(),
        speak(Talk(START + 2, 43002, 4444).open(), handshake(path, "pieces.example.net", older), size=100).close(),
        speak(Talk(START + 3, 43003, 443).open(), handshake(path, None, older, protocols=())).close(),
        speak(Talk(START + 4, 43004, 443, CLIENT6, SERVER6).open(), handshake(path, "six.example.net", newest)).close(),
        Talk(START + 5, 43005, 443).open().say(0, browser_hello()).close(),
    ]
    return sorted((packet for talk in talks for packet in talk.packets), key=lambda packet: packet[0])


def download(path):
    """A handshake, and much behind it."""
    talk = speak(Talk(START, 47000, 443).open(), handshake(path, "files.example.net", ssl.TLSVersion.TLSv1_3))
    return talk.say(1, b"\x17\x03\x03\x40\x00" * 20000).close().packets


def quic(path):
    packets = []
    for i, version in enumerate((1, 0x6B3343CF)):
        hello = client_hello(path, f"quic{i + 1}.example.net")
        destination = bytes(range(8 + i))
        whole = initial(destination, destination, crypto(0, hello), 0, version)
        packets.append((START + i, udp(CLIENT, 44000 + i, SERVER, 443, whole)))
    # In two datagrams, out of order, the second with the identifier that the server chose.
    hello = client_hello(path, "halves.example.net")
    destination = b"12345678"
    late = initial(destination, destination, crypto(200, hello[200:]), 1)
    early = initial(b"serverid", destination, crypto(50, hello[50:200]) + b"\x01" + crypto(0, hello[:50]), 2)
    packets += [(START + 5, udp(CLIENT, 44005, SERVER, 443, late)), (START + 5.1, udp(CLIENT, 44005, SERVER, 443, early))]
    return packets


def dns():
    cname = name("edge.example.net")
    packets = lookup(START, 45000, question(1, "www.Example.com"), answer(1, "www.Example.com", [(5, cname), (1, address(SERVER))]))
    packets += lookup(START + 1, 45001, question(2, "six.example.com", 28), answer(2, "six.example.com", [(28, address(SERVER6))], 28))
    packets += lookup(START + 2, 45002, question(3, "gone.example.com"), answer(3, "gone.example.com", [], code=3))
    packets += lookup(START + 3, 45003, question(4, "silent.example.com"), None)
    text = b"\x05hello\x05world"
    packets += lookup(START + 4, 45004, question(5, "txt.example.com", 16), answer(5, "txt.example.com", [(16, text)], 16))
    both = [udp(CLIENT, 45005, "192.168.7.1", 53, question(n, "both.example.com", kind)) for n, kind in ((6, 1), (7, 28))]
    packets += [(START + 5, both[0]), (START + 5.001, both[1])]
    packets += [
        (START + 5.01, udp("192.168.7.1", 53, CLIENT, 45005, answer(7, "both.example.com", [(28, address(SERVER6))], 28))),
        (START + 5.02, udp("192.168.7.1", 53, CLIENT, 45005, answer(6, "both.example.com", [(1, address(SERVER))])))]
    framed = lambda message: struct.pack("!H", len(message)) + message
    stream = Talk(START + 6, 45006, 53, server="192.168.7.1").open().say(0, framed(question(8, "tcp.example.com")), size=5)
    stream.say(1, framed(answer(8, "tcp.example.com", [(1, address(SERVER))])), size=9).close()
    return sorted(packets + stream.packets, key=lambda packet: packet[0])


def beacon(path):
    """Two hours of a machine: an implant that calls every minute, one that polls inside one connection, and browsing."""
    dice = random.Random(7)
    hello, packets = handshake(path, "c2.example.net", ssl.TLSVersion.TLSv1_2), []
    for call in range(120):
        time = START + 60 * call + dice.uniform(-3, 3)
        asked, found = question(call, "c2.example.net"), [(1, address(SERVER))]
        packets += lookup(time - 0.1, 20000 + call, asked, answer(call, "c2.example.net", found))
        packets += speak(Talk(time, 50000 + call, 8443).open(), hello).close().packets
    polls = Talk(START + 10, 51000, 80, server="198.51.100.77").open()
    for _ in range(120):
        polls.say(0, request("POST", "/gate.php", "panel.example.org", "Mozilla/4.0", "Content-Length: 4\r\n") + b"ping")
        polls.say(1, response(body=b"wait")).wait(45 + dice.uniform(-2, 2))
    packets += polls.close().packets
    time = START
    while time < START + 7200:
        time += dice.expovariate(1 / 40)
        site = dice.randrange(40)
        talk = Talk(time, dice.randrange(52000, 60000), 80, server=f"203.0.113.{100 + site}").open()
        for _ in range(dice.randrange(1, 6)):
            talk.say(0, request(target=f"/{dice.random()}", host=f"site{site}.example.com", agent="Firefox"))
            talk.say(1, response(body=b"p" * dice.randrange(20000))).wait(dice.expovariate(1))
        packets += talk.close().packets
    return sorted(packets, key=lambda packet: packet[0])


def fragments():
    reply = answer(9, "big.example.com", [(16, bytes([200]) + b"t" * 200)] * 12, 16)
    whole = udp("192.168.7.1", 53, CLIENT, 46000, reply)[20:]
    parts = []
    for begin in range(0, len(whole), 1000):
        more = 0x2000 if begin + 1000 < len(whole) else 0
        parts.append(ip("192.168.7.1", CLIENT, 17, whole[begin : begin + 1000], 99, more | begin // 8))
    packets = [(START, udp(CLIENT, 46000, "192.168.7.1", 53, question(9, "big.example.com", 16)))]
    packets += [(START + 0.1 + i / 100, part) for i, part in enumerate(reversed(parts))]
    # A fragment whose first one is missing.
    return packets + [(START + 1, ip("192.168.7.1", CLIENT, 17, b"q" * 400, 100, 100))]


def main(folder, only=None):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = certificate(folder)
    if only == "beacon":
        return pcap(folder / "beacon.pcap", beacon(path))
    packets = sample(path)
    for title, link, frame in links():
        pcap(folder / f"link-{title}.pcap", packets, link, frame=frame)
    pcap(folder / "link-unknown.pcap", packets, 147, frame=lambda d: d)
    pcap(folder / "order-big.pcap", packets, order=">")
    pcap(folder / "nanoseconds.pcap", packets, nanoseconds=True)
    for title, order in (("little", "<"), ("big", ">")):
        with open(folder / f"next-{title}.pcapng", "wb") as file:
            file.write(section(order) + interface(1, order) + b"".join(enhanced(0, t, ethernet(d), order) for t, d in packets))
    with open(folder / "next-mixed.pcapng", "wb") as file:
        # Interfaces of different link types and resolutions, in two sections.
        file.write(section() + interface(1, resolution=9) + interface(0) + block("<", 5, bytes(12)))
        for number, (time, datagram) in enumerate(packets):
            if number == len(packets) // 2:
                file.write(section(">") + interface(101, ">", 6, 1000))
            if number >= len(packets) // 2:
                file.write(enhanced(0, time - 1000, datagram, ">"))
            elif number % 2:
                file.write(enhanced(1, time, struct.pack("<I", 2 if datagram[0] >> 4 == 4 else 30) + datagram))
            else:
                file.write(enhanced(0, time, ethernet(datagram), units=1_000_000_000))
    for title, kind in (
            ("states", states()), ("http", http()), ("contents", contents()), ("tunnel", tunnel(path)), ("tls", tls(path)), ("quic", quic(path)), ("dns", dns()),
            ("fragments", fragments()), ("download", download(path))):
        pcap(folder / f"{title}.pcap", kind)
    pcap(folder / "snapped.pcap", packets, snap=128)
    pcap(folder / "snapped-short.pcap", packets, snap=40)


if __name__ == "__main__":
    main(*sys.argv[1:])
