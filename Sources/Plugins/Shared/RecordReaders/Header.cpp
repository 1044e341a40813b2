#include "RecordReaders/Header.hpp"

#include <algorithm>

#include "SensorText/Characters.hpp"

namespace records {

namespace {

bool beginsWith(std::string_view text, std::string_view begin) { return text.substr(0, begin.size()) == begin; }

/// How many words there are between spaces.
size_t countWords(std::string_view text) {
    size_t words = 0;
    bool isInWord = false;
    for (const char c : text) {
        words += c != ' ' && !isInWord;
        isInWord = c != ' ';
    }
    return words;
}

}  // namespace

void unescape(std::string_view text, std::string &out) {
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
            const int high = sensor::hexDigit(text[i + 2]), low = sensor::hexDigit(text[i + 3]);
            if (high >= 0 && low >= 0) {
                out.push_back(char(high * 16 + low));
                i += 3;
                continue;
            }
        }
        out.push_back(text[i]);
    }
}

std::string dotted(std::string_view field) {
    std::string name(field);
    if (beginsWith(field, "id_orig_") || beginsWith(field, "id_resp_")) name[2] = '.';
    if (beginsWith(field, "certificate_")) name[11] = '.';
    if (beginsWith(field, "san_")) name[3] = '.';
    return name;
}

bool Header::take(std::string_view line) {
    constexpr std::string_view separatorName = "#separator";
    if (beginsWith(line, separatorName) && line.size() > separatorName.size()
        && (line[separatorName.size()] == ' ' || line[separatorName.size()] == '\t'))
        return takeSeparator(line.substr(separatorName.size() + 1));
    const size_t nameEnd = line.find(separator);
    // Comments, and directives that say nothing.
    if (nameEnd == std::string_view::npos) return true;
    const std::string_view name = line.substr(0, nameEnd), value = line.substr(nameEnd + 1);
    if (name == "#set_separator") {
        std::string text;
        unescape(value, text);
        if (text.size() == 1) setSeparator = text[0];
    } else if (name == "#empty_field") {
        empty = value;
    } else if (name == "#unset_field") {
        unset = value;
    } else if (name == "#path") {
        path = value == unset ? std::string_view() : value;
    } else if (name == "#fields") {
        return takeFields(value);
    }
    return true;
}

bool Header::takeSeparator(std::string_view value) {
    *this = Header();
    std::string text;
    // Some programs write \t in place of \x09.
    if (value == "\\t") text = "\t";
    else unescape(value, text);
    // A line feed cannot separate columns, and '#' would make every row a header.
    if (text.size() != 1 || text[0] == '\n' || text[0] == '#') return false;
    separator = text[0];
    return true;
}

bool Header::takeFields(std::string_view names) {
    fields.clear();
    splitColumns = 0;
    for (size_t begin = 0; begin <= names.size();) {
        if (fields.size() == mostColumns) {
            fields.clear();
            return false;
        }
        const size_t end = std::min(names.find(separator, begin), names.size());
        const std::string_view name = names.substr(begin, end - begin);
        const bool isJoined = separator != ' ' && name.find(' ') != std::string_view::npos;
        fields.push_back(dotted(isJoined ? name.substr(0, name.find(' ')) : name));
        splitColumns += isJoined ? countWords(name) : 1;
        begin = end + 1;
    }
    // Separators behind the last name are no columns.
    while (fields.size() > 1 && fields.back().empty()) {
        fields.pop_back();
        --splitColumns;
    }
    return true;
}

}  // namespace records
