#include "TLS.hpp"

#include <algorithm>

namespace pcap {

namespace {

enum RecordType : uint8_t { ChangeCipherSpec = 20, Alert = 21, Handshake = 22, ApplicationData = 23 };
enum MessageType : uint8_t { ClientHello = 1, ServerHello = 2, CertificateMessage = 11, ServerHelloDone = 14 };

constexpr uint16_t tls13 = 0x0304;
constexpr size_t recordHead = 5;

/// What a server says where it wants another hello (RFC 8446, section 4.1.3).
constexpr uint8_t retryRandom[] = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11};

}  // namespace

bool TLSReader::begins(Bytes bytes) { return bytes[0] == Handshake && bytes[1] == 3 && bytes[2] <= 4; }

bool TLSReader::isClientHello(Bytes bytes) { return begins(bytes) && bytes[recordHead] == ClientHello; }

bool TLSReader::take(const Payload &payload, const Ends &ends) {
    Side &side = sides[payload.sender];
    if (time == 0) {
        time = payload.time;
        position = payload.position;
    }
    if (!side.isDone) {
        side.record += payload.bytes.text();
        size_t read = 0;
        while (!side.isDone && side.record.size() - read >= recordHead) {
            Bytes rest(reinterpret_cast<const uint8_t *>(side.record.data()) + read, side.record.size() - read);
            const uint8_t type = rest.u8(), major = rest.u8();
            rest.skip(1);
            const uint16_t length = rest.u16();
            if (major != 3 || type < ChangeCipherSpec || type > ApplicationData || length > longestRecord) {
                side.isDone = true;
                break;
            }
            if (rest.size() < length) break;
            readRecord(type, rest.take(length), payload.sender);
            read += recordHead + length;
        }
        side.record.erase(0, read);
        if (payload.lost > 0) side.isDone = true;
    }
    const bool isDone = sides[Client].isDone && sides[Server].isDone;
    if (isDone) finish(ends);
    return isDone;
}

void TLSReader::readRecord(uint8_t type, Bytes body, Sender sender) {
    Side &side = sides[sender];
    switch (type) {
        case Handshake:
            side.messages += body.text();
            readMessages(sender);
            if (side.messages.size() > longestMessages) side.isDone = true;
            break;
        // An alert may come before the other side's hello, and be no end.
        case Alert: break;
        // What follows is encrypted.
        default: side.isDone = true;
    }
}

void TLSReader::readMessages(Sender sender) {
    Side &side = sides[sender];
    Bytes rest(reinterpret_cast<const uint8_t *>(side.messages.data()), side.messages.size());
    while (!side.isDone && rest.size() >= 4) {
        Bytes next = rest;
        const uint8_t type = next.u8();
        const uint32_t length = next.u24();
        if (length > longestMessages) {
            side.isDone = true;
            break;
        }
        if (next.size() < length) break;
        const Bytes body = next.take(length);
        rest = next;
        if (type == ClientHello && !hasClientHello) {
            hasClientHello = clientHello.read(body, true);
            side.isDone = true;
        } else if (type == ServerHello && !hasServerHello) {
            const bool isRetry = body.size() > 10 && std::equal(retryRandom, retryRandom + 8, body.data() + 2);
            Hello hello;
            if (isRetry || !hello.read(body, false)) continue;
            serverHello = hello;
            hasServerHello = true;
            side.isDone = serverHello.newestVersion() >= tls13;
        } else if (type == CertificateMessage && sender == Server) {
            readCertificates(body);
            side.isDone = true;
        } else if (type == ServerHelloDone) {
            side.isDone = true;
        }
    }
    side.messages.erase(0, side.messages.size() - rest.size());
}

/// The first one is the server's own.
void TLSReader::readCertificates(Bytes list) {
    list.skip(3);
    const uint32_t length = list.u24();
    certificate = list.take(length).text();
    if (list.failed()) certificate.clear();
}

void TLSReader::finish(const Ends &ends) {
    if (isWritten || (!hasClientHello && !hasServerHello)) return;
    isWritten = true;
    Transaction transaction = ends.begin(PCAPTLS, time, position);
    if (hasClientHello) {
        transaction.text(PCAPHost, clientHello.host);
        transaction.text(PCAPJA3, clientHello.ja3());
        transaction.text(PCAPJA4, clientHello.ja4('t'));
    }
    if (hasServerHello) {
        transaction.text(PCAPVersion, Hello::nameOfVersion(serverHello.newestVersion()));
        transaction.text(PCAPJA3S, serverHello.ja3s());
    }
    if (!certificate.empty())
        ends.words.certificates.describe(
            Bytes(reinterpret_cast<const uint8_t *>(certificate.data()), certificate.size()), transaction);
    ends.words.take(std::move(transaction));
}

size_t TLSReader::held() const {
    size_t size = certificate.size();
    for (const Side &side : sides) size += side.record.size() + side.messages.size();
    return size;
}

}  // namespace pcap
