#include "Row.hpp"

#include <cmath>
#include <cstring>

#include "../Value.hpp"
#include "ContextWords/Book.hpp"

namespace zeek {

namespace dom = simdjson::dom;

bool WordRow::takeColumns(std::string_view line) {
    isJSON = false;
    cells.clear();
    texts.clear();
    for (size_t begin = 0; begin <= line.size();) {
        const void *found = std::memchr(line.data() + begin, header.separator, line.size() - begin);
        const size_t end = found == nullptr ? line.size() : size_t(static_cast<const char *>(found) - line.data());
        cells.push_back(line.substr(begin, end - begin));
        begin = end + 1;
    }
    // Separators behind the last value are no columns.
    while (cells.size() > header.fields.size() && cells.back().empty()) cells.pop_back();
    return !header.fields.empty() && cells.size() == header.fields.size();
}

bool WordRow::takeJSON(std::string_view line) {
    isJSON = true;
    members.clear();
    texts.clear();
    dom::object object;
    auto error = parser.parse(line.data(), line.size(), false).get(object);
    if (error == simdjson::UTF8_ERROR) {
        repaired.clear();
        std::string scratch;
        // Byte after byte, since a text that is kept is cut where it is long.
        for (size_t i = 0; i < line.size();) {
            const auto lead = uint8_t(line[i]);
            const size_t length = std::min<size_t>(lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4, line.size() - i);
            const std::string_view kept = context::clean(line.substr(i, length), scratch);
            const bool isWhole = kept == line.substr(i, length);
            repaired += isWhole ? kept : std::string_view("\xEF\xBF\xBD");
            i += isWhole ? length : 1;
        }
        repaired.reserve(repaired.size() + simdjson::SIMDJSON_PADDING);
        error = parser.parse(repaired.data(), repaired.size(), false).get(object);
    }
    if (error) return false;
    for (const auto field : object) {
        dom::object inner;
        if (field.key == "id" && !field.value.get(inner)) {
            for (const auto part : inner) members.emplace_back("id." + std::string(part.key), part.value);
        } else {
            members.emplace_back(dotted(field.key), field.value);
        }
    }
    return true;
}

const dom::element *WordRow::member(std::string_view name) const {
    for (const auto &[known, value] : members)
        if (known == name) return &value;
    return nullptr;
}

std::string_view WordRow::cell(std::string_view name) const {
    for (size_t i = 0; i < header.fields.size() && i < cells.size(); ++i)
        if (header.fields[i] == name) return cells[i] == header.unset || cells[i] == header.empty ? std::string_view() : cells[i];
    return {};
}

std::string_view WordRow::log() const {
    if (!isJSON) return header.path;
    std::string_view name;
    const dom::element *path = member("_path");
    if (path != nullptr && !path->get(name)) return name;
    LogGuess guess;
    for (const auto &entry : members) guess.see(entry.first);
    return guess.log();
}

std::string_view WordRow::raw(std::string_view name) const {
    if (!isJSON) return cell(name);
    std::string_view value;
    const dom::element *found = member(name);
    return found == nullptr || found->get(value) ? std::string_view() : value;
}

std::string_view WordRow::text(std::string_view name) {
    if (isJSON) {
        const dom::element *found = member(name);
        std::string_view value;
        if (found == nullptr || found->is_null()) return {};
        if (!found->get(value)) return value;
        return texts[std::string(name)] = simdjson::minify(*found);
    }
    const std::string_view found = cell(name);
    if (found.find('\\') == std::string_view::npos) return found;
    std::string &kept = texts[std::string(name)];
    kept.clear();
    unescape(found, kept);
    return kept;
}

std::vector<std::string> WordRow::list(std::string_view name) {
    std::vector<std::string> found;
    if (isJSON) {
        const dom::element *value = member(name);
        dom::array array;
        std::string_view single;
        if (value == nullptr) return found;
        if (!value->get(single)) found.emplace_back(single);
        if (value->get(array)) return found;
        for (const dom::element element : array) {
            std::string_view text;
            if (!element.get(text)) found.emplace_back(text);
        }
        return found;
    }
    const std::string_view all = cell(name);
    for (size_t begin = 0; begin <= all.size() && !all.empty();) {
        const size_t end = std::min(all.find(header.setSeparator, begin), all.size());
        const std::string_view element = all.substr(begin, end - begin);
        if (element != header.unset && !element.empty()) {
            found.emplace_back();
            unescape(element, found.back());
        }
        begin = end + 1;
    }
    return found;
}

bool WordRow::time(std::string_view name, int64_t &nanoseconds) {
    double seconds;
    const dom::element *found = isJSON ? member(name) : nullptr;
    if (found != nullptr && !found->get(seconds)) {
        if (!(seconds >= 0 && seconds < 9e9)) return false;
        nanoseconds = std::llround(seconds * 1e6) * 1'000;
        return true;
    }
    const std::string_view text = raw(name);
    return !text.empty() && readTimeSlowly(text.data(), text.size(), nanoseconds);
}

}  // namespace zeek
