// The C functions: takes a content apart into records, and writes those of the sensor as lines.

#include <cstring>
#include <string>

#include "Envelope.hpp"
#include "Messages.hpp"
#include "OneWayFlows.hpp"
#include "UTF16.hpp"

struct RecordFramer {
    RecordFramer(FramingForm form, bool keepsLength, const char *log)
        : form(form), keepsLength(keepsLength), log(log == nullptr ? "" : log), utf16(form.charset),
          envelope(form.translation == nullptr ? Translations() : Translations{form.translation}) {
        if (form.columnSeparator != 0 && form.framing != FramingMessages)
            lines.append("#separator ").append(1, form.columnSeparator).append("\n#fields").append(1, form.columnSeparator);
        this->form.joinsNetflow = form.joinsNetflow && !keepsLength;
    }

    void read(std::string_view bytes, bool isLast);

    std::string lines;
    size_t taken = 0;

private:
    using Translations = std::vector<const RecordTranslation *>;

    /// Longer records are given out in two, both of them broken, so that memory is bounded.
    static constexpr size_t longest = 1 << 26;

    void readLines(std::string_view bytes, bool isLast);
    void readLine(std::string_view line);
    void readSpread(std::string_view bytes, bool isLast);
    void endRecord();
    size_t takeRecords(std::string_view object);
    void take(const framing::Record &record);
    void put(std::string_view record, std::string_view member = {});
    void putOther(const char *name);
    void pad(size_t length);

    FramingForm form;
    const bool keepsLength;
    const std::string log;
    framing::UTF16 utf16;
    std::string decoded, cell;
    framing::Envelope envelope;
    framing::OneWayFlows oneWay;
    framing::Messages messages;
    bool hasFlows = false;
    /// The line or the object that is not over.
    std::string record;
    /// How much of the content was passed over.
    uint64_t passed = 0;
    // In an object that is spread.
    size_t depth = 0;
    bool isInString = false, isEscaped = false, isAtLineBegin = true;
};

void RecordFramer::read(std::string_view bytes, bool isLast) {
    if (form.charset != FramingUTF8) {
        decoded.clear();
        utf16.read(bytes, isLast, decoded);
        bytes = decoded;
    }
    switch (form.framing) {
    case FramingAsItIs: lines.append(bytes); break;
    case FramingLines: readLines(bytes, isLast); break;
    case FramingSpread: readSpread(bytes, isLast); break;
    case FramingMessages:
        if (form.columnSeparator != 0) messages.readRows(bytes, isLast, form.columnSeparator, lines);
        else readSpread(bytes, isLast);
        break;
    }
    if (!isLast || !form.joinsNetflow) return;
    if (!lines.empty() && lines.back() != '\n') lines.push_back('\n');
    while (oneWay.takeRest(lines)) lines.push_back('\n');
}

// MARK: Lines

void RecordFramer::readLines(std::string_view bytes, bool isLast) {
    while (!bytes.empty()) {
        const size_t feed = bytes.find('\n');
        const std::string_view part = bytes.substr(0, feed);
        if (feed == std::string_view::npos) {
            record.append(part);
            if (record.size() < longest) break;
        } else if (record.empty()) {
            readLine(part);
            bytes.remove_prefix(feed + 1);
            continue;
        } else {
            record.append(part);
        }
        readLine(record);
        record.clear();
        bytes.remove_prefix(std::min(bytes.size(), part.size() + 1));
    }
    if (!isLast || record.empty()) return;
    readLine(record);
    record.clear();
    // The line had no end.
    if (!lines.empty() && !keepsLength) lines.pop_back();
}

void RecordFramer::readLine(std::string_view line) {
    const size_t before = lines.size();
    if (const size_t row = form.hasRows ? framing::findRow(line) : 0; row > 0) {
        const size_t length = line.size();
        put(line.substr(row));
        if (keepsLength) pad(before + length + 1);
        return;
    }
    bool isBlank = true, wasFound = false;
    for (const char c : line) isBlank = isBlank && framing::isSpace(c);
    if (isBlank) {
        lines.append(line).push_back('\n');
        return;
    }
    // A header may have braces of its own.
    size_t first = framing::findObject(line);
    const auto look = [&] {
        for (size_t begin = first; begin != std::string_view::npos && !wasFound;) {
            const std::string_view object = line.substr(begin, framing::passValue(line, begin) - begin);
            wasFound = takeRecords(object) > 0;
            begin = framing::findObject(line, begin + object.size());
        }
    };
    const size_t length = line.size();
    look();
    cell.clear();
    if (!wasFound && framing::takeCell(line, cell)) {
        line = cell;
        first = 0;
        look();
    }
    if (!wasFound) {
        const bool isCut = first != std::string_view::npos && framing::passNested(line, first) == std::string_view::npos;
        if (isCut) put(line.substr(first));
        else putOther("other");
    }
    if (keepsLength) pad(before + length + 1);
}

