#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "Translation.hpp"

namespace framing {

/// A sensor's record, and what it says of itself.
struct Record {
    std::string_view text;
    FramingSensor sensor = FramingNoSensor;
    /// Of EVE: `"flow"` with its quotes.
    std::string_view type;
    /// Of Zeek: the log's name, with its quotes, where another member than `_path` says it.
    std::string_view stream;
    bool hasPath = false;
    /// Whether its members have underscores before their names, as GELF has them.
    bool isMarked = false;
    /// The element of a list that it is, or stands in; empty where it is in none.
    std::string_view element;
    /// What it was made by; null where it stood there.
    const RecordTranslation *translation = nullptr;
};

/// Whether an object is a record of a sensor, by its members.
Record recognise(std::string_view object);

/// Finds the records of sensors inside other programs' documents.
class Envelope {
public:
    /// - translations: for documents in which no record is.
    explicit Envelope(std::vector<const RecordTranslation *> translations) : translations(std::move(translations)) {}

    /// Finds them in an object, which may be cut off: itself, or what is nearest to its surface. A text that holds a record
    /// comes before objects, which were taken apart and perhaps changed.
    ///
    /// - take: is called with each, which is valid until the next search.
    /// - Returns: how many there are.
    template <class Take>
    size_t find(std::string_view object, Take take) {
        texts.clear();
        return find(object, 0, {}, take);
    }

private:
    /// More nesting than any shipper adds.
    static constexpr int deepest = 8;

    struct Way {
        std::string_view element;
        bool isInText = false;
    };

    template <class Take>
    size_t find(std::string_view object, int depth, Way way, Take &take) {
        Record record = recognise(object);
        if (record.sensor != FramingNoSensor) {
            record.element = way.element;
            take(record);
            return 1;
        }
        size_t found = 0;
        if (depth == deepest) return found;
        if (record.isMarked) return find(withoutMarks(object), depth + 1, way, take);
        if (const std::string_view fields = withoutLists(member(object, "fields")); !fields.empty())
            return find(fields, depth + 1, way, take);
        eachMember(object, [&](std::string_view, std::string_view value) {
            if (value.front() == '"') found = findInText(value, depth, way, take);
            return found == 0;
        });
        if (found > 0) return found;
        bool isDocument = false;
        eachMember(object, [&](std::string_view name, std::string_view value) {
            isDocument = isDocument || name == "@timestamp";
            found = findInValue(value, depth, way, take);
            return found == 0;
        });
        if (found > 0 || !isDocument || translations.empty() || !translated(object, record)) return found;
        record.element = way.element;
        take(record);
        return 1;
    }

    /// A document of GELF without the underscores of its members, and without those that have none.
    std::string_view withoutMarks(std::string_view object);

    /// The fields of a document that a search was asked for, `{"src_ip":["10.0.0.5"],"flow.age":[1]}`, as the document has
    /// them; empty where they are none.
    std::string_view withoutLists(std::string_view fields);

    bool translated(std::string_view document, Record &record);

    template <class Take>
    size_t findInValue(std::string_view value, int depth, Way way, Take &take) {
        if (value.front() == '{') return find(value, depth + 1, way, take);
        size_t found = 0;
        if (value.front() != '[' || depth + 1 >= deepest) return found;
        const bool isOutermost = way.element.empty() && !way.isInText;
        eachElement(value, [&](std::string_view element) {
            if (isOutermost) way.element = element;
            // Loki has lines as elements.
            found += element.front() == '"' ? findInText(element, depth + 1, way, take)
                                            : findInValue(element, depth + 1, way, take);
            return true;
        });
        return found;
    }

    template <class Take>
    size_t findInText(std::string_view string, int depth, Way way, Take &take) {
        if (!mayHoldRecord(string) || depth + 1 >= deepest) return 0;
        std::string &text = texts.emplace_back();
        unquote(string, text);
        const size_t begin = findObject(text);
        if (begin == std::string::npos) return 0;
        const std::string_view object = std::string_view(text).substr(begin);
        way.isInText = true;
        return find(object.substr(0, passValue(object, 0)), depth + 1, way, take);
    }

    static bool mayHoldRecord(std::string_view string);

    /// Texts without their quotes, and records that were made; they do not move.
    std::deque<std::string> texts;
    const std::vector<const RecordTranslation *> translations;
};

}  // namespace framing
