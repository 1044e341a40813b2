#include "Translation.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace framing {

namespace {

std::string_view withoutQuotes(std::string_view value) {
    return value.size() >= 2 && value.front() == '"' ? value.substr(1, value.size() - 2) : value;
}

bool isSelected(const RecordTranslation::Kind &kind, const Values &values) {
    for (const auto &[name, wanted] : kind.select) {
        const auto *const found = values.find(name);
        bool isOne = false;
        for (const std::string &one : wanted) isOne = isOne || (found != nullptr && one == withoutQuotes(found->front()));
        if (!isOne) return false;
    }
    return !kind.select.empty();
}

void appendScaled(std::string_view value, double factor, std::string &out) {
    const std::string text(withoutQuotes(value));
    char *end = nullptr;
    const double number = std::strtod(text.c_str(), &end) * factor;
    char written[64];
    // What is no number, or far too large for a time, stays away.
    if (end == text.c_str() || !(number >= 0 && number < 1e12)) out.append("null");
    else out.append(written, size_t(std::snprintf(written, sizeof written, "%.9f", number)));
}

}  // namespace

void Values::take(std::string_view object, const std::string &prefix) {
    // More nesting than any document has.
    constexpr size_t longest = 256;
    if (prefix.size() > longest) return;
    eachMember(object, [&](std::string_view name, std::string_view value) {
        std::string path = prefix;
        path.append(name);
        if (value.front() == '{') {
            take(value, path + ".");
        } else if (value.front() == '[' && isObject(value, passSpace(value, 1))) {
            eachElement(value, [&](std::string_view element) {
                if (element.front() == '{') take(element, path + ".");
                return true;
            });
        } else if (value != "null") {
            values[std::move(path)].push_back(value);
        }
        return true;
    });
}

bool translate(const RecordTranslation &translation, const Values &values, std::string &record) {
    for (const RecordTranslation::Kind &kind : translation.kinds) {
        if (!isSelected(kind, values)) continue;
        record.append("{").append(kind.member);
        // The objects that are open.
        std::vector<std::string> open;
        bool isFirst = false;
        for (const RecordTranslation::Field &field : kind.fields) {
            const std::vector<std::string_view> *found = nullptr;
            for (size_t i = 0; i < field.from.size() && found == nullptr; ++i) found = values.find(field.from[i]);
            if (found == nullptr) continue;
            size_t common = 0;
            while (common < open.size() && common + 1 < field.to.size() && open[common] == field.to[common]) ++common;
            for (; open.size() > common; open.pop_back()) {
                record.push_back('}');
                isFirst = false;
            }
            for (size_t level = common; level < field.to.size(); ++level) {
                if (!isFirst) record.push_back(',');
                record.append("\"").append(field.to[level]).append("\":");
                isFirst = level + 1 < field.to.size();
                if (!isFirst) break;
                record.push_back('{');
                open.push_back(field.to[level]);
            }
            if (field.factor != 1) {
                appendScaled(found->front(), field.factor, record);
                continue;
            }
            if (found->size() > 1) record.push_back('[');
            for (const std::string_view &value : *found) record.append(&value == &found->front() ? "" : ",").append(value);
            if (found->size() > 1) record.push_back(']');
        }
        record.append(open.size() + 1, '}');
        return true;
    }
    return false;
}

}  // namespace framing

extern "C" {

RecordTranslation *RecordTranslationCreate(FramingSensor sensor) { return new RecordTranslation(sensor); }

void RecordTranslationDestroy(RecordTranslation *translation) { delete translation; }

void RecordTranslationBeginKind(RecordTranslation *translation, const char *member) {
    translation->kinds.push_back({member, {}, {}});
}

void RecordTranslationSelect(RecordTranslation *translation, const char *path, const char *value) {
    auto &select = translation->kinds.back().select;
    for (auto &[name, values] : select)
        if (name == path) return values.emplace_back(value), void();
    select.push_back({path, {value}});
}

void RecordTranslationAddField(RecordTranslation *translation, const char *from, const char *to, double factor) {
    const auto split = [](const char *text, char separator) {
        std::vector<std::string> parts(1);
        for (; *text != '\0'; ++text) {
            if (*text == separator) parts.emplace_back();
            else parts.back().push_back(*text);
        }
        return parts;
    };
    // Zeek's own names have dots.
    const char separator = translation->sensor == FramingEVE ? '.' : '\n';
    translation->kinds.back().fields.push_back({split(from, '\n'), split(to, separator), factor});
}
}
