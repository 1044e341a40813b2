#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "RecordFraming.h"
#include "Walk.hpp"

/// How documents of a shipper that took a sensor's records apart become the sensor's records again.
struct RecordTranslation {
    explicit RecordTranslation(FramingSensor sensor) : sensor(sensor) {}

    /// A member that is written, and where its value stands: the first place that has one counts.
    struct Field {
        std::vector<std::string> from;
        /// Of the objects that it stands in, from the outermost one on, and its own.
        std::vector<std::string> to;
        /// What a number is multiplied by.
        double factor;
    };

    struct Kind {
        /// What the record says of its kind: `"event_type":"flow"`.
        std::string member;
        /// Of each place one of its values has to be there.
        std::vector<std::pair<std::string, std::vector<std::string>>> select;
        std::vector<Field> fields;
    };

    const FramingSensor sensor;
    std::vector<Kind> kinds;
};

namespace framing {

/// The values of a document by their dotted names.
class Values {
public:
    explicit Values(std::string_view object) { take(object, std::string()); }

    /// - Returns: the values as they stand in the document, several where objects in a list have them; null where there
    ///   are none.
    const std::vector<std::string_view> *find(const std::string &name) const {
        const auto found = values.find(name);
        return found == values.end() ? nullptr : &found->second;
    }

private:
    void take(std::string_view object, const std::string &prefix);

    std::unordered_map<std::string, std::vector<std::string_view>> values;
};

/// Writes a document as a sensor's record.
///
/// - record: the record is appended.
/// - Returns: whether the translation knows the document.
bool translate(const RecordTranslation &translation, const Values &values, std::string &record);

}  // namespace framing