/// Makes the last line as long as what it came from.
void RecordFramer::pad(size_t length) {
    if (lines.size() >= length) return;
    lines.pop_back();
    lines.append(length - 1 - lines.size(), ' ').push_back('\n');
}

// MARK: Anywhere

void RecordFramer::readSpread(std::string_view bytes, bool isLast) {
    if (passed < form.start) {
        const size_t count = size_t(std::min<uint64_t>(bytes.size(), form.start - passed));
        passed += count;
        bytes.remove_prefix(count);
    }
    size_t at = 0;
    while (at < bytes.size()) {
        if (depth == 0) {
            at = bytes.find('{', at);
            if (at == std::string_view::npos) break;
            record.assign(1, '{');
            depth = 1;
            isInString = isEscaped = isAtLineBegin = false;
            ++at;
            continue;
        }
        const char c = bytes[at];
        if (isInString) {
            if (c == '\n') {
                // A string has no line end: the record was cut off.
                endRecord();
                continue;
            }
            // Up to what ends the string, or escapes.
            size_t end = at;
            if (!isEscaped)
                while (end < bytes.size() && bytes[end] != '"' && bytes[end] != '\\' && bytes[end] != '\n') ++end;
            if (end > at) {
                record.append(bytes.substr(at, end - at));
                at = end;
                continue;
            }
            record.push_back(c);
            isInString = isEscaped || c != '"';
            isEscaped = !isEscaped && c == '\\';
            ++at;
        } else if (c == '\n' || c == '\r' || c == ' ' || c == '\t') {
            isAtLineBegin = c == '\n';
            ++at;
        } else if (c == '{' && isAtLineBegin) {
            // Objects inside others are indented: the record before was cut off.
            endRecord();
        } else {
            isAtLineBegin = false;
            record.push_back(c);
            isInString = c == '"';
            ++at;
            if (c == '{' || c == '[') ++depth;
            if ((c == '}' || c == ']') && --depth == 0) endRecord();
        }
        if (record.size() > longest) endRecord();
    }
    if (isLast && depth > 0) {
        endRecord();
        if (!lines.empty()) lines.pop_back();
    }
}

void RecordFramer::endRecord() {
    if (form.framing == FramingMessages) {
        // A document without a message stays what it is, for who counts it.
        if (messages.takeObject(record, lines) == 0) put(record);
    } else if (takeRecords(record) == 0) {
        if (depth > 0) put(record);
        else putOther("other");
    }
    depth = 0;
    record.clear();
}

// MARK: Records

size_t RecordFramer::takeRecords(std::string_view object) {
    return envelope.find(object, [&](const framing::Record &record) { take(record); });
}

void RecordFramer::take(const framing::Record &record) {
    if (record.sensor != form.sensor) return putOther(record.sensor == FramingEVE ? "suricata" : "zeek");
    if (record.sensor == FramingZeek) {
        if (record.hasPath) return put(record.text);
        if (!record.stream.empty()) return put(record.text, "\"_path\":" + std::string(record.stream) + ",");
        return log.empty() ? put(record.text) : put(record.text, "\"_path\":\"" + log + "\",");
    }
    hasFlows = hasFlows || record.type == "\"flow\"";
    if (!form.joinsNetflow || hasFlows || record.type != "\"netflow\"") return put(record.text);
    if (oneWay.take(record.text, lines)) lines.push_back('\n');
    else putOther("netflow");
}

/// - member: put before all others.
void RecordFramer::put(std::string_view record, std::string_view member) {
    if (!member.empty()) {
        lines.push_back('{');
        lines.append(member);
        record.remove_prefix(1);
    }
    const size_t begin = lines.size();
    lines.append(record);
    // Between tokens line ends are white space.
    for (size_t at = lines.find('\n', begin); at != std::string::npos; at = lines.find('\n', at)) lines[at] = ' ';
    lines.push_back('\n');
}

