#include "Walk.hpp"

#include "SensorText/Characters.hpp"

namespace framing {

void unquote(std::string_view string, std::string &out) {
    constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    string.remove_prefix(1);
    for (size_t i = 0; i < string.size() && string[i] != '"'; ++i) {
        if (string[i] != '\\' || i + 1 == string.size()) {
            out.push_back(string[i]);
            continue;
        }
        const char escape = string[++i];
        if (const size_t place = names.find(escape); place != std::string_view::npos) {
            out.push_back(meanings[place]);
            continue;
        }
        int32_t character = escape == 'u' ? sensor::hexadecimal(string.substr(i + 1, 4)) : -1;
        if (character < 0) {
            out.push_back('\\');
            out.push_back(escape);
            continue;
        }
        i += 4;
        if (character >= 0xD800 && character < 0xDC00) {
            const int32_t low = string.substr(i + 1, 2) == "\\u" ? sensor::hexadecimal(string.substr(i + 3, 4)) : -1;
            if (low >= 0xDC00 && low < 0xE000) {
                character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
                i += 6;
            }
        }
        // Half of a pair is no character.
        sensor::appendUTF8(character >= 0xD800 && character < 0xE000 ? 0xFFFD : uint32_t(character), out);
    }
}

size_t findRow(std::string_view line) {
    const size_t time = line.find('\t'), blank = line.substr(0, time).rfind(' ');
    if (time == std::string_view::npos || blank == std::string_view::npos) return 0;
    const std::string_view begin = line.substr(blank + 1, time - blank - 1);
    // Seconds since 1970.
    if (begin.size() < 10 || begin.find_first_not_of("0123456789.") != std::string_view::npos) return 0;
    size_t at = time;
    for (int column = 1; column < 6 && at != std::string_view::npos; ++column) at = line.find('\t', at + 1);
    if (at == std::string_view::npos) return 0;
    const std::string_view protocol = line.substr(at + 1, line.find('\t', at + 1) - at - 1);
    return protocol == "tcp" || protocol == "udp" || protocol == "icmp" ? blank + 1 : 0;
}

bool takeCell(std::string_view row, std::string &out) {
    size_t at = row.find("{\"\"");
    if (at == std::string_view::npos) {
        at = row.find("{\\\"");
        // In a string of JSON the string is what is looked into.
        if (at == std::string_view::npos || findObject(row) < at) return false;
        unquote(row.substr(at - (at > 0)), out);
        return at > 0 && row[at - 1] == '"';
    }
    for (; at < row.size(); ++at) {
        out.push_back(row[at]);
        if (row[at] == '"' && at + 1 < row.size() && row[at + 1] == '"') ++at;
    }
    return true;
}

}  // namespace framing
