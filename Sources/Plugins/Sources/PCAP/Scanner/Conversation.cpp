#include "Conversation.hpp"

namespace pcap {

namespace {

constexpr size_t longestBanner = 255;
/// So many bytes tell every protocol that is read.
constexpr size_t tellingBytes = 10;

}  // namespace

bool SSHReader::take(const Payload &payload, const Ends &ends) {
    if (time == 0) {
        time = payload.time;
        position = payload.position;
    }
    std::string &name = names[payload.sender];
    if (!isDone[payload.sender]) {
        name += payload.bytes.text();
        const size_t end = name.find_first_of("\r\n");
        isDone[payload.sender] = end != std::string::npos || name.size() > longestBanner || payload.lost > 0;
        name.resize(std::min({name.size(), end, longestBanner}));
    }
    if (!isDone[Client] || !isDone[Server]) return false;
    finish(ends);
    return true;
}

void SSHReader::finish(const Ends &ends) {
    if (isWritten) return;
    isWritten = true;
    Transaction transaction = ends.begin(PCAPSSH, time, position);
    // The software's name stands behind the protocol's version: SSH-2.0-OpenSSH_9.2.
    const auto software = [](const std::string &name) {
        const size_t dash = name.find('-', 4);
        return dash == std::string::npos ? std::string() : name.substr(dash + 1);
    };
    transaction.text(PCAPClientSoftware, software(names[Client]));
    transaction.text(PCAPServerSoftware, software(names[Server]));
    ends.words.take(std::move(transaction));
}

bool Conversation::isOpposite(const Payload &payload) {
    return payload.sender == Server
        ? TLSReader::isClientHello(payload.bytes) || HTTPReader::beginsRequest(payload.bytes)
        : HTTPReader::beginsResponse(payload.bytes);
}

bool Conversation::takeSegment(uint32_t sequence, const Payload &payload, const Ends &ends) {
    halves[payload.sender].take(sequence, payload, [&](const Payload &next) { isOver = isOver || take(next, ends); });
    return isOver;
}

bool Conversation::takeDatagram(const Payload &payload, const Ends &ends) {
    if (std::holds_alternative<std::monostate>(reader)) {
        if (DNSReader::isPort(ends.flow.port) || DNSReader::isPort(ends.flow.sourcePort)) {
            reader.emplace<DNSReader>();
            see(PCAPServiceDNS);
        } else if (QUICReader::begins(payload.bytes)) {
            reader.emplace<QUICReader>();
            see(PCAPServiceQUIC);
        } else {
            return true;
        }
    }
    if (auto *dns = std::get_if<DNSReader>(&reader)) {
        dns->take(payload, ends);
        return false;
    }
    return std::get<QUICReader>(reader).take(payload, ends);
}

bool Conversation::decide(const Payload &payload, const Ends &ends) {
    const Bytes bytes = payload.bytes;
    if (DNSReader::isPort(ends.flow.port)) {
        reader.emplace<DNSReader>();
        see(PCAPServiceDNS);
    } else if (TLSReader::begins(bytes) && bytes.size() >= 3) {
        reader.emplace<TLSReader>();
        see(PCAPServiceTLS);
    } else if (HTTPReader::beginsRequest(bytes) || HTTPReader::beginsResponse(bytes)) {
        reader.emplace<HTTPReader>();
        see(PCAPServiceHTTP);
    } else if (SSHReader::begins(bytes)) {
        reader.emplace<SSHReader>();
        see(PCAPServiceSSH);
    } else {
        return bytes.size() >= tellingBytes || payload.lost > 0;
    }
    return true;
}

/// - Returns: whether there is nothing more to read.
bool Conversation::take(const Payload &payload, const Ends &ends) {
    if (std::holds_alternative<std::monostate>(reader)) {
        std::string &beginning = beginnings[payload.sender];
        const std::string text = beginning + std::string(payload.bytes.text());
        Payload first = payload;
        first.bytes = Bytes(reinterpret_cast<const uint8_t *>(text.data()), text.size());
        if (!decide(first, ends)) {
            beginning = text;
            return false;
        }
        beginning.clear();
        if (std::holds_alternative<std::monostate>(reader)) return true;
        return take(first, ends);
    }
    if (auto *tls = std::get_if<TLSReader>(&reader)) return tls->take(payload, ends);
    if (auto *dns = std::get_if<DNSReader>(&reader)) return dns->takeStream(payload, ends);
    if (auto *ssh = std::get_if<SSHReader>(&reader)) return ssh->take(payload, ends);
    auto *http = std::get_if<HTTPReader>(&reader);
    if (http == nullptr) return true;
    Bytes rest;
    const HTTPReader::Next next = http->take(payload, ends, rest);
    if (next != HTTPReader::Next::tunnel) return next == HTTPReader::Next::over;
    http->finish(ends);
    reader.emplace<std::monostate>();
    if (rest.empty()) return false;
    Payload inner = payload;
    inner.bytes = rest;
    return take(inner, ends);
}

void Conversation::finish(const Ends &ends) {
    for (Reassembly &half : halves)
        half.finish([&](const Payload &next) { isOver = isOver || take(next, ends); });
    if (auto *tls = std::get_if<TLSReader>(&reader)) tls->finish(ends);
    if (auto *http = std::get_if<HTTPReader>(&reader)) http->finish(ends);
    if (auto *dns = std::get_if<DNSReader>(&reader)) dns->finish(ends);
    if (auto *ssh = std::get_if<SSHReader>(&reader)) ssh->finish(ends);
}

size_t Conversation::held() const {
    size_t size = sizeof *this + beginnings[Client].size() + beginnings[Server].size() + halves[Client].held()
        + halves[Server].held();
    std::visit(
        [&](const auto &one) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, std::monostate>) size += one.held();
        },
        reader);
    return size;
}

}  // namespace pcap
