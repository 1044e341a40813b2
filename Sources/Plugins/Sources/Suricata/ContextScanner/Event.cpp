#include "Event.hpp"

#include <algorithm>

#include "SensorText/Time.hpp"

namespace eve {

namespace {

std::string_view text(const dom::object &object, const char *key) {
    std::string_view value;
    return object[key].get(value) ? std::string_view() : value;
}

std::string_view innerText(const dom::object &object, const char *key, const char *inner) {
    dom::object found;
    return object[key].get(found) ? std::string_view() : text(found, inner);
}

int64_t number(const dom::object &object, const char *key) {
    int64_t value;
    return object[key].get(value) ? CONTEXT_UNKNOWN : value;
}

bool address(const dom::element &event, const char *key, SensorAddress &address) {
    std::string_view value;
    return !event[key].get(value) && SensorReadAddress(value.data(), value.size(), &address);
}

uint16_t port(const dom::element &event, const char *key) {
    uint64_t value;
    return event[key].get(value) || value > UINT16_MAX ? 0 : uint16_t(value);
}

const char *partOf(ContextKind kind) {
    switch (kind) {
        case ContextDNS: return "dns";
        case ContextTLS: return "tls";
        case ContextHTTP: return "http";
        case ContextFile: return "fileinfo";
        case ContextSSH: return "ssh";
        case ContextAlert: return "alert";
        default: return "anomaly";
    }
}

}  // namespace

int64_t certificateTime(std::string_view text) {
    int64_t time;
    if (text.empty()) return CONTEXT_UNKNOWN;
    if (sensor::readTime(text.data(), text.size(), time)) return time;
    const std::string zoned = std::string(text) + "Z";
    return sensor::readTime(zoned.data(), zoned.size(), time) ? time : CONTEXT_UNKNOWN;
}

bool EventReader::readHead(const dom::element &event, ContextHead &head) const {
    std::string_view time, protocol;
    if (event["timestamp"].get(time) || !sensor::readTime(time.data(), time.size(), head.start)) return false;
    if (!address(event, "src_ip", head.source) || !address(event, "dest_ip", head.destination)) return false;
    head.sourcePort = port(event, "src_port");
    head.port = port(event, "dest_port");
    head.protocol =
        event["proto"].get(protocol) ? SENSOR_UNKNOWN_PROTOCOL : SensorProtocolNumber(protocol.data(), protocol.size());
    uint64_t id;
    head.id = event["flow_id"].get(id) ? CONTEXT_UNKNOWN : int64_t(id);
    return true;
}

bool EventReader::read(const dom::element &event, ContextKind kind, uint64_t position) {
    ContextHead head{};
    head.kind = kind;
    head.position = position;
    dom::object words;
    if (!readHead(event, head) || event[partOf(kind)].get(words)) return false;
    if (!book.interest.holds(head.start)) return true;
    if (kind == ContextDNS && book.interest.isAll) {
        const std::string_view type = text(words, "type");
        if (type == "answer" || type == "response") return true;
    }
    ++book.used[kind];
    if (kind == ContextDNS) {
        readDNS(words, head);
        return true;
    }
    count(kind, words, head.source);
    const Detail detail = book.interest.detail(head.kind, head.source, head.destination);
    if (detail == Detail::none) return true;
    // What a rule or the file logger saw coming back is written down the other way round.
    book.begin(head, detail);
    switch (kind) {
        case ContextTLS: readTLS(words); break;
        case ContextHTTP: readHTTP(words); break;
        case ContextFile: readFile(event, words); break;
        case ContextAlert: readAlert(words); break;
        case ContextSSH:
            book.text(ContextClientSoftware, innerText(words, "client", "software_version"));
            book.text(ContextServerSoftware, innerText(words, "server", "software_version"));
            break;
        default:
            book.text(ContextSignature, text(words, "event"));
            book.text(ContextCategory, text(words, "type"));
    }
    book.end();
    return true;
}

void EventReader::count(ContextKind kind, const dom::object &words, const SensorAddress &client) {
    if (kind == ContextTLS) {
        book.countHost(kind, ContextHost, text(words, "sni"), client);
        book.count(kind, ContextJA3, innerText(words, "ja3", "hash"), client);
        book.count(kind, ContextJA4, text(words, "ja4"), client);
        book.count(kind, ContextFingerprint, text(words, "fingerprint"), client);
    } else if (kind == ContextHTTP) {
        book.countHost(kind, ContextHost, text(words, "hostname"), client);
        book.count(kind, ContextUserAgent, text(words, "http_user_agent"), client);
    }
}

void EventReader::readDNS(const dom::object &dns, const ContextHead &head) {
    answers.clear();
    addresses.clear();
    const auto take = [&](std::string_view data) {
        ContextBook::join(answers, data);
        SensorAddress found;
        if (SensorReadAddress(data.data(), data.size(), &found)) addresses.push_back(found);
    };
    dom::array list;
    dom::object grouped;
    if (!dns["answers"].get(list)) {
        for (const dom::element answer : list) {
            std::string_view data;
            if (!answer["rdata"].get(data)) take(data);
        }
    }
    if (answers.empty() && !dns["grouped"].get(grouped)) {
        for (const auto group : grouped) {
            if (group.value.get(list)) continue;
            for (const dom::element answer : list) {
                std::string_view data;
                if (!answer.get(data)) take(data);
            }
        }
    }
    // Version 1: a record for each answer.
    if (answers.empty() && text(dns, "type") == "answer") take(text(dns, "rdata"));

    const bool isAnswering = head.sourcePort == 53 && head.port != 53;
    const SensorAddress &client = isAnswering ? head.destination : head.source;
    const bool isAnswered = std::any_of(addresses.begin(), addresses.end(), [&](const SensorAddress &address) {
        return book.interest.isAnswer(address);
    });
    const Detail detail =
        isAnswered ? Detail::full : book.interest.detail(head.kind, head.source, head.destination);
    const auto query = [&](std::string_view name, std::string_view type) {
        book.countHost(ContextDNS, ContextQueryName, name, client);
        if (isAnswered) book.learn(name);
        if (detail != Detail::none) readQuery(head, detail, name, type, answers, dns);
    };
    dom::array queries;
    if (!dns["queries"].get(queries) && queries.size() > 0) {
        for (const dom::element entry : queries) {
            dom::object found;
            if (!entry.get(found)) query(text(found, "rrname"), text(found, "rrtype"));
        }
    } else {
        query(text(dns, "rrname"), text(dns, "rrtype"));
    }
}

void EventReader::readQuery(
    const ContextHead &head, Detail detail, std::string_view name, std::string_view type, const std::string &answers,
    const dom::object &dns) {
    book.begin(head, detail);
    book.host(ContextQueryName, name);
    book.text(ContextQueryType, type);
    book.text(ContextAnswers, answers);
    book.text(ContextResponseCode, text(dns, "rcode"));
    book.end();
}

void EventReader::readTLS(const dom::object &tls) {
    book.host(ContextHost, text(tls, "sni"));
    book.text(ContextSubject, text(tls, "subject"));
    book.text(ContextIssuer, text(tls, "issuerdn"));
    book.text(ContextSerial, text(tls, "serial"));
    book.text(ContextFingerprint, text(tls, "fingerprint"));
    book.text(ContextVersion, text(tls, "version"));
    book.text(ContextJA3, innerText(tls, "ja3", "hash"));
    book.text(ContextJA3S, innerText(tls, "ja3s", "hash"));
    book.text(ContextJA4, text(tls, "ja4"));
    const int64_t from = certificateTime(text(tls, "notbefore")), until = certificateTime(text(tls, "notafter"));
    if (from != CONTEXT_UNKNOWN) book.number(ContextValidFrom, from);
    if (until != CONTEXT_UNKNOWN) book.number(ContextValidUntil, until);
    dom::array names;
    if (!tls["subjectaltname"].get(names)) {
        joined.clear();
        for (const dom::element name : names) {
            std::string_view value;
            if (!name.get(value)) ContextBook::join(joined, value);
        }
        book.text(ContextAlternativeNames, joined);
    }
}

void EventReader::readHTTP(const dom::object &http) {
    book.host(ContextHost, text(http, "hostname"));
    book.text(ContextMethod, text(http, "http_method"));
    book.text(ContextURL, text(http, "url"));
    book.text(ContextUserAgent, text(http, "http_user_agent"));
    book.text(ContextContentType, text(http, "http_content_type"));
    const int64_t status = number(http, "status"), length = number(http, "length");
    if (status != CONTEXT_UNKNOWN) book.number(ContextStatus, status);
    if (length != CONTEXT_UNKNOWN) book.number(ContextLength, length);
}

void EventReader::readFile(const dom::element &event, const dom::object &file) {
    book.text(ContextFileName, text(file, "filename"));
    for (const char *hash : {"sha256", "sha1", "md5"}) {
        const std::string_view value = text(file, hash);
        if (value.empty()) continue;
        book.text(ContextHash, value);
        break;
    }
    const int64_t length = number(file, "size");
    if (length != CONTEXT_UNKNOWN) book.number(ContextLength, length);
    dom::object http;
    std::string_view type = text(file, "magic");
    if (type.empty() && !event["http"].get(http)) type = text(http, "http_content_type");
    book.text(ContextContentType, type);
}

void EventReader::readAlert(const dom::object &alert) {
    book.text(ContextSignature, text(alert, "signature"));
    const int64_t id = number(alert, "signature_id"), severity = number(alert, "severity");
    if (id != CONTEXT_UNKNOWN) book.text(ContextSignatureID, std::to_string(id));
    if (severity != CONTEXT_UNKNOWN) book.number(ContextSeverity, severity);
    book.text(ContextCategory, text(alert, "category"));
    book.text(ContextAction, text(alert, "action"));
    dom::object metadata;
    if (alert["metadata"].get(metadata)) return;
    joined.clear();
    for (const auto entry : metadata) {
        dom::array values;
        if (entry.value.get(values)) continue;
        std::string line(entry.key);
        for (const dom::element value : values) {
            std::string_view word;
            if (!value.get(word)) (line += line.size() == entry.key.size() ? ": " : ", ") += word;
        }
        ContextBook::join(joined, line);
    }
    book.text(ContextMetadata, joined);
}

}  // namespace eve
