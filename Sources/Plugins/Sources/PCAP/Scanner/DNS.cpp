#include "DNS.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "SensorText/Address.hpp"

namespace pcap {

namespace {

/// The IANA's names ("Domain Name System (DNS) Parameters").
std::string nameOfType(uint16_t type) {
    switch (type) {
        case 1: return "A";
        case 2: return "NS";
        case 5: return "CNAME";
        case 6: return "SOA";
        case 10: return "NULL";
        case 12: return "PTR";
        case 13: return "HINFO";
        case 15: return "MX";
        case 16: return "TXT";
        case 28: return "AAAA";
        case 33: return "SRV";
        case 35: return "NAPTR";
        case 39: return "DNAME";
        case 43: return "DS";
        case 46: return "RRSIG";
        case 47: return "NSEC";
        case 48: return "DNSKEY";
        case 52: return "TLSA";
        case 64: return "SVCB";
        case 65: return "HTTPS";
        case 99: return "SPF";
        case 252: return "AXFR";
        case 255: return "ANY";
        case 257: return "CAA";
        default: return "TYPE" + std::to_string(type);
    }
}

std::string nameOfCode(unsigned code) {
    static const char *const names[] = {
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH",
        "NOTZONE"};
    return code < sizeof names / sizeof *names ? names[code] : "RCODE" + std::to_string(code);
}

/// Data of a type that has no text of its own (RFC 3597, section 5).
std::string generic(Bytes data) {
    constexpr size_t mostBytes = 512;
    std::string text = "\\# " + std::to_string(data.size());
    if (data.empty()) return text;
    text += ' ';
    for (size_t i = 0; i < mostBytes && !data.empty(); ++i) {
        constexpr char digits[] = "0123456789abcdef";
        const uint8_t byte = data.u8();
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

/// Bytes that are no letters of a name are written as their numbers (RFC 1035, section 5.1).
void append(std::string &name, Bytes label) {
    while (!label.empty()) {
        const uint8_t c = label.u8();
        if (c > 0x20 && c < 0x7F && c != '.' && c != '\\') {
            name += char(c);
        } else {
            name += '\\';
            for (const int digit : {c / 100, c / 10 % 10, c % 10}) name += char('0' + digit);
        }
    }
}

}  // namespace

bool DNSReader::readName(Bytes message, Bytes &rest, std::string &name) {
    Bytes at = rest;
    bool hasJumped = false;
    for (int jumps = 0; jumps < 32;) {
        const uint8_t length = at.u8();
        if (at.failed() || (length & 0xC0) == 0x40 || (length & 0xC0) == 0x80) return false;
        if (length == 0) {
            if (!hasJumped) rest = at;
            return true;
        }
        if (length & 0xC0) {
            const size_t target = size_t(length & 0x3F) << 8 | at.u8();
            if (at.failed() || target >= message.size()) return false;
            if (!hasJumped) rest = at;
            hasJumped = true;
            ++jumps;
            at = message;
            at.skip(target);
            continue;
        }
        if (!name.empty()) name += '.';
        append(name, at.take(length));
        // A name has 255 bytes at most, each written with four characters.
        if (at.failed() || name.size() > 1024) return false;
    }
    return false;
}

bool DNSReader::readAnswer(
    Bytes message, Bytes &rest, Transaction &transaction, std::string &joined, std::string &ttls) {
    std::string owner;
    if (!readName(message, rest, owner)) return false;
    const uint16_t type = rest.u16();
    rest.skip(2);
    const uint32_t ttl = rest.u32();
    const uint16_t length = rest.u16();
    if (rest.failed() || length > rest.size()) return false;
    Bytes data = rest.take(length);
    std::string text;
    char digits[INET6_ADDRSTRLEN];
    switch (type) {
        case 1:
        case 28: {
            if (length != (type == 1 ? 4 : 16)) break;
            text = inet_ntop(type == 1 ? AF_INET : AF_INET6, data.data(), digits, sizeof digits);
            SensorAddress address;
            if (sensor::readAddress(text.data(), text.size(), address)) transaction.answers.push_back(address);
            break;
        }
        case 15: data.skip(2); readName(message, data, text); break;
        case 33: data.skip(6); readName(message, data, text); break;
        case 2:
        case 5:
        case 12:
        case 39: readName(message, data, text); break;
        case 16:
            while (!data.empty()) text += data.take(data.u8()).text();
            break;
        default:
            // Types in which anything may be carried: NULL, and those for private use (RFC 6895).
            if (type == 10 || type >= 65'280) text = generic(data);
            break;
    }
    join(joined, text);
    if (!text.empty()) join(ttls, std::to_string(ttl));
    return true;
}

void DNSReader::write(const Question &question, Transaction &transaction) {
    transaction.text(PCAPQueryName, question.name);
    transaction.text(PCAPQueryType, nameOfType(question.type));
}

void DNSReader::take(const Payload &payload, const Ends &ends) {
    const Bytes message = payload.bytes;
    Bytes rest = message;
    Question question{rest.u16(), 0, {}, payload.time, payload.position};
    const uint16_t flags = rest.u16(), questions = rest.u16(), answers = rest.u16();
    rest.skip(4);
    // Queries alone, no updates or notices.
    if (rest.failed() || (flags >> 11 & 15) != 0 || questions > 1) return;
    const bool isResponse = (flags & 0x8000) != 0;
    if (questions == 1) {
        if (!readName(message, rest, question.name)) return;
        question.type = rest.u16();
        rest.skip(2);
        if (rest.failed()) return;
    } else if (!isResponse) {
        return;
    }
    const auto asked = std::find_if(waiting.begin(), waiting.end(), [&](const Question &known) {
        return known.id == question.id && known.type == question.type && known.name == question.name;
    });
    if (isResponse) {
        // Multicast answers repeat no question, and nobody asked for some.
        if (asked == waiting.end() && questions == 0) return;
        readResponse(message, rest, flags, answers, asked == waiting.end() ? question : *asked, ends);
        if (asked != waiting.end()) waiting.erase(asked);
        return;
    }
    // Asked once more.
    if (asked != waiting.end()) return;
    waiting.push_back(std::move(question));
    if (waiting.size() <= mostWaiting) return;
    Transaction transaction = ends.begin(PCAPDNS, waiting.front().time, waiting.front().position);
    write(waiting.front(), transaction);
    ends.words.take(std::move(transaction));
    waiting.pop_front();
}

void DNSReader::readResponse(
    Bytes message, Bytes rest, uint16_t flags, uint16_t answers, const Question &asked, const Ends &ends) {
    Transaction transaction = ends.begin(PCAPDNS, asked.time, asked.position);
    write(asked, transaction);
    std::string joined, ttls;
    for (int i = 0; i < answers; ++i)
        if (!readAnswer(message, rest, transaction, joined, ttls)) break;
    transaction.text(PCAPAnswers, joined);
    transaction.text(PCAPAnswerTTLs, ttls);
    transaction.text(PCAPResponseCode, nameOfCode(flags & 15));
    ends.words.take(std::move(transaction));
}

bool DNSReader::takeStream(const Payload &payload, const Ends &ends) {
    std::string &stream = streams[payload.sender];
    stream += payload.bytes.text();
    while (true) {
        Bytes rest(reinterpret_cast<const uint8_t *>(stream.data()), stream.size());
        const uint16_t length = rest.u16();
        if (rest.failed() || rest.size() < length) break;
        Payload message = payload;
        message.bytes = rest.take(length);
        take(message, ends);
        stream.erase(0, size_t(length) + 2);
    }
    return payload.lost > 0;
}

void DNSReader::finish(const Ends &ends) {
    for (const Question &question : waiting) {
        Transaction transaction = ends.begin(PCAPDNS, question.time, question.position);
        write(question, transaction);
        ends.words.take(std::move(transaction));
    }
    waiting.clear();
}

}  // namespace pcap
