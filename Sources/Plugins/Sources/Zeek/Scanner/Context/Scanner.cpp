#include <algorithm>
#include <cstring>

#include "../Value.hpp"
#include "ContextWords/Book.hpp"
#include "Row.hpp"
#include "ZeekContext.h"

namespace zeek {

using context::Detail;

namespace {

struct LogKind {
    std::string_view log;
    ContextKind kind;
};
constexpr LogKind logKinds[] = {
    {"dns", ContextDNS},   {"ssl", ContextTLS},      {"x509", ContextCertificate}, {"http", ContextHTTP},
    {"files", ContextFile}, {"notice", ContextNotice}, {"weird", ContextNotice},     {"ssh", ContextSSH},
    {"signatures", ContextAlert},
};

const LogKind *find(std::string_view name) {
    const std::string_view log = originalLog(name);
    for (const LogKind &known : logKinds)
        if (known.log == log) return &known;
    return nullptr;
}

int64_t identityOf(std::string_view uid) {
    if (uid.empty()) return CONTEXT_UNKNOWN;
    // The reader of ids looks past the end.
    return identity(std::string(uid).append(8, '\0').data(), uid.size());
}

}  // namespace

class WordReader {
public:
    explicit WordReader(const ContextInterest &interest) : book(interest) {}

    ContextBook book;
    WordRow row;
    std::string fileLog;

    void readRow(std::string_view line, uint64_t position);
    /// Whether a row is of a kind asked for, and when it was written; CONTEXT_UNKNOWN where it does not say.
    bool isWanted(std::string_view line, int64_t &time);

private:
    /// Takes a row apart, unless its header tells that nobody asked for it.
    enum class Taken { row, other, unreadable };
    Taken take(std::string_view line);
    bool readHead(ContextHead &head);
    void readDNS(const ContextHead &head);
    void readFile(ContextHead head);
    void write(const LogKind &log);
    void count(const ContextHead &head);
    void number(ContextColumn column, std::string_view name);
    void joined(ContextColumn column, const std::vector<std::string> &values);
    void time(ContextColumn column, std::string_view name);
    std::string_view certificateOf();

