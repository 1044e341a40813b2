#include "QuickReader.hpp"

#include "Event.hpp"
#include "SensorText/Address.hpp"
#include "Walker.hpp"

namespace eve {

using context::Detail;

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

/// - text: inside of a line, behind a key.
bool readAddress(std::string_view text, SensorAddress &address) {
    return sensor::readAddressInside(text.data(), text.size(), address);
}

/// What every record begins with, up to its destination.
struct Beginning {
    /// The pieces between the time, the source and the destination.
    std::string_view beforeSource, behindSource;

    bool read(Walker &walker, sensor::TimeReader &times, ContextHead &head);
    /// Reads the flow's id, which not every record needs.
    bool readID(ContextHead &head) const;
    bool readPort(ContextHead &head) const;
};

bool Beginning::read(Walker &walker, sensor::TimeReader &times, ContextHead &head) {
    std::string_view text;
    if (!walker.pass(timeKey) || !walker.take(text) || !times.read(text.data(), text.size(), head.start)) return false;
    const Walker before = walker;
    if (!walker.find(sourceKey)) return false;
    beforeSource = walker.since(before);
    if (!walker.take(text) || !readAddress(text, head.source)) return false;
    const Walker source = walker;
    if (!walker.find(destinationKey)) return false;
    behindSource = walker.since(source);
    return walker.take(text) && readAddress(text, head.destination);
}

bool Beginning::readID(ContextHead &head) const {
    uint64_t id = uint64_t(CONTEXT_UNKNOWN);
    if (!Walker(beforeSource).number("\"flow_id\":", INT64_MAX, id)) return false;
    head.id = int64_t(id);
    return true;
}

bool Beginning::readPort(ContextHead &head) const {
    uint64_t port = 0;
    if (!Walker(behindSource).number("\"src_port\":", UINT16_MAX, port)) return false;
    head.sourcePort = uint16_t(port);
    return true;
}

/// Reads the rest of it: what stands between the destination and the part of the record's own kind.
bool readEnd(std::string_view between, ContextHead &head) {
    uint64_t port = 0;
    std::string_view protocol;
    // Another object could have keys of the same names.
    if (between.substr(0, between.size() - 1).find('{') != std::string_view::npos) return false;
    Walker walker(between);
    if (!walker.number("\"dest_port\":", UINT16_MAX, port)) return false;
    head.port = uint16_t(port);
    head.protocol = SENSOR_UNKNOWN_PROTOCOL;
    if (!walker.find("\"proto\":\"")) return !walker.has("\"proto\":");
    if (!walker.take(protocol)) return false;
    head.protocol = SensorProtocolNumber(protocol.data(), protocol.size());
    return true;
}

/// Takes a text that may not be there, with its slashes as they are meant.
///
/// - Returns: false where there are other escapes in it.
bool takeIfThere(Walker walker, std::string_view key, std::string_view &text, std::string &scratch) {
    text = {};
    return !walker.find(key) || walker.take(text, scratch);
}

}  // namespace

bool QuickReader::read(std::string_view line, ContextKind kind, uint64_t position) {
    // A line that was cut off is rejected by the parser.
    if (book.interest.isAll || line.back() != '}') return false;
    Walker walker(line);
    ContextHead head{};
    Beginning beginning;
    if (!beginning.read(walker, times, head)) return false;
    head.kind = kind;
    head.position = position;
    if (kind == ContextDNS) {
        return beginning.readPort(head) && beginning.readID(head) && readLookup(walker, head);
    }
    const Detail detail = book.interest.detail(head.kind, head.source, head.destination);
    const bool isAbout = detail != Detail::none;
    // What is asked for of other kinds is rare.
    if (isAbout && kind != ContextTLS && kind != ContextHTTP) return false;
    if (isAbout && (!beginning.readPort(head) || !beginning.readID(head))) return false;
    const Walker behindHead = walker;
    if (!walker.find(partKey(kind)) || (isAbout && !readEnd(walker.since(behindHead), head))) return false;
    const bool isInside = book.interest.holds(head.start);
    if (isInside && kind == ContextTLS && !readHandshake(walker, head, detail)) return false;
    if (isInside && kind == ContextHTTP && !readRequest(walker, head, detail)) return false;
    book.used[kind] += isInside;
    return true;
}

template <size_t count>
bool QuickReader::takeTexts(
    const Walker &words, const Column (&columns)[count], ContextKind kind, Detail detail) {
    static_assert(count <= mostColumns);
    for (size_t i = 0; i < count; ++i) {
        texts[i] = {};
        const Column &column = columns[i];
        const bool isNeeded =
            book.interest.wants(column.column, kind, detail)
            || (column.isCounted && book.interest.counts(column.column));
        if (isNeeded && !takeIfThere(words, column.key, texts[i], scratches[i])) return false;
    }
    return true;
}

