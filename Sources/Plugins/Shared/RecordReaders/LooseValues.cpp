// What records of tables say in looser forms than sensors' records do.

#include <algorithm>
#include <cmath>

#include "Recorder.hpp"
#include "SensorText/Address.hpp"

namespace records {

namespace {

constexpr std::string_view none = std::string_view();

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view around = " \t\"'";
    while (!text.empty() && around.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
    while (!text.empty() && around.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
    return text;
}

bool readPort(std::string_view text, uint16_t &port) {
    if (text.empty() || text.size() > 5) return false;
    uint32_t number = 0;
    for (const char c : text) {
        if (!sensor::isDigit(c)) return false;
        number = number * 10 + uint32_t(c - '0');
    }
    port = uint16_t(number);
    return number <= UINT16_MAX;
}

/// 0:00:30, 1:02:03.5, 2d3h4m5s are left alone.
bool readClock(std::string_view text, double &seconds) {
    int parts = 0;
    seconds = 0;
    while (true) {
        const size_t end = std::min(text.find(':'), text.size());
        const std::string part(text.substr(0, end));
        char *rest;
        const double value = std::strtod(part.c_str(), &rest);
        if (part.empty() || *rest != '\0' || !(value >= 0)) return false;
        seconds = seconds * 60 + value;
        ++parts;
        if (end == text.size()) return parts == 2 || parts == 3;
        text.remove_prefix(end + 1);
    }
}

/// A hash of the two ends of a connection, in one direction.
uint64_t ends(const SensorAddress &source, uint16_t sourcePort, const SensorAddress &destination, uint16_t port) {
    return context::mixed(
        context::hashOf(source) + 3 * context::mixed(context::hashOf(destination) ^ (uint64_t(sourcePort) << 16 | port)));
}

/// More connections than this are not remembered.
constexpr size_t mostClients = 1 << 20;

}  // namespace

bool isServerPort(uint16_t port, uint16_t other) {
    return port != 0 && other != 0 && port < other && (port < 1024 || (port < 32768 && other >= 32768));
}

/// An address, also with a port behind it, in brackets, with a zone, behind a name in parentheses, or before one.
bool Recorder::readLooseAddress(std::string_view text, SensorAddress &address, uint16_t &port) const {
    text = trimmed(text);
    const auto read = [&](std::string_view part) { return sensor::readAddress(part.data(), part.size(), address); };
    if (text.empty() || text.size() > 512) return false;
    if (read(text)) return true;
    if (text.front() == '[') {
        const size_t end = text.find(']');
        if (end == none.npos || !read(text.substr(1, end - 1))) return false;
        if (text.substr(end + 1, 1) == ":") readPort(text.substr(end + 2), port);
        return true;
    }
    for (const char joint : {':', '/', '#', '%'}) {
        // Of an address of version 4, behind which an interface may stand too.
        const size_t place = joint == ':' ? text.find(joint) : text.rfind(joint);
        if (place == none.npos || !read(text.substr(0, place))) continue;
        // A mask is no port.
        if (joint == ':' || joint == '#' || joint == '/') {
            const std::string_view rest = text.substr(place + 1);
            readPort(rest.substr(0, rest.find(joint)), port);
        }
        return true;
    }
    if (text.back() == ')') {
        const size_t open = text.rfind('(');
        if (open != none.npos && read(text.substr(open + 1, text.size() - open - 2))) return true;
    }
    // Of several, the first.
    const size_t end = text.find_first_of(", ;");
    return end != none.npos && read(text.substr(0, end));
}

/// The host that the record names: of a URL or a target the host alone.
void Recorder::readLooseHost(const Kind &kind) {
    host = none;
    hostPort = 0;
    for (const ColumnField &field : kind.columns) {
        if (!field.column.is(ContextIsHost) || field.form != RecordText) continue;
        for (const Slots &slots : field.alternatives) {
            const Value *const value = values.first(slots);
            if (value == nullptr) continue;
            std::string_view text = trimmed(value->text);
            if (const size_t scheme = text.find("://"); scheme != none.npos && scheme <= 8) {
                const std::string_view name = text.substr(0, scheme);
                hostPort = name == "https" || name == "wss" ? 443 : name == "http" || name == "ws" ? 80 : name == "ftp" ? 21 : 0;
                text.remove_prefix(scheme + 3);
            }
            text = text.substr(0, text.find_first_of("/?# \t"));
            if (const size_t user = text.rfind('@'); user != none.npos) text.remove_prefix(user + 1);
            const size_t colon = text.rfind(':');
            const bool isV6 = !text.empty() && text.front() != '[' && text.find(':') != colon;
            if (colon != none.npos && !isV6 && text.find(']', colon) == none.npos) {
                readPort(text.substr(colon + 1), hostPort);
                text = text.substr(0, colon);
            }
            if (text.size() > 1 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
            if (text.empty() || text == "-" || text.size() > 255) continue;
            host = text;
            return;
        }
    }
}

/// When the flow began, and how long it lasted: of beginning, end and duration two tell the third.
bool Recorder::findTimes(const Kind &kind, int64_t &start) {
    duration = CONTEXT_UNKNOWN;
    for (const ColumnField &field : kind.columns) {
        if (field.form != RecordDuration) continue;
        for (const Slots &slots : field.alternatives) {
            const Value *const value = values.first(slots);
            if (value == nullptr) continue;
            std::string text(trimmed(value->text));
            if (table->hasDecimalComma) std::replace(text.begin(), text.end(), ',', '.');
            double amount;
            char *rest;
            if (readClock(text, amount)) {
                amount *= 1e9;
            } else {
                amount = std::strtod(text.c_str(), &rest) * kind.durationUnit;
                if (rest == text.c_str()) continue;
            }
            if (amount >= 0 && amount < 9e18) duration = std::llround(amount);
            break;
        }
    }
    start = CONTEXT_UNKNOWN;
    int64_t end = CONTEXT_UNKNOWN;
    for (const Slot slot : kind.parts[RecordStart]) {
        const Value *const value = values.first(slot);
        if (value != nullptr && readTime(*value, start)) break;
        start = CONTEXT_UNKNOWN;
    }
    for (const Slot slot : kind.parts[RecordEnd]) {
        const Value *const value = values.first(slot);
        if (value != nullptr && readTime(*value, end)) break;
        end = CONTEXT_UNKNOWN;
    }
    if (end == CONTEXT_UNKNOWN) return start != CONTEXT_UNKNOWN;
    if (start == CONTEXT_UNKNOWN) {
        start = end;
        if (duration != CONTEXT_UNKNOWN && __builtin_sub_overflow(end, duration, &start)) start = end;
    } else if (duration == CONTEXT_UNKNOWN && end >= start && __builtin_sub_overflow(end, start, &duration)) {
        duration = CONTEXT_UNKNOWN;
    }
    return true;
}

/// Whether the record has its ends the other way round.
bool Recorder::isTurned(const Kind &kind, const ContextHead &head) const {
    for (const Requirement &requirement : kind.turned) {
        const Value *const value = values.first(requirement.slots);
        if (value != nullptr) return requirement.holds(value->text);
    }
    return kind.turnsByPorts && isServerPort(head.sourcePort, head.port);
}

/// Whether a record is of what a server sent, and the client's own direction has a record of its own: that one came before,
/// or the ports tell.
bool Recorder::isAnswer(const ContextHead &head) {
    if (head.sourcePort == 0 || head.port == 0) return false;
    if (clients.count(ends(head.destination, head.port, head.source, head.sourcePort)) != 0) return true;
    if (isServerPort(head.sourcePort, head.port)) return true;
    if (clients.size() >= mostClients) clients.clear();
    clients.insert(ends(head.source, head.sourcePort, head.destination, head.port));
    return false;
}

int64_t Recorder::number(std::string_view text, bool hasDecimalComma) {
    text = trimmed(text);
    const char point = hasDecimalComma ? ',' : '.', thousands = hasDecimalComma ? '.' : ',';
    char digits[40];
    size_t count = 0, at = 0;
    for (; at < text.size() && count < 38; ++at) {
        const char c = text[at];
        if (sensor::isDigit(c) || (c == '-' && count == 0)) digits[count++] = c;
        else if (c == point) digits[count++] = '.';
        else if (c != thousands && c != '\'' && c != '_') break;
    }
    if (count == 0 || (count == 1 && !sensor::isDigit(digits[0]))) return CONTEXT_UNKNOWN;
    digits[count] = '\0';
    if (at < text.size() && (sensor::isLetter(text[at]) || text[at] == ' ')) {
        while (at < text.size() && text[at] == ' ') ++at;
        constexpr std::string_view prefixes = "bkmgt";
        const size_t power = at < text.size() ? prefixes.find(char(text[at] | 0x20)) : 0;
        if (power == none.npos) return CONTEXT_UNKNOWN;
        const double amount = std::strtod(digits, nullptr) * std::pow(1024, double(power));
        return amount > -9e18 && amount < 9e18 ? std::llround(amount) : CONTEXT_UNKNOWN;
    }
    if (count < 19 && std::string_view(digits, count).find('.') == none.npos) return std::strtoll(digits, nullptr, 10);
    const double amount = std::strtod(digits, nullptr);
    return amount > -9e18 && amount < 9e18 ? int64_t(amount) : CONTEXT_UNKNOWN;
}

}  // namespace records
