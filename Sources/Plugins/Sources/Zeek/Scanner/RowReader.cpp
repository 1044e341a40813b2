#include "RowReader.hpp"

#include <algorithm>
#include <string_view>

#include "LineMask.hpp"

namespace zeek {

void RowReader::setHeader(const Header &next) {
    if (next == header) return;
    header = next;
    compile();
}

size_t RowReader::place(std::string_view name) const {
    for (size_t i = 0; i < header.fields.size() && !name.empty(); ++i)
        if (header.fields[i] == name) return i;
    return none;
}

void RowReader::compile() {
    log = header.path;
    if (log.empty()) {
        LogGuess guess;
        for (const std::string &field : header.fields) guess.see(field);
        log = guess.log();
    }
    hasUsualUnset = header.unset == "-";
    usualProtocol = protocolOf(log);
    timePlace = place("ts");
    sourcePlace = place("id.orig_h");
    destinationPlace = place("id.resp_h");
    portPlace = place("id.resp_p");
    protocolPlace = place("proto");
    order = &wants.of(log);
    isAlone = order->isNamed && standsAlone(log);
    hasConnection = timePlace != none && (isAlone || (sourcePlace != none && destinationPlace != none));
    lastIsJoined = header.splitColumns > header.fields.size();
    destinations.clear();
    for (const Want &want : order->wants) {
        Destination destination{want.table, {}};
        for (const WantedField &field : want.fields)
            destination.fields.push_back(
                Field{firstOf(field.name, none, [this](std::string_view name) { return place(name); }), field.form,
                      field.column, lastIsJoined});
        destinations.push_back(std::move(destination));
    }
}

/// Finds the ends of all columns, and the line's.
///
/// - Returns: false if there are more columns than any log has.
bool RowReader::split(const char *line, const char *end, const char *&next) {
    row = line;
    size_t count = 0;
    for (const char *p = line;; p += 64) {
        const Block block(p);
        uint64_t separators = block.equal(header.separator), feeds = block.equal('\n');
        const auto left = size_t(end - p);
        if (__builtin_expect(left < 64, 0)) {
            // What lies behind the block is nobody's; its end is the line's where no line feed is.
            const uint64_t inside = (uint64_t(1) << left) - 1;
            feeds = (feeds & inside) | uint64_t(1) << left;
            separators &= inside;
        }
        if (feeds != 0) separators &= (feeds & (0 - feeds)) - 1;
        const auto base = uint32_t(p - line);
        // Four at a time: how many there are is hard to foretell, and what is written too much is written over.
        const size_t found = size_t(__builtin_popcountll(separators));
        if (__builtin_expect(count + found >= Header::mostColumns, 0)) {
            const auto *feed = static_cast<const char *>(std::memchr(p, '\n', left));
            next = feed == nullptr ? end : feed + 1;
            return false;
        }
        for (size_t i = 0; i < found; i += 4) {
            for (size_t j = 0; j < 4; ++j) {
                ends[count + i + j] = base + uint32_t(__builtin_ctzll(separators | uint64_t(1) << 63));
                separators &= separators - 1;
            }
        }
        count += found;
        if (feeds == 0) continue;
        uint32_t lineEnd = base + uint32_t(__builtin_ctzll(feeds));
        next = line + lineEnd + (line + lineEnd < end);
        if (lineEnd > 0 && line[lineEnd - 1] == '\r') --lineEnd;
        ends[count] = lineEnd;
        columnCount = count + 1;
        return true;
    }
}

/// Whether the row has its header's columns. Spaces that join columns in the header may separate them in the rows, and
/// empty columns behind the last one are separators that some programs write there.
bool RowReader::fitsHeader() {
    if (columnCount == header.splitColumns) return true;
    while (columnCount > header.fields.size() && value(columnCount - 1).length == 0) --columnCount;
    return columnCount == header.fields.size();
}

bool RowReader::readHead(Head &head, ZeekReason &reason) const {
    const Value time = value(timePlace);
    if (!readTime(time.text, time.length, head.start)) {
        reason = ZeekBadTime;
        return false;
    }
    if (isAlone) return true;
    const Value source = value(sourcePlace), destination = value(destinationPlace);
    if (!readAddress(source.text, source.length, sourcePlace == 0, head.source)) {
        reason = ZeekBadSource;
        return false;
    }
    if (!readAddress(destination.text, destination.length, destinationPlace == 0, head.destination)) {
        reason = ZeekBadDestination;
        return false;
    }
    if (portPlace != none) {
        const Value port = value(portPlace);
        int64_t number = 0;
        if ((!readCount(port.text, port.length, number) || number > UINT16_MAX) && !isUnset(port)) {
            reason = ZeekBadPort;
            return false;
        }
        head.port = uint16_t(number);
    }
    head.protocol = usualProtocol;
    if (protocolPlace != none) {
        const Value protocol = value(protocolPlace);
        head.protocol = protocolNumber(protocol.text, protocol.length, head.source);
    }
    return true;
}

bool RowReader::readFields(
    const Destination &destination, ZeekTable &table, Output &output, Reading &reading) const {
    for (const Field &field : destination.fields) {
        const bool isSet = field.place != none && !isUnset(value(field.place));
        if (field.form == ZeekText || field.form == ZeekHost) {
            if (isSet) writeText(field, value(field.place), table, output);
            else table.texts[field.column][table.count] = ZeekTextRange{0, 0};
            continue;
        }
        int64_t number = ZEEK_UNKNOWN;
        if (isSet) {
            const Value value = this->value(field.place);
            if (field.form == ZeekIdentity) {
                number = identity(value.text, value.length);
            } else if (field.form == ZeekProxyTarget) {
                number = SensorIsProxyTarget(value.text, value.length);
            } else if (field.form == ZeekCount) {
                if (!readCount(value.text, value.length, number)) {
                    reading.reason = ZeekBadCount;
                    return false;
                }
            } else if (!readSeconds(value.text, value.length, number)) {
                int64_t negated;
                if (value.length < 2 || *value.text != '-'
                    || !readSeconds(value.text + 1, value.length - 1, negated)) {
                    reading.reason = ZeekBadDuration;
                    return false;
                }
                reading.isNegative = negated > 0;
                number = negated > 0 ? ZEEK_UNKNOWN : 0;
            }
        }
        Output::write(table, field.column, number);
    }
    return true;
}

void RowReader::writeText(const Field &field, Value value, ZeekTable &table, Output &output) const {
    std::string_view text(value.text, value.length);
    if (field.isJoined && field.place + 1 == header.fields.size()) text = text.substr(0, text.find(' '));
    const size_t from = output.texts.size();
    if (text != header.empty) {
        if (text.find('\\') == std::string_view::npos) {
            if (field.form == ZeekHost) appendHost(text, output.texts);
            else output.texts.append(text);
        } else {
            std::string plain;
            records::unescape(text, plain);
            if (field.form == ZeekHost) appendHost(plain, output.texts);
            else output.texts.append(plain);
        }
    }
    output.writeText(table, field.column, from);
}

/// - next: the begin of the next line, or the end of the block.
bool RowReader::isTooLong(const char *line, const char *next) const {
    return size_t(next - line) - (next[-1] == '\n') > longestLine;
}

Reading RowReader::skip() const {
    Reading reading = Reading::skipped(log);
    if (timePlace < columnCount) {
        const Value time = value(timePlace);
        reading.hasTime = readTime(time.text, time.length, reading.time);
    }
    return reading;
}

Reading RowReader::read(const char *line, const char *end, uint64_t position, Output &output, const char *&next) {
    const bool isSplit = split(line, end, next);
    if (__builtin_expect(size_t(next - line) > longestLine, 0) && isTooLong(line, next))
        return Reading::rejected(ZeekLineTooLong);
    if (destinations.empty() || (!order->isNamed && !hasConnection)) {
        if (!isSplit) columnCount = 0;
        return skip();
    }
    if (!hasConnection) return Reading::rejected(ZeekNoConnection);
    if (!isSplit || (columnCount != header.fields.size() && !fitsHeader())) {
        return Reading::rejected(next == end && end[-1] != '\n' ? ZeekTruncated : ZeekOtherColumns);
    }
    // Records of weird.log and the like need not be of a connection.
    if (!order->isNamed && (isUnset(value(sourcePlace)) || isUnset(value(destinationPlace)))) return skip();
    Head head;
    ZeekReason reason = ZeekBadTime;
    if (!readHead(head, reason)) return Reading::rejected(reason);
    Reading reading = Reading::used(*order, head.start);
    for (const Destination &destination : destinations) {
        ZeekTable &table = output.tables[destination.table];
        output.write(table, head, position);
        if (!readFields(destination, table, output, reading)) return Reading::rejected(reading.reason);
    }
    for (const Destination &destination : destinations) ++output.tables[destination.table].count;
    return reading;
}

bool RowReader::fitsConn() const {
    constexpr size_t protocolColumn = 6, stateColumn = 11;
    constexpr std::string_view protocols[] = {"tcp", "udp", "icmp", "unknown_transport"};
    constexpr std::string_view states[] = {"S0",   "S1",     "SF",    "REJ", "S2",  "S3", "RSTO",
                                           "RSTR", "RSTOS0", "RSTRH", "SH",  "SHR", "OTH"};
    const Value protocol = value(protocolColumn), state = value(stateColumn);
    const auto isAmong = [](const auto &names, Value value) {
        const std::string_view text(value.text, value.length);
        return std::find(std::begin(names), std::end(names), text) != std::end(names);
    };
    return isAmong(protocols, protocol) && isAmong(states, state);
}

Reading RowReader::readAsConn(const char *line, const char *end, uint64_t position, Output &output, const char *&next) {
    const bool isSplit = split(line, end, next);
    if (isSplit && columnCount != header.fields.size()) setHeader(headerOfConn(columnCount));
    if (isSplit && hasColumns() && fitsConn()) return read(line, end, position, output, next);
    const bool isCutOff = next == end && end[-1] != '\n' && columnCount > 1;
    return Reading::rejected(isCutOff ? ZeekTruncated : ZeekNoHeader);
}

}  // namespace zeek
