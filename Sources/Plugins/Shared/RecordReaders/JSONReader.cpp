#include "JSONReader.hpp"

#include <algorithm>

#include "SensorText/Characters.hpp"

namespace records {

using namespace simdjson;

static_assert(RECORD_PADDING >= SIMDJSON_PADDING);

bool unescapeJSON(std::string_view text, std::string &out) {
    constexpr std::string_view names = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out.push_back(text[i]);
            continue;
        }
        if (++i == text.size()) return false;
        if (const size_t place = names.find(text[i]); place != std::string_view::npos) {
            out.push_back(meanings[place]);
            continue;
        }
        int32_t character = text[i] == 'u' ? sensor::hexadecimal(text.substr(i + 1, 4)) : -1;
        i += 4;
        if (character >= 0xD800 && character < 0xDC00) {
            const bool isPair = text.substr(std::min(i + 1, text.size()), 2) == "\\u";
            const int32_t low = isPair ? sensor::hexadecimal(text.substr(i + 3, 4)) : -1;
            if (low < 0xDC00 || low > 0xDFFF) return false;
            character = 0x10000 + ((character - 0xD800) << 10) + (low - 0xDC00);
            i += 6;
        }
        if (character < 0 || (character >= 0xDC00 && character < 0xE000)) return false;
        sensor::appendUTF8(uint32_t(character), out);
    }
    return true;
}

error_code JSONReader::findTokens(std::string_view text) {
    if (text.size() > capacity) {
        capacity = std::max<size_t>(4096, text.size() * 2);
        tokens.reset();
        const auto error =
            get_active_implementation()->create_dom_parser_implementation(capacity, DEFAULT_MAX_DEPTH, tokens);
        if (error) return capacity = 0, error;
    }
    line = text.data();
    const auto *const bytes = reinterpret_cast<const uint8_t *>(line);
    if (const auto error = tokens->stage1(bytes, text.size(), stage1_mode::regular)) return error;
    next = tokens->structural_indexes.get();
    end = next + tokens->n_structural_indexes;
    hasEscapes = std::memchr(line, '\\', text.size()) != nullptr;
    return SUCCESS;
}

bool JSONReader::read(std::string_view text) {
    error_code error = findTokens(text);
    if (error == UTF8_ERROR) {
        repaired.clear();
        context::repair(text, repaired);
        const size_t length = repaired.size();
        error = findTokens(std::string_view(repaired.append(RECORD_PADDING, ' ')).substr(0, length));
    }
    // Nothing may follow the object.
    return error == SUCCESS && next != end && token() == '{' && readObject(plan.nodes[0]) && next == end;
}

bool JSONReader::readObject(const Node &node) {
    // With the brace there are at least two tokens, and with a member five.
    if (end - ++next < 1) return false;
    if (token() == '}') return ++next, true;
    while (end - next >= 4) {
        const uint32_t begin = next[0], colon = next[1];
        if (line[begin] != '"' || line[colon] != ':') return false;
        size_t length = colon - begin - 2;
        if (__builtin_expect(line[colon - 1] != '"', 0)) length = text(next).size() - 2;
        const size_t child = node.children.find(line + begin + 1, length);
        next += 2;
        if (!(child == NameTable::none ? skip() : readValue(plan.nodes[child], false))) return false;
        if (next == end) return false;
        const char delimiter = token();
        ++next;
        if (delimiter != ',') return delimiter == '}';
    }
    return false;
}

bool JSONReader::readArray(const Node &node) {
    if (end - ++next < 1) return false;
    if (token() == ']') return ++next, true;
    while (end - next >= 2) {
        if (!readValue(node, true) || next == end) return false;
        const char delimiter = token();
        ++next;
        if (delimiter != ',') return delimiter == ']';
    }
    return false;
}

/// Passes over a value.
bool JSONReader::skip() {
    size_t depth = 0;
    do {
        if (next == end) return false;
        const char c = token();
        ++next;
        depth += size_t(c == '{' || c == '[') - size_t(c == '}' || c == ']');
    } while (depth != 0 && depth != SIZE_MAX);
    return depth == 0;
}

bool JSONReader::readValue(const Node &node, bool isElement) {
    values.see(node.slot);
    switch (token()) {
    case '{':
        if (node.isEntries) return readEntries(node.slot);
        return node.hasChildren ? readObject(node) : skip();
    case '[': return isElement ? skip() : readArray(node);
    case '"': {
        std::string_view plain;
        const std::string_view string = text(next++);
        if (node.slot == Node::nothing) return true;
        if (!takeString(string, plain)) return false;
        if (plan.table != nullptr && TableLayout::isNone(plain)) return true;
        values.add(node.slot, {plain, true, plain.data() == string.data() + 1});
        return true;
    }
    case ',':
    case ':':
    case '}':
    case ']': return false;
    default: {
        const std::string_view scalar = text(next++);
        if (scalar != "null") values.add(node.slot, {scalar, false, true});
        return true;
    }
    }
}

std::string_view JSONReader::text(const uint32_t *place) const {
    std::string_view text(line + place[0], place[1] - place[0]);
    while (!text.empty() && sensor::isSpace(text.back())) text.remove_suffix(1);
    return text;
}

bool JSONReader::takeString(std::string_view string, std::string_view &plain) {
    if (string.size() < 2 || string.back() != '"') return false;
    plain = string.substr(1, string.size() - 2);
    if (!hasEscapes || std::memchr(plain.data(), '\\', plain.size()) == nullptr) return true;
    std::string &held = values.hold();
    if (!unescapeJSON(plain, held)) return false;
    plain = held;
    return true;
}

bool JSONReader::readEntries(Slot slot) {
    if (end - ++next < 1) return false;
    if (token() == '}') return ++next, true;
    while (end - next >= 4) {
        std::string_view word;
        if (token() != '"' || line[next[1]] != ':' || !takeString(text(next), word)) return false;
        std::string &entry = values.hold().append(word);
        next += 2;
        if (token() == '[') {
            // The words are texts; anything else in the list is none.
            const char *joint = ": ";
            ++next;
            while (next != end && token() != ']') {
                if (token() == '"') {
                    if (!takeString(text(next), word)) return false;
                    entry.append(joint).append(word);
                    joint = ", ";
                }
                if (!skip()) return false;
                if (next != end && token() == ',') ++next;
            }
            if (next == end) return false;
            ++next;
            values.add(slot, {entry, true});
        } else if (!skip()) {
            return false;
        }
        if (next == end) return false;
        const char delimiter = token();
        ++next;
        if (delimiter != ',') return delimiter == '}';
    }
    return false;
}

}  // namespace records
