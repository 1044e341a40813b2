#pragma once

// Steps over JSON without checking it, also over JSON that is cut off.

#include <string>
#include <string_view>

#include "SensorText/Text.hpp"

namespace framing {

using sensor::isSpace;

inline size_t passSpace(std::string_view text, size_t at) {
    while (at < text.size() && isSpace(text[at])) ++at;
    return at;
}

/// - at: a string's opening quote.
/// - Returns: behind its closing quote; npos where the text ends before.
inline size_t passString(std::string_view text, size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\') ++at;
        else if (text[at] == '"') return at + 1;
    }
    return std::string_view::npos;
}

/// - at: an object's or an array's opening bracket.
/// - Returns: behind its closing one; npos where the text ends before.
inline size_t passNested(std::string_view text, size_t at) {
    size_t depth = 0;
    while (at < text.size()) {
        switch (text[at]) {
        case '"':
            at = passString(text, at);
            if (at == std::string_view::npos) return at;
            continue;
        case '{':
        case '[': ++depth; break;
        case '}':
        case ']':
            if (--depth == 0) return at + 1;
            break;
        default: break;
        }
        ++at;
    }
    return std::string_view::npos;
}

/// - Returns: behind a value; the text's end where it is cut off.
inline size_t passValue(std::string_view text, size_t at) {
    size_t end = std::string_view::npos;
    if (at >= text.size()) return text.size();
    if (text[at] == '"') end = passString(text, at);
    else if (text[at] == '{' || text[at] == '[') end = passNested(text, at);
    else end = text.find_first_of(",}] \t\r\n", at);
    return end == std::string_view::npos ? text.size() : end;
}

/// Calls a function with each element of an array, until it returns false.
template <class Take>
void eachElement(std::string_view array, Take take) {
    size_t at = passSpace(array, 1);
    while (at < array.size() && array[at] != ']') {
        const size_t end = passValue(array, at);
        if (end == at || !take(array.substr(at, end - at))) return;
        at = passSpace(array, end);
        if (at < array.size() && array[at] == ',') at = passSpace(array, at + 1);
    }
}

/// Calls a function with the name and the value of each member of an object, until it returns false.
template <class Take>
void eachMember(std::string_view object, Take take) {
    size_t at = passSpace(object, 1);
    while (at < object.size() && object[at] == '"') {
        const size_t nameEnd = passString(object, at);
        if (nameEnd == std::string_view::npos) return;
        const std::string_view name = object.substr(at + 1, nameEnd - at - 2);
        at = passSpace(object, nameEnd);
        if (at >= object.size() || object[at] != ':') return;
        at = passSpace(object, at + 1);
        const size_t end = passValue(object, at);
        if (end == at || !take(name, object.substr(at, end - at))) return;
        at = passSpace(object, end);
        if (at >= object.size() || object[at] != ',') return;
        at = passSpace(object, at + 1);
    }
}

/// The value of an object's member; empty where there is none.
inline std::string_view member(std::string_view object, std::string_view wanted) {
    std::string_view found;
    eachMember(object, [&](std::string_view name, std::string_view value) {
        if (name == wanted) found = value;
        return name != wanted;
    });
    return found;
}

/// Whether an object with members, or an empty one, begins somewhere.
inline bool isObject(std::string_view text, size_t at) {
    if (at >= text.size() || text[at] != '{') return false;
    at = passSpace(text, at + 1);
    return at < text.size() && (text[at] == '"' || text[at] == '}');
}

/// Where an object begins, before some place; npos where none does.
inline size_t findObject(std::string_view text, size_t at = 0, size_t end = std::string_view::npos) {
    const std::string_view before = text.substr(0, end);
    for (at = before.find('{', at); at != std::string_view::npos; at = before.find('{', at + 1))
        if (isObject(text, at)) return at;
    return at;
}

/// Takes the text out of a string in quotes, which may be cut off. An escape that is none stays as it is.
void unquote(std::string_view string, std::string &out);

/// Where a row of Zeek's conn.log begins behind a header of syslog: between tabs, the time behind the header's last blank and
/// the protocol in the seventh column; 0 where none does.
size_t findRow(std::string_view line);

/// Takes out of a row of CSV what stands from its first object on, of which quotes are doubled or escaped.
///
/// - Returns: whether there is one.
bool takeCell(std::string_view row, std::string &out);

}  // namespace framing
