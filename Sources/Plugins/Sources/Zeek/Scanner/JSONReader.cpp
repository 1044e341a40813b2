#include "JSONReader.hpp"

#include <cmath>
#include <simdjson.h>
#include <vector>

#include "LogNames.hpp"

namespace zeek {

namespace dom = simdjson::dom;

static_assert(ZEEK_PADDING >= simdjson::SIMDJSON_PADDING);

struct JSONReader::Parser {
    struct Member {
        std::string_view name;
        dom::element value;
    };

    dom::parser json;
    /// The members of the record at hand; those of an inner object `id` under their dotted names.
    std::vector<Member> members;
    std::string scratch;

    const dom::element *find(std::string_view name) const {
        for (const Member &member : members)
            if (member.name == name) return member.value.is_null() ? nullptr : &member.value;
        return nullptr;
    }

    bool parse(const char *line, size_t length);
    std::string_view logName() const;
    bool readTime(std::string_view line, int64_t &nanoseconds) const;
    bool readHead(std::string_view line, bool isAlone, Head &head, ZeekReason &reason) const;
    bool readFields(const Want &want, ZeekTable &table, Output &output, Reading &reading);
    bool appendText(const dom::element &value, std::string &out) const;
};

namespace {

/// The dotted names of an inner object's members.
struct InnerName {
    std::string_view inner, dotted;
};
constexpr InnerName connectionNames[] = {
    {"orig_h", "id.orig_h"}, {"orig_p", "id.orig_p"}, {"resp_h", "id.resp_h"}, {"resp_p", "id.resp_p"}};

bool readNumber(const dom::element &value, int64_t &number) {
    std::string_view text;
    double real;
    if (value.get(number) == simdjson::SUCCESS) return number >= 0;
    if (value.get(real) == simdjson::SUCCESS) {
        // Whole numbers of a double are exact up to here.
        constexpr double limit = 9'007'199'254'740'992;
        if (!(real >= 0 && real <= limit) || real != std::floor(real)) return false;
        number = int64_t(real);
        return true;
    }
    return value.get(text) == simdjson::SUCCESS && text.size() < 19
        && readCount(std::string(text).append(8, ' ').data(), text.size(), number);
}

bool readDuration(const dom::element &value, int64_t &nanoseconds) {
    double seconds;
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) return readSeconds(text.data(), text.size(), nanoseconds);
    if (value.get(seconds) != simdjson::SUCCESS || !(seconds >= 0 && seconds < 9e9)) return false;
    nanoseconds = std::llround(seconds * 1e9);
    return true;
}

bool isNegativeDuration(const dom::element &value) {
    double seconds;
    std::string_view text;
    int64_t nanoseconds;
    if (value.get(text) == simdjson::SUCCESS)
        return text.size() > 1 && text[0] == '-' && readSeconds(text.data() + 1, text.size() - 1, nanoseconds)
            && nanoseconds > 0;
    return value.get(seconds) == simdjson::SUCCESS && seconds < 0;
}

bool readAddress(const dom::element &value, SensorAddress &address) {
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS && sensor::readAddress(text.data(), text.size(), address);
}

/// The digits of the number that the line's member `ts` is; empty where they are not to be found.
std::string_view timeDigits(std::string_view line) {
    // Inside a string the quotes would be escaped.
    constexpr std::string_view name = "\"ts\"";
    size_t p = line.find(name);
    if (p == std::string_view::npos) return {};
    p = line.find_first_not_of(" \t", p + name.size());
    if (p == std::string_view::npos || line[p] != ':') return {};
    p = line.find_first_not_of(" \t", p + 1);
    if (p == std::string_view::npos) return {};
    const size_t end = line.find_first_not_of("0123456789.", p);
    return line.substr(p, end == std::string_view::npos ? end : end - p);
}

}  // namespace

bool JSONReader::Parser::parse(const char *line, size_t length) {
    members.clear();
    dom::object object;
    if (json.parse(line, length, false).get(object) != simdjson::SUCCESS) return false;
    for (const auto &[name, value] : object) {
        dom::object inner;
        if (name == "id" && value.get(inner) == simdjson::SUCCESS) {
            for (const auto &[innerName, innerValue] : inner)
                for (const InnerName &known : connectionNames)
                    if (innerName == known.inner) members.push_back({known.dotted, innerValue});
        } else {
            members.push_back({name, value});
            // Zeek's scope separator may be another one.
            if (name.size() == 9 && name.substr(0, 3) == "id_")
                for (const InnerName &known : connectionNames)
                    if (name.substr(3) == known.inner) members.back().name = known.dotted;
        }
    }
    return true;
}

std::string_view JSONReader::Parser::logName() const {
    std::string_view name;
    if (const dom::element *path = find("_path"); path != nullptr && path->get(name) == simdjson::SUCCESS) return name;
    LogGuess guess;
    for (const Member &member : members) guess.see(member.name);
    return guess.log();
}

/// Reads the time. A double does not hold nanoseconds, so the digits are read where they stand.
bool JSONReader::Parser::readTime(std::string_view line, int64_t &nanoseconds) const {
    const dom::element *const time = find("ts");
    if (time == nullptr) return false;
    std::string_view text;
    if (time->get(text) == simdjson::SUCCESS) return sensor::readAnyTime(text.data(), text.size(), nanoseconds);
    double seconds;
    if (time->get(seconds) != simdjson::SUCCESS || !(seconds >= 0)) return false;
    const std::string_view digits = timeDigits(line);
    double written;
    if (!digits.empty() && sensor::readAnyTime(digits.data(), digits.size(), nanoseconds)) {
        // Whole numbers may be in smaller units; others have to be what the parser read.
        written = double(nanoseconds) / 1e9;
        if (seconds >= 1e11 || std::fabs(written - seconds) < 1e-6) return true;
    }
    if (seconds >= 9e9) return false;
    nanoseconds = std::llround(seconds * 1e6) * 1'000;
    return true;
}

