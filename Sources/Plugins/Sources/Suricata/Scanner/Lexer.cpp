#include "Lexer.hpp"

#include "SensorText/Characters.hpp"

namespace eve {

namespace {

/// Deeper nesting than this is not read: it is simdjson's own limit.
constexpr size_t deepest = 1024;

/// The 16 bits of four hexadecimal digits, or -1.
int hexUnit(const char *p) {
    int unit = 0;
    for (int i = 0; i < 4; ++i) {
        const int digit = sensor::hexDigit(p[i]);
        if (digit < 0) return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

/// One unit of an escape as UTF-8. Half a pair is written as it is: no wanted name has one, so it need not be right.
void append(std::string &text, int unit) {
    if (unit < 0x80) {
        text += char(unit);
    } else if (unit < 0x800) {
        text += char(0xC0 | unit >> 6);
        text += char(0x80 | (unit & 0x3F));
    } else {
        text += char(0xE0 | unit >> 12);
        text += char(0x80 | (unit >> 6 & 0x3F));
        text += char(0x80 | (unit & 0x3F));
    }
}

}  // namespace

bool TypeFinder::passSpace() {
    while (p < end && isSpace(*p)) ++p;
    return p < end;
}

bool TypeFinder::passString(bool &hasEscape) {
    hasEscape = false;
    for (++p; p < end; ++p) {
        if (*p == '"') {
            ++p;
            return true;
        }
        if (uint8_t(*p) < 0x20) return false;
        if (*p != '\\') continue;
        hasEscape = true;
        if (++p == end) return false;
        if (*p == 'u') {
            if (end - p < 5 || hexUnit(p + 1) < 0) return false;
            p += 4;
        } else if (std::strchr("\"\\/bfnrt", *p) == nullptr || *p == 0) {
            return false;
        }
    }
    return false;
}

std::string_view TypeFinder::resolve(const char *begin, const char *stop, bool hasEscape, std::string &buffer) {
    if (!hasEscape) return {begin, size_t(stop - begin)};
    buffer.clear();
    for (const char *c = begin; c < stop; ++c) {
        if (*c != '\\') {
            buffer += *c;
        } else if (*++c == 'u') {
            append(buffer, hexUnit(c + 1));
            c += 4;
        } else {
            switch (*c) {
            case 'b': buffer += '\b'; break;
            case 'f': buffer += '\f'; break;
            case 'n': buffer += '\n'; break;
            case 'r': buffer += '\r'; break;
            case 't': buffer += '\t'; break;
            default: buffer += *c;
            }
        }
    }
    return buffer;
}

bool TypeFinder::passDigits() {
    const char *const first = p;
    while (p < end && isDigit(*p)) ++p;
    return p > first;
}

bool TypeFinder::passNumber() {
    if (*p == '-') ++p;
    const char *const first = p;
    if (!passDigits() || (*first == '0' && p - first > 1)) return false;
    if (p < end && *p == '.') {
        ++p;
        if (!passDigits()) return false;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        ++p;
        if (p < end && (*p == '+' || *p == '-')) ++p;
        if (!passDigits()) return false;
    }
    return true;
}

bool TypeFinder::passWord(const char *word) {
    const size_t length = std::strlen(word);
    if (size_t(end - p) < length || std::memcmp(p, word, length) != 0) return false;
    p += length;
    return true;
}

/// Passes any value, inner objects and arrays without recursion.
bool TypeFinder::passValue() {
    nesting.clear();
    bool hasEscape;
    for (;;) {
        // A value begins here.
        switch (*p) {
        case '"':
            if (!passString(hasEscape)) return false;
            break;
        case 't':
            if (!passWord("true")) return false;
            break;
        case 'f':
            if (!passWord("false")) return false;
            break;
        case 'n':
            if (!passWord("null")) return false;
            break;
        case '{':
        case '[': {
            const char open = *p++, close = open == '{' ? '}' : ']';
            if (!passSpace() || nesting.size() == deepest) return false;
            if (*p == close) {
                ++p;
                break;
            }
            nesting += close;
            if (open == '[') continue;
            if (*p != '"' || !passString(hasEscape) || !passSpace() || *p != ':') return false;
            ++p;
            if (!passSpace()) return false;
            continue;
        }
        default:
            if (!passNumber()) return false;
        }
        // A value has ended here: what it stands in goes on, or ends too.
        for (;;) {
            if (nesting.empty()) return true;
            if (!passSpace()) return false;
            const char close = nesting.back();
            if (*p == close) {
                ++p;
                nesting.pop_back();
                continue;
            }
            if (*p != ',') return false;
            ++p;
            if (!passSpace()) return false;
            if (close == '}') {
                if (*p != '"' || !passString(hasEscape) || !passSpace() || *p != ':') return false;
                ++p;
                if (!passSpace()) return false;
            }
            break;
        }
    }
}

TypeFinder::Result TypeFinder::find(const char *line, size_t length, std::string_view &type, std::string_view &time) {
    p = line;
    end = line + length;
    time = {};
    bool sawTime = false;
    if (!passSpace() || *p != '{') return Result::broken;
    ++p;
    if (!passSpace()) return Result::broken;
    if (*p == '}') {
        ++p;
        return passSpace() ? Result::broken : Result::missing;
    }
    for (;;) {
        bool hasEscape;
        if (*p != '"') return Result::broken;
        const char *const begin = p + 1;
        if (!passString(hasEscape)) return Result::broken;
        const std::string_view key = resolve(begin, p - 1, hasEscape, name);
        if (!passSpace() || *p != ':') return Result::broken;
        ++p;
        if (!passSpace()) return Result::broken;
        const char *const value = p;
        const bool isText = *p == '"';
        if (isText ? !passString(hasEscape) : !passValue()) return Result::broken;
        if (key == "event_type") {
            if (!isText) return Result::missing;
            type = resolve(value + 1, p - 1, hasEscape, this->value);
            return type.empty() ? Result::missing : Result::found;
        }
        if (key == "timestamp" && !sawTime) {
            sawTime = true;
            if (isText && !hasEscape) time = {value + 1, size_t(p - 1 - (value + 1))};
        }
        if (!passSpace()) return Result::broken;
        if (*p == '}') {
            ++p;
            return passSpace() ? Result::broken : Result::missing;
        }
        if (*p != ',') return Result::broken;
        ++p;
        if (!passSpace()) return Result::broken;
    }
}

}  // namespace eve