/// A line that is counted as one of another kind.
void RecordFramer::putOther(const char *name) {
    lines.append(form.sensor == FramingZeek ? "{\"_path\":\"" : "{\"event_type\":\"").append(name).append("\"}\n");
}

// MARK: Forms

namespace {

using framing::Record;

/// Whether records of a type stand in the head, also in a text.
bool hasType(std::string_view head, std::string_view type) {
    for (const char *const before : {"event_type\":\"", "event_type\": \"", "event_type\\\":\\\"", "event_type\\\": \\\"",
             "event_type\"\":\"\""}) {
        const std::string begin = before + std::string(type);
        for (size_t at = head.find(begin); at != std::string_view::npos; at = head.find(begin, at + 1)) {
            const size_t end = at + begin.size();
            if (end < head.size() && (head[end] == '"' || head[end] == '\\')) return true;
        }
    }
    return false;
}

/// What a record in the head tells of all of them.
FramingForm formOf(const Record &record, Framing framing, std::string_view head) {
    FramingForm form{};
    form.sensor = record.sensor;
    form.framing = framing;
    form.isCertain = true;
    form.translation = record.translation;
    form.joinsNetflow = record.sensor == FramingEVE && record.type != "\"flow\"" && hasType(head, "netflow")
        && !hasType(head, "flow");
    const bool isRenamed = record.sensor == FramingZeek && !record.hasPath && !record.stream.empty();
    if (framing == FramingAsItIs && (form.joinsNetflow || isRenamed)) form.framing = FramingLines;
    return form;
}

/// Whether nothing but white space, a bracket or a comma stands before a place, or zeros that a crash left.
bool isBare(std::string_view text) {
    for (const char c : text)
        if (!framing::isSpace(c) && c != '[' && c != ',' && c != '\0') return false;
    return true;
}

/// What separates the columns of a line that has the names of Zeek's; 0 where it is none.
char columnSeparator(std::string_view line) {
    for (const char separator : {'\t', ',', '|', ' '}) {
        bool hasTime = false, hasSource = false;
        for (size_t begin = 0; begin < line.size();) {
            const size_t end = std::min(line.find(separator, begin), line.size());
            const std::string_view name = line.substr(begin, end - begin);
            hasTime |= name == "ts";
            hasSource |= name == "id.orig_h" || name == "id_orig_h";
            begin = end + 1;
        }
        if (hasTime && hasSource) return separator;
    }
    return 0;
}

/// Looks for the first line that holds a record of a sensor.
FramingForm formOf(std::string_view head, bool isWhole, std::vector<const RecordTranslation *> translations) {
    FramingForm none{};
    framing::Envelope envelope(std::move(translations));
    // Where an array begins that holds the records.
    bool isArray = false;
    for (size_t begin = 0; begin < head.size();) {
        const size_t feed = head.find('\n', begin);
        const bool isCutOff = feed == std::string_view::npos && !isWhole;
        const std::string_view rest = head.substr(begin), line = rest.substr(0, feed - begin);
        size_t first = framing::passSpace(line, 0);
        if (first == line.size()) {
            begin += line.size() + 1;
            continue;
        }
        // A header of Zeek tells what the rows are.
        if (line[first] == '#' && line.size() > first + 1 && !framing::isSpace(line[first + 1])) {
            none.isCertain = true;
            return none;
        }
        // So is one of names without a mark.
        if (begin == 0 && (none.columnSeparator = columnSeparator(line.substr(0, line.find('\r')))) != 0) {
            none.sensor = FramingZeek;
            none.isCertain = true;
            return none;
        }
        std::string cell;
        if (framing::takeCell(line, cell)) {
            FramingForm form = none;
            envelope.find(std::string_view(cell).substr(0, framing::passValue(cell, 0)), [&](const Record &record) {
                if (!form.isCertain) form = ::formOf(record, FramingLines, head);
            });
            if (form.isCertain) return form;
        }
        if (framing::findRow(line) > 0) {
            FramingForm form{};
            form.sensor = FramingZeek;
            form.framing = FramingLines;
            form.hasRows = form.isCertain = true;
            return form;
        }
        const bool isBracket = line[first] == '[' || (isArray && line[first] == ',');
        if (isBracket) {
            const size_t next = framing::passSpace(rest, first + 1);
            isArray = next == rest.size() || framing::isObject(rest, next);
        }
        // Its members may begin in the next line.
        for (size_t at = framing::findObject(rest, 0, line.size()); at < line.size();) {
            const size_t objectEnd = framing::passNested(line, at);
            const bool isClosed = objectEnd != std::string_view::npos;
            const bool isFirst = isBare(line.substr(0, at));
            // An object that goes on in the next line, unless that begins with another one: then it was cut off.
            const size_t nextLine = framing::passSpace(rest, line.size());
            const bool goesOn = !isClosed && !isCutOff && isFirst && nextLine < rest.size() && nextLine > line.size()
                && !(rest[nextLine] == '{' && rest[nextLine - 1] == '\n');
            const std::string_view object =
                goesOn ? rest.substr(at, framing::passValue(rest, at) - at) : line.substr(at, objectEnd - at);
            FramingForm form = none;
            envelope.find(object, [&](const Record &record) {
                if (form.isCertain) return;
                const size_t behind = isClosed ? framing::passSpace(line, objectEnd) : line.size();
                // Another object may follow, or a comma, where the array's brackets were lost.
                const bool isSpread = goesOn || isArray || (behind < line.size() && (line[behind] == '{' || line[behind] == ','));
                const bool isItself = record.text.data() == object.data();
                const Framing framing = isSpread ? FramingSpread
                    : !isItself || !isFirst      ? FramingLines
                                                 : FramingAsItIs;
                form = ::formOf(record, framing, head);
                // A list that does not end in the head: its records are told apart one by one.
                const bool isOpen = at + object.size() + begin >= head.size() && !isClosed;
                if (!record.element.empty() && isOpen) {
                    form.framing = FramingSpread;
                    form.start = uint64_t(record.element.data() - head.data());
                }
            });
            if (form.isCertain) return form;
            at = isClosed ? framing::findObject(rest, objectEnd, line.size()) : std::string_view::npos;
            if (goesOn && object.size() > line.size() - at) {
                begin += size_t(object.data() - rest.data()) + object.size();
                break;
            }
        }
        if (isCutOff) break;
        begin = std::max(begin + 1, feed == std::string_view::npos ? head.size() : feed + 1);
    }
    none.isCertain = isWhole;
    return none;
}

}  // namespace