bool QuickReader::readHandshake(const Walker &words, const ContextHead &head, Detail detail) {
    if (words.hasObjects({"\"ja3\":", "\"ja3s\":"})) return false;
    static constexpr Column columns[] = {
        {ContextHost, "\"sni\":\"", true},
        {ContextJA3, "\"ja3\":{\"hash\":\"", true},
        {ContextJA4, "\"ja4\":\"", true},
        {ContextFingerprint, "\"fingerprint\":\"", true},
        {ContextSubject, "\"subject\":\""},
        {ContextIssuer, "\"issuerdn\":\""},
        {ContextSerial, "\"serial\":\""},
        {ContextValidFrom, "\"notbefore\":\""},
        {ContextValidUntil, "\"notafter\":\""},
    };
    // The times stand behind the texts.
    constexpr size_t counted = 4, textual = 7;
    const bool wantsMore = book.interest.wants(ContextVersion) || book.interest.wants(ContextJA3S);
    if (detail == Detail::full && (wantsMore || words.has("\"subjectaltname\":"))) return false;
    if (!takeTexts(words, columns, ContextTLS, detail)) return false;
    if (texts[1].empty() && words.has("\"ja3\":{")) return false;
    book.countHost(ContextTLS, ContextHost, texts[0], head.source);
    for (size_t i = 1; i < counted; ++i) book.count(ContextTLS, columns[i].column, texts[i], head.source);
    if (detail == Detail::none) return true;
    book.begin(head, detail);
    book.host(ContextHost, texts[0]);
    for (size_t i = 1; i < textual; ++i) book.text(columns[i].column, texts[i]);
    for (size_t i = textual; i < std::size(columns); ++i) {
        const int64_t time = certificateTime(texts[i]);
        if (time != CONTEXT_UNKNOWN) book.number(columns[i].column, time);
    }
    book.end();
    return true;
}

bool QuickReader::readRequest(const Walker &words, const ContextHead &head, Detail detail) {
    if (words.hasObjects({})) return false;
    static constexpr Column columns[] = {
        {ContextHost, "\"hostname\":\"", true},
        {ContextUserAgent, "\"http_user_agent\":\"", true},
        {ContextMethod, "\"http_method\":\""},
        {ContextURL, "\"url\":\""},
        {ContextContentType, "\"http_content_type\":\""},
    };
    uint64_t status = uint64_t(CONTEXT_UNKNOWN);
    if (detail == Detail::full
        && (book.interest.wants(ContextLength) || !words.number("\"status\":", INT64_MAX, status)))
        return false;
    if (!takeTexts(words, columns, ContextHTTP, detail)) return false;
    book.countHost(ContextHTTP, ContextHost, texts[0], head.source);
    book.count(ContextHTTP, ContextUserAgent, texts[1], head.source);
    if (detail == Detail::none) return true;
    book.begin(head, detail);
    book.host(ContextHost, texts[0]);
    for (size_t i = 1; i < std::size(columns); ++i) book.text(columns[i].column, texts[i]);
    if (int64_t(status) != CONTEXT_UNKNOWN) book.number(ContextStatus, int64_t(status));
    book.end();
    return true;
}

bool QuickReader::readLookup(Walker walker, ContextHead &head) {
    const Walker behindHead = walker;
    std::string_view text, name;
    if (!walker.find(wordsKey)) return false;
    const std::string_view between = walker.since(behindHead);
    const Walker before = walker;
    if (!walker.find(nameKey) || !walker.take(name)) return false;
    // A name inside of a list is another form, or that of an answer.
    const std::string_view first = walker.since(before);
    if (first.find('[') != std::string_view::npos || first.find('{') != std::string_view::npos) return false;

    const Detail asked = book.interest.detail(head.kind, head.source, head.destination);
    const bool isAsked = asked != Detail::none;
    bool isAnswered = false;
    answers.clear();
    if (isAsked || !book.interest.answers.empty()) {
        // Answers in short have no names of their own.
        if (!walker.has(dataKey)) {
            if (walker.has("\"grouped\":{")) return false;
        } else if (!walker.has("\"answers\":[") || walker.has("\"authorities\":") || walker.has("\"additionals\":")) {
            return false;
        }
        const auto readAnswers = [&](auto take) {
            for (Walker rest = walker; rest.find(dataKey);) {
                if (!rest.take(text)) return false;
                take(text);
            }
            return true;
        };
        const bool isReadable = readAnswers([&](std::string_view data) {
            SensorAddress answer;
            if (isAsked) ContextBook::join(answers, data);
            isAnswered = isAnswered || (readAddress(data, answer) && book.interest.isAnswer(answer));
        });
        if (!isReadable) return false;
        if (isAnswered && !isAsked) readAnswers([&](std::string_view data) { ContextBook::join(answers, data); });
    }
    const bool isAbout = isAsked || isAnswered;
    // What a resolver sent is the other's look-up; its port tells.
    if (!isAbout && head.sourcePort == 53) return false;
    const bool wantsMore = book.interest.wants(ContextQueryType) || book.interest.wants(ContextResponseCode);
    if (isAbout && (wantsMore || !readEnd(between, head))) return false;
    if (!book.interest.holds(head.start)) return true;
    const bool isAnswering = head.sourcePort == 53 && head.port != 53;
    ++book.used[ContextDNS];
    book.countHost(ContextDNS, ContextQueryName, name, isAnswering ? head.destination : head.source);
    if (!isAbout) return true;
    if (isAnswered) book.learn(name);
    book.begin(head, isAnswered ? Detail::full : asked);
    book.host(ContextQueryName, name);
    book.text(ContextAnswers, answers);
    book.end();
    return true;
}

}  // namespace eve