    std::string certificate;
};

void WordReader::number(ContextColumn column, std::string_view name) {
    const std::string_view text = row.text(name);
    int64_t value = 0;
    if (text.empty() || text.size() > 18) return;
    for (const char c : text) {
        if (!sensor::isDigit(c)) return;
        value = value * 10 + (c - '0');
    }
    book.number(column, value);
}

void WordReader::joined(ContextColumn column, const std::vector<std::string> &values) {
    std::string all;
    for (const std::string &value : values) ContextBook::join(all, value);
    book.text(column, all);
}

void WordReader::time(ContextColumn column, std::string_view name) {
    int64_t value;
    if (row.time(name, value)) book.number(column, value);
}

bool WordReader::readHead(ContextHead &head) {
    const auto address = [&](std::string_view name, SensorAddress &address) {
        const std::string_view text = row.raw(name);
        return !text.empty() && sensor::readAddress(text.data(), text.size(), address);
    };
    const auto port = [&](std::string_view name) {
        const std::string_view text = row.text(name);
        unsigned value = 0;
        for (const char c : text) value = value * 10 + unsigned(c - '0');
        return text.size() < 6 && value <= UINT16_MAX ? uint16_t(value) : uint16_t(0);
    };
    if (!row.time("ts", head.start)) return false;
    head.id = identityOf(row.raw("uid"));
    if (head.kind == ContextCertificate || head.kind == ContextFile) return true;
    const bool isAlert = head.kind == ContextAlert;
    head.sourcePort = port(isAlert ? "src_port" : "id.orig_p");
    head.port = port(isAlert ? "dst_port" : "id.resp_p");
    const std::string_view protocol = row.text("proto");
    head.protocol =
        protocol.empty() ? SENSOR_UNKNOWN_PROTOCOL : SensorProtocolNumber(protocol.data(), protocol.size());
    if (head.kind == ContextTLS || head.kind == ContextHTTP || head.kind == ContextSSH) head.protocol = 6;
    return address(isAlert ? "src_addr" : "id.orig_h", head.source)
        && address(isAlert ? "dst_addr" : "id.resp_h", head.destination);
}

WordReader::Taken WordReader::take(std::string_view line) {
    const bool isJSON = !line.empty() && line.front() == '{';
    if (!isJSON && !row.header.path.empty()) {
        const LogKind *known = find(row.header.path);
        if (known == nullptr || !book.interest.wants(known->kind)) return Taken::other;
    }
    return (isJSON ? row.takeJSON(line) : row.takeColumns(line)) ? Taken::row : Taken::unreadable;
}

bool WordReader::isWanted(std::string_view line, int64_t &time) {
    if (take(line) != Taken::row) return false;
    const LogKind *log = find(row.log().empty() ? std::string_view(fileLog) : row.log());
    if (log == nullptr || !book.interest.wants(log->kind)) return false;
    if (!row.time("ts", time)) time = CONTEXT_UNKNOWN;
    return true;
}

void WordReader::readRow(std::string_view line, uint64_t position) {
    const Taken taken = take(line);
    if (taken == Taken::unreadable) ++book.rejected;
    if (taken != Taken::row) return;
    const LogKind *log = find(row.log().empty() ? std::string_view(fileLog) : row.log());
    if (log == nullptr || !book.interest.wants(log->kind)) return;
    ContextHead head{};
    head.kind = log->kind;
    head.position = position;
    if (!readHead(head)) {
        // A notice of the sensor itself belongs to nobody.
        if (head.kind != ContextNotice) ++book.rejected;
        return;
    }
    if (head.kind != ContextCertificate && !book.interest.holds(head.start)) return;
    ++book.used[head.kind];
    if (head.kind == ContextDNS) return readDNS(head);
    if (head.kind == ContextFile) return readFile(head);
    count(head);
    const Detail detail = head.kind == ContextCertificate
        ? Detail::full
        : book.interest.detail(head.kind, head.source, head.destination);
    if (detail == Detail::none) return;
    book.begin(head, detail);
    write(*log);
    book.end();
}

/// What ssl.log calls the server's certificate: its hash, in older versions the file's id.
std::string_view WordReader::certificateOf() {
    for (const char *name : {"cert_chain_fps", "cert_chain_fuids"}) {
        const std::vector<std::string> chain = row.list(name);
        if (chain.empty()) continue;
        certificate = chain.front();
        return certificate;
    }
    return {};
}

void WordReader::count(const ContextHead &head) {
    if (head.kind == ContextTLS) {
        book.countHost(head.kind, ContextHost, row.text("server_name"), head.source);
        book.count(head.kind, ContextJA3, row.text("ja3"), head.source);
        book.count(head.kind, ContextJA4, row.text("ja4"), head.source);
        book.count(head.kind, ContextFingerprint, certificateOf(), head.source);
    } else if (head.kind == ContextHTTP) {
        book.countHost(head.kind, ContextHost, row.text("host"), head.source);
        book.count(head.kind, ContextUserAgent, row.text("user_agent"), head.source);
    }
}

void WordReader::write(const LogKind &log) {
    switch (log.kind) {
        case ContextTLS:
            book.host(ContextHost, row.text("server_name"));
            book.text(ContextSubject, row.text("subject"));
            book.text(ContextIssuer, row.text("issuer"));
            book.text(ContextFingerprint, certificateOf());
            book.text(ContextVersion, row.text("version"));
            book.text(ContextJA3, row.text("ja3"));
            book.text(ContextJA3S, row.text("ja3s"));
            book.text(ContextJA4, row.text("ja4"));
            break;
        case ContextCertificate: {
            const std::string_view print = row.text("fingerprint");
            book.text(ContextFingerprint, print.empty() ? row.text("id") : print);
            book.text(ContextSubject, row.text("certificate.subject"));
            book.text(ContextIssuer, row.text("certificate.issuer"));
            book.text(ContextSerial, row.text("certificate.serial"));
            time(ContextValidFrom, "certificate.not_valid_before");
            time(ContextValidUntil, "certificate.not_valid_after");
            joined(ContextAlternativeNames, row.list("san.dns"));
            break;
        }
        case ContextHTTP:
            book.host(ContextHost, row.text("host"));
            book.text(ContextMethod, row.text("method"));
            book.text(ContextURL, row.text("uri"));
            book.text(ContextUserAgent, row.text("user_agent"));
            joined(ContextContentType, row.list("resp_mime_types"));
            number(ContextStatus, "status_code");
            number(ContextLength, "response_body_len");
            break;
        case ContextSSH:
            book.text(ContextClientSoftware, row.text("client"));
            book.text(ContextServerSoftware, row.text("server"));
            break;
        case ContextAlert: {
            const std::string_view event = row.text("event_msg");
            book.text(ContextSignature, event.empty() ? row.text("sig_id") : event);
            book.text(ContextSignatureID, row.text("sig_id"));
            book.text(ContextCategory, row.text("note"));
            break;
        }
        default:
            book.text(ContextSignature, log.log == "weird" ? row.text("name") : row.text("note"));
            book.text(ContextCategory, log.log == "weird" ? row.text("addl") : row.text("msg"));
    }
}

void WordReader::readDNS(const ContextHead &head) {
    book.countHost(head.kind, ContextQueryName, row.text("query"), head.source);
    const std::vector<std::string> answers = row.list("answers");
    Detail detail = book.interest.detail(head.kind, head.source, head.destination);
    for (const std::string &answer : answers) {
        SensorAddress address;
        if (detail != Detail::none || book.interest.answers.empty()) break;
        const bool isAsked =
            sensor::readAddress(answer.data(), answer.size(), address) && book.interest.isAnswer(address);
        if (isAsked) detail = Detail::full;
    }
    if (detail == Detail::none) return;
    book.begin(head, detail);
    book.host(ContextQueryName, row.text("query"));
    book.text(ContextQueryType, row.text("qtype_name"));
    joined(ContextAnswers, answers);
    book.text(ContextResponseCode, row.text("rcode_name"));
    book.end();
}

/// files.log names hosts and connections as sets, newer versions one connection.
void WordReader::readFile(ContextHead head) {
    std::vector<std::string> uids = row.list("conn_uids");
    if (uids.empty()) uids.emplace_back(row.raw("uid"));
    const auto hosts = [&](std::string_view set, std::string_view single) {
        std::vector<std::string> texts = row.list(set);
        if (texts.empty()) texts.emplace_back(row.raw(single));
        std::vector<SensorAddress> found;
        SensorAddress address;
        for (const std::string &text : texts)
            if (!text.empty() && sensor::readAddress(text.data(), text.size(), address)) found.push_back(address);
        return found;
    };
    const std::vector<SensorAddress> clients = hosts("rx_hosts", "id.orig_h"), servers = hosts("tx_hosts", "id.resp_h");
    if (clients.empty() || servers.empty()) return;
    const bool isAbout = std::any_of(clients.begin(), clients.end(), [&](const SensorAddress &client) {
        return std::any_of(servers.begin(), servers.end(), [&](const SensorAddress &server) {
            return book.interest.detail(head.kind, client, server) != Detail::none;
        });
    });
    if (!isAbout) return;
    head.source = clients.front();
    head.destination = servers.front();
    for (const std::string &uid : uids) {
        head.id = identityOf(uid);
        book.begin(head, Detail::full);
        book.text(ContextFileName, row.text("filename"));
        book.text(ContextContentType, row.text("mime_type"));
        for (const char *hash : {"sha256", "sha1", "md5"}) {
            if (row.text(hash).empty()) continue;
            book.text(ContextHash, row.text(hash));
            break;
        }
        number(ContextLength, "seen_bytes");
        book.end();
    }
}

}  // namespace zeek

