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

/// What every record begins with.
struct Head {
    int64_t time;
    SensorAddress source, destination;
};

/// Reads it where it is about no address of interest.
bool readOther(Walker &walker, const ContextBook &book, Head &head) {
    std::string_view text;
    if (!walker.pass(timeKey) || !walker.take(text) || !sensor::readTime(text.data(), text.size(), head.time))
        return false;
    if (!walker.find(sourceKey) || !walker.take(text) || !readAddress(text, head.source)) return false;
    const Walker before = walker;
    if (!walker.find(destinationKey) || !walker.take(text) || !readAddress(text, head.destination)) return false;
    // What a resolver sent is the other's look-up.
    if (findKey(walker.since(before), "\"src_port\":53,") != nullptr) return false;
    return !book.interest.isAbout(head.source, head.destination);
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

static bool countLookupQuickly(std::string_view line, ContextBook &book) {
    Walker walker(line);
    Head head;
    if (!readOther(walker, book, head)) return false;
    std::string_view text, name;
    if (!walker.find(wordsKey)) return false;
    const Walker before = walker;
    if (!walker.find(nameKey) || !walker.take(name)) return false;
    // A name inside of a list is another form, or that of an answer.
    if (walker.since(before).find('[') != std::string_view::npos) return false;
    if (!book.interest.answers.empty()) {
        // Answers in short have no names of their own.
        if (!walker.has(dataKey) && walker.has("\"grouped\":{")) return false;
        while (walker.find(dataKey)) {
            SensorAddress answer;
            if (!walker.take(text)) return false;
            if (readAddress(text, answer) && book.interest.answers.count(answer) != 0) return false;
        }
    }
    if (!book.interest.holds(head.time)) return true;
    ++book.used[ContextDNS];
    book.countHost(ContextDNS, ContextQueryName, name, head.source);
    return true;
}

bool countQuickly(std::string_view line, ContextKind kind, ContextBook &book) {
    if (kind == ContextDNS) return countLookupQuickly(line, book);
    Walker walker(line);
    Head head;
    if (line.back() != '}' || !readOther(walker, book, head)) return false;
    if (!walker.find(partKey(kind))) return false;
    const bool isInside = book.interest.holds(head.time);
    if (isInside && kind == ContextTLS) {
        if (walker.hasObjects({"\"ja3\":", "\"ja3s\":"}) || !countHandshake(walker, head.source, book)) return false;
    } else if (isInside && kind == ContextHTTP) {
        if (walker.hasObjects({}) || !countRequest(walker, head.source, book)) return false;
    }
    book.used[kind] += isInside;
    return true;
}

}  // namespace eve
