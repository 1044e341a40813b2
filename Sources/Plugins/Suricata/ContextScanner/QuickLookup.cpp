#include "QuickLookup.hpp"

#include "SensorText/Time.hpp"
#include "Walker.hpp"

namespace eve {

namespace {

/// How the part of a record begins that is of its own kind.
std::string_view partKey(ContextKind kind) {
    switch (kind) {
        case ContextTLS: return "\"tls\":{";
        case ContextHTTP: return "\"http\":{";
        case ContextFile: return "\"fileinfo\":{";
        case ContextSSH: return "\"ssh\":{";
        case ContextAlert: return "\"alert\":{";
        default: return "\"anomaly\":{";
    }
}

constexpr std::string_view timeKey = "{\"timestamp\":\"", sourceKey = "\"src_ip\":\"", destinationKey = "\"dest_ip\":\"",
                           nameKey = "\"rrname\":\"", dataKey = "\"rdata\":\"", wordsKey = "\"dns\":{";

bool readAddress(std::string_view text, SensorAddress &address) {
    return SensorReadAddress(text.data(), text.size(), &address);
}

/// Reads the number behind a key in a text, where the key is there.
///
/// - Returns: false where what follows is no plain number, or too large.
bool readNumber(std::string_view text, std::string_view key, uint64_t most, uint64_t &number) {
    const char *p = findKey(text, key);
    if (p == nullptr) return true;
    const char *const end = text.data() + text.size();
    p += key.size();
    const char *const first = p;
    for (number = 0; p != end && *p >= '0' && *p <= '9' && p - first < 19; ++p) number = number * 10 + uint64_t(*p - '0');
    return p != first && p != end && *p == ',' && number <= most;
}

/// Reads what every record begins with, up to the sending port.
bool readBeginning(Walker &walker, ContextHead &head) {
    std::string_view text;
    if (!walker.pass(timeKey) || !walker.take(text) || !sensor::readTime(text.data(), text.size(), head.start))
        return false;
    const Walker before = walker;
    if (!walker.find(sourceKey)) return false;
    const std::string_view between = walker.since(before);
    if (!walker.take(text) || !readAddress(text, head.source)) return false;
    const Walker behindSource = walker;
    if (!walker.find(destinationKey)) return false;
    uint64_t id = uint64_t(CONTEXT_UNKNOWN), port = 0;
    if (!readNumber(between, "\"flow_id\":", INT64_MAX, id)
        || !readNumber(walker.since(behindSource), "\"src_port\":", UINT16_MAX, port))
        return false;
    head.id = int64_t(id);
    head.sourcePort = uint16_t(port);
    return walker.take(text) && readAddress(text, head.destination);
}

/// Reads the rest of it: what stands between the destination and the part of the record's own kind.
bool readEnd(std::string_view between, ContextHead &head) {
    uint64_t port = 0;
    std::string_view protocol;
    // Another object could have keys of the same names.
    if (between.substr(0, between.size() - 1).find('{') != std::string_view::npos) return false;
    if (!readNumber(between, "\"dest_port\":", UINT16_MAX, port)) return false;
    head.port = uint16_t(port);
    Walker walker(between);
    head.protocol = SENSOR_UNKNOWN_PROTOCOL;
    if (!walker.find("\"proto\":\"")) return !walker.has("\"proto\":");
    if (!walker.take(protocol)) return false;
    head.protocol = SensorProtocolNumber(protocol.data(), protocol.size());
    return true;
}

/// Reads the beginning of a record that is about no address of interest.
bool readOther(Walker &walker, const ContextBook &book, ContextHead &head) {
    // What a resolver sent is the other's look-up.
    return readBeginning(walker, head) && head.sourcePort != 53 && !book.interest.isAbout(head.source, head.destination);
}

/// Takes a text that may not be there, with its slashes as they are meant.
///
/// - Returns: false where there are other escapes in it.
bool takeIfThere(Walker walker, std::string_view key, std::string_view &text, std::string &scratch) {
    text = {};
    return !walker.find(key) || walker.take(text, scratch);
}

bool countHandshake(const Walker &words, const SensorAddress &source, ContextBook &book) {
    std::string_view name, ja3, ja4, print;
    std::string scratches[4];
    if (!takeIfThere(words, "\"sni\":\"", name, scratches[0]) || !takeIfThere(words, "\"ja4\":\"", ja4, scratches[1])
        || !takeIfThere(words, "\"fingerprint\":\"", print, scratches[2])
        || !takeIfThere(words, "\"ja3\":{\"hash\":\"", ja3, scratches[3]))
        return false;
    if (ja3.empty() && words.has("\"ja3\":{")) return false;
    book.countHost(ContextTLS, ContextHost, name, source);
    book.count(ContextTLS, ContextJA3, ja3, source);
    book.count(ContextTLS, ContextJA4, ja4, source);
    book.count(ContextTLS, ContextFingerprint, print, source);
    return true;
}

bool countRequest(const Walker &words, const SensorAddress &source, ContextBook &book) {
    std::string_view host, agent;
    std::string scratches[2];
    if (!takeIfThere(words, "\"hostname\":\"", host, scratches[0])
        || !takeIfThere(words, "\"http_user_agent\":\"", agent, scratches[1]))
        return false;
    book.countHost(ContextHTTP, ContextHost, host, source);
    book.count(ContextHTTP, ContextUserAgent, agent, source);
    return true;
}

}  // namespace

bool QuickLookups::read(std::string_view line, uint64_t position) {
    Walker walker(line);
    ContextHead head{};
    if (book.interest.isAll || line.back() != '}' || !readBeginning(walker, head)) return false;
    const Walker behindHead = walker;
    std::string_view text, name;
    if (!walker.find(wordsKey)) return false;
    const std::string_view between = walker.since(behindHead);
    const Walker before = walker;
    if (!walker.find(nameKey) || !walker.take(name)) return false;
    // A name inside of a list is another form, or that of an answer.
    const std::string_view first = walker.since(before);
    if (first.find('[') != std::string_view::npos || first.find('{') != std::string_view::npos) return false;

    bool isAbout = book.interest.isAbout(head.source, head.destination);
    answers.clear();
    if (isAbout || !book.interest.answers.empty()) {
        // Answers in short have no names of their own.
        if (!walker.has(dataKey)) {
            if (walker.has("\"grouped\":{")) return false;
        } else if (!walker.has("\"answers\":[") || walker.has("\"authorities\":") || walker.has("\"additionals\":")) {
            return false;
        }
        while (walker.find(dataKey)) {
            SensorAddress answer;
            if (!walker.take(text)) return false;
            ContextBook::join(answers, text);
            isAbout = isAbout || (readAddress(text, answer) && book.interest.answers.count(answer) != 0);
        }
    }
    // What a resolver sent is the other's look-up; its port tells.
    if (!isAbout && head.sourcePort == 53) return false;
    const bool wantsMore = book.interest.wants(ContextQueryType) || book.interest.wants(ContextResponseCode);
    if (isAbout && (wantsMore || !readEnd(between, head))) return false;
    if (!book.interest.holds(head.start)) return true;
    const bool isAnswering = head.sourcePort == 53 && head.port != 53;
    ++book.used[ContextDNS];
    book.countHost(ContextDNS, ContextQueryName, name, isAnswering ? head.destination : head.source);
    if (!isAbout) return true;
    head.kind = ContextDNS;
    head.position = position;
    book.begin(head);
    book.host(ContextQueryName, name);
    book.text(ContextAnswers, answers);
    book.end();
    return true;
}

bool countQuickly(std::string_view line, ContextKind kind, ContextBook &book) {
    Walker walker(line);
    ContextHead head{};
    if (line.back() != '}' || !readOther(walker, book, head)) return false;
    if (!walker.find(partKey(kind))) return false;
    const bool isInside = book.interest.holds(head.start);
    if (isInside && kind == ContextTLS) {
        if (walker.hasObjects({"\"ja3\":", "\"ja3s\":"}) || !countHandshake(walker, head.source, book)) return false;
    } else if (isInside && kind == ContextHTTP) {
        if (walker.hasObjects({}) || !countRequest(walker, head.source, book)) return false;
    }
    book.used[kind] += isInside;
    return true;
}

}  // namespace eve