struct ZeekContextScanner {
    explicit ZeekContextScanner(const ContextInterest &interest) : reader(interest) {}
    zeek::WordReader reader;
    /// The header lines in force, for who picks lines.
    std::string header;

    void takeHeader(std::string_view line) {
        reader.row.header.take(line);
        // A log begins with its separator.
        if (line.substr(0, 10) == "#separator") header.clear();
        (header += line) += '\n';
    }
};

extern "C" {

ZeekContextScanner *ZeekContextScannerCreate(const ContextInterest *interest, const char *log) {
    auto *scanner = new ZeekContextScanner(*interest);
    scanner->reader.fileLog = log;
    return scanner;
}

void ZeekContextScannerDestroy(ZeekContextScanner *scanner) { delete scanner; }

ContextBook *ZeekContextScannerBook(ZeekContextScanner *scanner) { return &scanner->reader.book; }

void ZeekContextScannerBegin(ZeekContextScanner *scanner, const char *log) {
    scanner->reader.row.header = zeek::Header();
    scanner->reader.fileLog = log;
    scanner->header.clear();
}

void ZeekContextScannerTakeHeader(ZeekContextScanner *scanner, const char *lines, size_t length) {
    for (size_t begin = 0; begin < length;) {
        const std::string_view rest(lines + begin, length - begin);
        const size_t end = std::min(rest.find('\n'), rest.size());
        scanner->takeHeader(rest.substr(0, end));
        begin += end + 1;
    }
}

size_t ZeekContextScannerRead(
    ZeekContextScanner *scanner, const char *lines, size_t length, uint64_t position, size_t most) {
    zeek::WordReader &reader = scanner->reader;
    size_t begin = 0;
    while (begin < length && reader.book.given.records.size() < most) {
        const void *feed = std::memchr(lines + begin, '\n', length - begin);
        const size_t end = feed == nullptr ? length : size_t(static_cast<const char *>(feed) - lines);
        std::string_view line(lines + begin, end - begin);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        ++reader.book.lines;
        if (!line.empty() && line.front() == '#') {
            reader.row.header.take(line);
        } else if (!line.empty()) {
            reader.readRow(line, position + begin);
        }
        begin = std::min(end + 1, length);
    }
    return begin;
}

size_t ZeekContextScannerPick(
    ZeekContextScanner *scanner, const char *lines, size_t length, size_t *begin, ContextLine *picked, size_t room) {
    size_t count = 0, at = *begin;
    while (at < length && count < room) {
        const bool isHeader = lines[at] == '#';
        if (isHeader && count > 0) break;
        const void *feed = std::memchr(lines + at, '\n', length - at);
        const size_t end = feed == nullptr ? length : size_t(static_cast<const char *>(feed) - lines);
        std::string_view line(lines + at, end - at);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        int64_t time;
        if (isHeader) {
            scanner->takeHeader(line);
        } else if (!line.empty() && scanner->reader.isWanted(line, time)) {
            picked[count++] = ContextLine{at, line.size(), time};
        }
        at = std::min(end + 1, length);
    }
    *begin = at;
    return count;
}

const char *ZeekContextScannerHeader(const ZeekContextScanner *scanner, size_t *length) {
    *length = scanner->header.size();
    return scanner->header.data();
}

}  // extern "C"