bool JSONReader::Parser::readHead(std::string_view line, bool isAlone, Head &head, ZeekReason &reason) const {
    const dom::element *const source = find("id.orig_h"), *const destination = find("id.resp_h");
    reason = ZeekNoConnection;
    if (find("ts") == nullptr || (!isAlone && (source == nullptr || destination == nullptr))) return false;
    reason = ZeekBadTime;
    if (!readTime(line, head.start)) return false;
    if (isAlone) return true;
    reason = ZeekBadSource;
    if (!readAddress(*source, head.source)) return false;
    reason = ZeekBadDestination;
    if (!readAddress(*destination, head.destination)) return false;
    reason = ZeekBadPort;
    int64_t port = 0;
    const dom::element *const portValue = find("id.resp_p");
    if (portValue != nullptr && (!readNumber(*portValue, port) || port > UINT16_MAX)) return false;
    head.port = uint16_t(port);
    std::string_view name;
    const dom::element *const protocol = find("proto");
    if (protocol != nullptr && protocol->get(name) == simdjson::SUCCESS) {
        // The protocol's reader looks past a short name.
        char padded[8] = {};
        std::memcpy(padded, name.data(), std::min(name.size(), sizeof padded));
        head.protocol = name.size() <= 4 ? protocolNumber(padded, name.size(), head.source)
                                         : SensorProtocolNumber(name.data(), name.size());
    }
    return true;
}

bool JSONReader::Parser::appendText(const dom::element &value, std::string &out) const {
    std::string_view text;
    dom::array array;
    if (value.get(text) == simdjson::SUCCESS) {
        out.append(text);
    } else if (value.get(array) == simdjson::SUCCESS) {
        bool isFirst = true;
        for (const dom::element element : array) {
            if (!isFirst) out.push_back(',');
            isFirst = false;
            if (!appendText(element, out)) return false;
        }
    } else if (!value.is_object()) {
        out.append(simdjson::minify(value));
    }
    return true;
}

bool JSONReader::Parser::readFields(const Want &want, ZeekTable &table, Output &output, Reading &reading) {
    for (const WantedField &field : want.fields) {
        const auto *const value = firstOf(
            field.name, static_cast<const dom::element *>(nullptr), [this](std::string_view name) { return find(name); });
        if (field.form == ZeekText || field.form == ZeekHost) {
            const size_t from = output.texts.size();
            if (value != nullptr && field.form == ZeekText) appendText(*value, output.texts);
            std::string_view host;
            if (value != nullptr && field.form == ZeekHost && value->get(host) == simdjson::SUCCESS)
                appendHost(host, output.texts);
            output.writeText(table, field.column, from);
            continue;
        }
        int64_t number = ZEEK_UNKNOWN;
        if (value != nullptr) {
            std::string_view text;
            if (field.form == ZeekIdentity) {
                if (value->get(text) == simdjson::SUCCESS) {
                    // The id's reader looks past its end.
                    scratch.assign(text).append(8, '\0');
                    number = identity(scratch.data(), text.size());
                }
            } else if (field.form == ZeekProxyTarget) {
                if (value->get(text) == simdjson::SUCCESS) number = SensorIsProxyTarget(text.data(), text.size());
            } else if (field.form == ZeekSeconds && isNegativeDuration(*value)) {
                reading.isNegative = true;
            } else if (field.form == ZeekCount ? !readNumber(*value, number) : !readDuration(*value, number)) {
                reading.reason = field.form == ZeekCount ? ZeekBadCount : ZeekBadDuration;
                return false;
            }
        }
        Output::write(table, field.column, number);
    }
    return true;
}

JSONReader::JSONReader(const Wants &wants) : parser(std::make_unique<Parser>()), wants(wants) {}
JSONReader::~JSONReader() = default;

Reading JSONReader::read(const char *line, size_t length, uint64_t position, Output &output) {
    if (!parser->parse(line, length)) return Reading::rejected(ZeekNotJSON);
    const std::string_view text(line, length), log = parser->logName();
    const Order &order = wants.of(log);
    Head head;
    head.protocol = protocolOf(log);
    ZeekReason reason = ZeekNotJSON;
    const bool isConnection =
        !order.wants.empty() && parser->readHead(text, order.isNamed && standsAlone(log), head, reason);
    if (order.wants.empty() || (!isConnection && !order.isNamed && reason == ZeekNoConnection)) {
        Reading reading = Reading::skipped(log);
        reading.hasTime = parser->readTime(text, reading.time);
        return reading;
    }
    if (!isConnection) return Reading::rejected(reason);
    Reading used = Reading::used(order, head.start);
    for (const Want &want : order.wants) {
        ZeekTable &table = output.tables[want.table];
        output.write(table, head, position);
        if (!parser->readFields(want, table, output, used)) return Reading::rejected(used.reason);
    }
    for (const Want &want : order.wants) ++output.tables[want.table].count;
    return used;
}

}  // namespace zeek