extern "C" {

FramingForm FramingFormOf(
    const char *head, size_t length, bool isWhole, const RecordTranslation *const *translations, size_t count) {
    std::string_view text(head, length);
    const FramingCharset charset = framing::UTF16::charset(text);
    std::string decoded;
    if (charset != FramingUTF8) {
        framing::UTF16(charset).read(text, false, decoded);
        text = decoded;
    }
    FramingForm form = formOf(text, isWhole, {translations, translations + count});
    form.charset = charset;
    form.hasDocuments =
        form.sensor == FramingNoSensor && count == 0 && text.find("@timestamp") != std::string_view::npos;
    return form;
}

FramingCharset FramingCharsetOf(const char *head, size_t length) {
    return framing::UTF16::charset(std::string_view(head, length));
}

bool FramingHasMessages(const char *head, size_t length, FramingForm *form) {
    std::string_view text(head, length);
    *form = FramingForm{};
    form->charset = framing::UTF16::charset(text);
    std::string decoded;
    if (form->charset != FramingUTF8) {
        framing::UTF16(form->charset).read(text, false, decoded);
        text = decoded;
    }
    form->framing = FramingMessages;
    const size_t first = framing::passSpace(text, text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0);
    const bool isJSON = framing::isObject(text, first)
        || (first < text.size() && text[first] == '[' && framing::isObject(text, framing::passSpace(text, first + 1)));
    if (!isJSON) form->columnSeparator = framing::Messages::separator(text);
    return isJSON || form->columnSeparator != 0;
}

RecordFramer *RecordFramerCreate(FramingForm form, bool keepsLength, const char *log) {
    return new RecordFramer(form, keepsLength, log);
}

void RecordFramerDestroy(RecordFramer *framer) { delete framer; }

void RecordFramerRead(RecordFramer *framer, const char *bytes, size_t length, bool isLast) {
    framer->read(std::string_view(bytes, length), isLast);
}

const char *RecordFramerLines(const RecordFramer *framer, size_t *length) {
    *length = framer->lines.size() - framer->taken;
    return framer->lines.data() + framer->taken;
}

void RecordFramerForget(RecordFramer *framer, size_t length) {
    framer->taken += length;
    if (framer->taken < framer->lines.size()) return;
    framer->lines.clear();
    framer->taken = 0;
}
}
