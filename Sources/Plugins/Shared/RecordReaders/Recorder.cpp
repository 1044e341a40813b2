#include "Recorder.hpp"

#include <algorithm>
#include <cmath>

#include "SensorText/Address.hpp"
#include "SensorText/Identity.hpp"

namespace records {

namespace {

/// - Returns: false for any other text than a whole number of up to 18 digits.
bool readNumber(std::string_view text, int64_t &number) {
    const bool isNegative = text.size() > 1 && text.front() == '-';
    if (isNegative) text.remove_prefix(1);
    if (text.empty() || text.size() > 18) return false;
    number = 0;
    for (const char c : text) {
        if (!sensor::isDigit(c)) return false;
        number = number * 10 + (c - '0');
    }
    if (isNegative) number = -number;
    return true;
}

}  // namespace

bool Recorder::readTime(const Value &value, int64_t &time) {
    const std::string_view text = value.text;
    if (table != nullptr) return loose.read(text, time);
    if (text.size() == sensor::TimeReader::usualLength) return times.readUsual(text.data(), time);
    if (sensor::readAnyTime(text.data(), text.size(), time)) return true;
    if (value.isText) {
        joined.assign(text) += 'Z';
        return sensor::readTime(joined.data(), joined.size(), time);
    }
    joined.assign(text);
    const double seconds = std::strtod(joined.c_str(), nullptr);
    if (!(seconds > 0 && seconds < 9e9)) return false;
    time = std::llround(seconds * 1e6) * 1'000;
    return true;
}

int64_t Recorder::time(const Kind &kind) {
    const Value *const value = values.first(kind.parts[RecordStart]);
    int64_t time;
    return value != nullptr && readTime(*value, time) ? time : CONTEXT_UNKNOWN;
}

uint16_t Recorder::port(const Slots &slots) const {
    const Value *const value = values.first(slots);
    int64_t number;
    if (table != nullptr) {
        // 51000(LOCAL\\bob) of a firewall that knows its users, "443 pattern: allow" where no key follows
        number = 0;
        if (value != nullptr)
            for (size_t i = 0; i < value->text.size() && sensor::isDigit(value->text[i]) && number <= UINT16_MAX; ++i)
                number = number * 10 + (value->text[i] - '0');
        return number <= UINT16_MAX ? uint16_t(number) : 0;
    }
    return value != nullptr && readNumber(value->text, number) && number >= 0 && number <= UINT16_MAX ? uint16_t(number) : 0;
}

int64_t Recorder::identity(const Value &value) {
    uint64_t number = 0;
    const bool isNumber = value.text.size() < 20 && std::all_of(value.text.begin(), value.text.end(), [&](char c) {
        number = number * 10 + uint64_t(c - '0');
        return sensor::isDigit(c);
    });
    // The reader of ids looks past the end.
    return isNumber ? int64_t(number) : sensor::identity(std::string(value.text).append(8, '\0').data(), value.text.size());
}

bool Recorder::readAddress(const Value &value, SensorAddress &address) {
    const std::string_view text = value.text;
    return value.isInside ? sensor::readAddressInside(text.data(), text.size(), address)
                          : sensor::readAddress(text.data(), text.size(), address);
}

void Recorder::readAddresses(const Slots &slots, std::vector<SensorAddress> &addresses) {
    addresses.clear();
    values.eachOfFirst(slots, [&](const Value &value) {
        SensorAddress address;
        uint16_t port = 0;
        if (table != nullptr ? readLooseAddress(value.text, address, port) : readAddress(value, address)) {
            addresses.push_back(address);
            if (port != 0 && addresses.size() == 1) (&addresses == &sources ? sourcePort : destinationPort) = port;
        }
        return true;
    });
}

/// Whether the record is an answer that a sensor wrote beside its question.
bool Recorder::isAnswer(const Kind &kind) const {
    return std::any_of(kind.answering.begin(), kind.answering.end(), [&](const Condition &condition) {
        const Value *const value = values.first(condition.slot);
        return value != nullptr && value->text == condition.value;
    });
}

/// Calls a function with each of several texts that tables write as one: `type:  5 a.example;::ffff:192.0.2.1;`, as Sysmon
/// has it. A sensor's text is one.
template <class Take>
void Recorder::eachPart(const Value &value, Take take) const {
    if (table == nullptr || value.text.find(';') == std::string_view::npos) return take(value);
    for (std::string_view rest = value.text; !rest.empty();) {
        const size_t end = std::min(rest.find(';'), rest.size());
        std::string_view part = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
        if (part.substr(0, 5) == "type:") part.remove_prefix(part.find_last_of(' ') == std::string_view::npos ? 5 : part.find_last_of(' ') + 1);
        constexpr std::string_view mapped = "::ffff:";
        if (part.substr(0, mapped.size()) == mapped) part.remove_prefix(mapped.size());
        if (!part.empty()) take(Value{part, true, false});
    }
}

bool Recorder::isAnsweredAsAsked(const Kind &kind) const {
    if (!kind.hasAnswers() || arena.interest.answers.empty()) return false;
    bool isAsked = false;
    for (const Slots &slots : kind.columns[kind.answers].alternatives)
        for (const Slot slot : slots)
            values.each(slot, [&](const Value &value) {
                eachPart(value, [&](const Value &part) {
                    SensorAddress address;
                    isAsked = isAsked || (readAddress(part, address) && arena.interest.isAnswer(address));
                });
                return !isAsked;
            });
    return isAsked;
}

/// How much is asked for of what any of the sources said to any of the destinations.
Recorder::Detail Recorder::detail(const Kind &kind) const {
    if (kind.parts[RecordSource].empty()) return Detail::full;
    Detail most = Detail::none;
    for (const SensorAddress &source : sources)
        for (const SensorAddress &destination : destinations)
            most = std::max(most, arena.interest.detail(kind.kind, source, destination));
    return most;
}

Recorder::Fate Recorder::record(const Kind &kind, uint64_t position, int64_t ownID) {
    ContextHead head{};
    head.kind = kind.kind;
    head.position = position;
    sourcePort = destinationPort = 0;
    if (table != nullptr) {
        if (!findTimes(kind, head.start)) return {"no time", true};
        readLooseHost(kind);
    } else {
        head.start = time(kind);
        if (head.start == CONTEXT_UNKNOWN) return {"no time", true};
    }
    isMarked = arena.interest.isAll && kind.marksAnswers && isAnswer(kind);
    if (!kind.parts[RecordSource].empty()) {
        readAddresses(kind.parts[RecordSource], sources);
        readAddresses(kind.parts[RecordDestination], destinations);
        if (table != nullptr && destinations.empty() && !host.empty()) {
            // Behind a proxy the name is what is known.
            SensorAddress address = sensor::fromV4(0);
            uint16_t port;
            readLooseAddress(host, address, port);
            destinations.push_back(address);
        }
        if (sources.empty()) return {"no source address", !kind.mayBeNobodys};
        if (destinations.empty()) return {"no destination address", !kind.mayBeNobodys};
        if (!arena.interest.holds(head.start)) return {"outside the window", false};
        // Of all are meant the questions, or the answers alone, or where they are marked both.
        if (arena.interest.isAll && !kind.answering.empty() && !isMarked && isAnswer(kind) != kind.isAnswers)
            return {"an answer", false};
        head.source = sources.front();
        head.destination = destinations.front();
    }
    head.sourcePort = port(kind.parts[RecordSourcePort]);
    head.port = port(kind.parts[RecordPort]);
    if (table != nullptr) {
        if (head.sourcePort == 0) head.sourcePort = sourcePort;
        if (head.port == 0) head.port = destinationPort != 0 ? destinationPort : hostPort;
        if (kind.isOneWay && isAnswer(head)) return {"the server's direction, a record of its own", false};
        if (isTurned(kind, head)) {
            std::swap(head.source, head.destination);
            std::swap(head.sourcePort, head.port);
            std::swap(sources, destinations);
        }
    }
    // Sensors differ in whose record an answer is; the port of the side that was asked tells.
    if (isMarked && head.sourcePort != 0 && (head.sourcePort < head.port || head.port == 0)) {
        std::swap(head.source, head.destination);
        std::swap(head.sourcePort, head.port);
    }
    ++arena.used[kind.kind];

    names.clear();
    bool isAnswering = false;
    isAnswered = false;
    if (kind.hasQuery()) {
        for (const Slots &slots : kind.columns[kind.query].alternatives) {
            values.eachOfFirst(slots, [&](const Value &value) {
                names.push_back(value.text);
                return true;
            });
            if (!names.empty()) break;
        }
        isAnswered = isAnsweredAsAsked(kind);
        // What a resolver sent is the other's lookup; its port tells.
        isAnswering = head.sourcePort == 53 && head.port != 53;
    }
    count(kind, isAnswering ? head.destination : head.source);
    const Detail detail = isAnswered ? Detail::full : this->detail(kind);
    if (detail == Detail::none) return {};

    head.protocol = kind.protocol;
    const Value *const protocol = values.first(kind.parts[RecordProtocol]);
    if (protocol != nullptr) {
        // Azure's letters; with a service behind it, or as a decimal: tcp/https, 6.0
        const std::string_view name = protocol->text == "T" ? "tcp" : protocol->text == "U" ? "udp"
            : table != nullptr                              ? protocol->text.substr(0, protocol->text.find_first_of("/."))
                                                            : protocol->text;
        head.protocol = SensorProtocolNumber(name.data(), name.size());
    }
    bool hasID = false;
    values.eachOfFirst(kind.parts[RecordID], [&](const Value &value) {
        head.id = identity(value);
        hasID = true;
        write(kind, head, detail);
        return true;
    });
    if (hasID) return {};
    head.id = ownID;
    write(kind, head, detail);
    return {};
}

void Recorder::count(const Kind &kind, const SensorAddress &client) {
    for (size_t place = 0; place < kind.columns.size(); ++place) {
        const ColumnField &field = kind.columns[place];
        if (!arena.interest.counts(field.column)) continue;
        if (place == kind.query && kind.hasQuery()) {
            for (const std::string_view name : names) arena.count(kind.kind, field.column, name, client);
        } else {
            for (const Slots &slots : field.alternatives) {
                const Value *const value = values.first(slots);
                if (value == nullptr) continue;
                arena.count(kind.kind, field.column, value->text, client);
                break;
            }
        }
    }
}

/// Writes a record for each name that was looked up, or one.
void Recorder::write(const Kind &kind, const ContextHead &head, Detail detail) {
    for (size_t name = 0; name < std::max<size_t>(1, names.size()); ++name) {
        if (name < names.size() && detail == Detail::full && isAnswered) arena.learn(names[name]);
        arena.begin(head, detail, kind.mayWait);
        if (isMarked) arena.number({kind.answerMark, ContextKept}, 1);
        for (size_t place = 0; place < kind.columns.size(); ++place) {
            const ColumnField &field = kind.columns[place];
            if (!field.column.isKept(detail)) continue;
            if (place == kind.query && kind.hasQuery()) {
                if (name < names.size()) arena.text(field.column, names[name]);
            } else if (field.form == RecordLines || field.form == RecordEntries) {
                writeLines(field);
            } else {
                writeSingle(field, name);
            }
        }
        arena.end();
    }
}

/// - name: which of the names the record is about.
void Recorder::writeSingle(const ColumnField &field, size_t name) {
    if (field.form == RecordDuration) {
        if (duration != CONTEXT_UNKNOWN) arena.number(field.column, duration);
        return;
    }
    if (table != nullptr && field.form == RecordText && field.column.is(ContextIsHost) && !field.column.is(ContextIsQuery)
        && !host.empty())
        return arena.text(field.column, host);
    for (const Slots &slots : field.alternatives) {
        const Value *value = values.first(slots);
        if (value == nullptr) continue;
        if (field.isBesideQuery && name > 0) {
            size_t number = 0;
            values.eachOfFirst(slots, [&](const Value &other) {
                if (number == name) value = &other;
                return number++ < name;
            });
        }
        int64_t number;
        if (field.form == RecordText) {
            arena.text(field.column, value->text);
        } else if (table != nullptr && field.form == RecordNumber) {
            number = this->number(value->text, table->hasDecimalComma);
            if (number != CONTEXT_UNKNOWN) arena.number(field.column, number);
        } else if (field.form == RecordNumber ? readNumber(value->text, number) : readTime(*value, number)) {
            arena.number(field.column, number);
        }
        return;
    }
}

void Recorder::writeLines(const ColumnField &field) {
    joined.clear();
    for (const Slots &slots : field.alternatives) {
        for (const Slot slot : slots)
            values.each(slot, [&](const Value &value) {
                eachPart(value, [&](const Value &part) { RecordArena::join(joined, part.text); });
                return true;
            });
        if (!joined.empty()) break;
    }
    arena.text(field.column, joined);
}

}  // namespace records
