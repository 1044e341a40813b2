#include "RecordReaders/LooseTime.hpp"

#include <algorithm>
#include <cmath>

#include "SensorText/Text.hpp"
#include "SensorText/Time.hpp"

namespace records {

namespace {

constexpr int64_t billion = 1'000'000'000;
/// Whole seconds that 64 bits of nanoseconds hold.
constexpr int64_t lastSecond = INT64_MAX / billion - 1;

/// Of months in languages that have more letters than English too.
bool isLetter(char c) { return sensor::isLetter(c) || (unsigned char)c >= 0x80; }

/// The number of a month by the first letters of its name in English, German, French, Spanish, Italian, Portuguese or Dutch;
/// 0 for any other word.
int64_t monthOf(std::string_view word) {
    // The letters without what stands above them, of UTF-8 and of Latin-1.
    char letters[4] = {};
    size_t count = 0;
    for (size_t i = 0; i < word.size() && count < 4; ++i) {
        unsigned char c = (unsigned char)word[i];
        if (c == 0xC3 && i + 1 < word.size()) c = (unsigned char)(word[++i]) | 0xC0;
        c |= 0x20;
        letters[count++] = c < 0x80 ? char(c) : c >= 0xE0 && c <= 0xE5 ? 'a' : c >= 0xE8 && c <= 0xEB ? 'e' : c == 0xFB || c == 0xFC ? 'u' : '?';
    }
    if (count < 3) return 0;
    const std::string_view begin(letters, 3);
    if (begin == "jui") return letters[3] == 'n' ? 6 : letters[3] == 'l' ? 7 : 0;
    constexpr std::string_view names[] = {"janfebmaraprmayjunjulaugsepoctnovdec", "genfevmrzavrmaigiulugaousetoktnovdez",
        "enefebmaaabrmeijunjulagosepottnovdic", "janfevmaravrmagjunjulagosetoutnovdez"};
    for (const std::string_view language : names) {
        const size_t place = language.find(begin);
        if (place != std::string_view::npos && place % 3 == 0) return int64_t(place / 3 + 1);
    }
    return 0;
}

/// Minutes east of Greenwich of a zone's short name, where it means one zone in logs. IST, BST, CST and their like do not.
bool readEast(std::string_view name, int64_t &minutes) {
    constexpr std::pair<std::string_view, int> names[] = {{"WET", 0}, {"WEST", 60}, {"CET", 60}, {"MEZ", 60}, {"CEST", 120},
        {"MESZ", 120}, {"EET", 120}, {"EEST", 180}, {"MSK", 180}, {"EST", -300}, {"EDT", -240}, {"CDT", -300}, {"MST", -420},
        {"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"JST", 540}, {"KST", 540}, {"HKT", 480}, {"SGT", 480}, {"AWST", 480},
        {"AEST", 600}, {"AEDT", 660}, {"NZST", 720}, {"NZDT", 780}};
    for (const auto &[known, east] : names)
        if (name == known) return minutes = east, true;
    return false;
}

bool isUTC(std::string_view word) { return word == "Z" || word == "z" || word == "UTC" || word == "GMT"; }

/// Goes through a text from its beginning.
struct Walk {
    const char *p, *end;

    char peek() const { return p < end ? *p : '\0'; }

    bool skip(char c) {
        if (peek() != c || p == end) return false;
        ++p;
        return true;
    }

    void skipAny(std::string_view of) {
        while (p < end && of.find(*p) != std::string_view::npos) ++p;
    }

    /// - Returns: how many digits there were, up to `most`.
    int number(int64_t &value, int most = 4) {
        const char *const first = p;
        value = 0;
        for (; p < end && p - first < most && sensor::isDigit(*p); ++p) value = value * 10 + (*p - '0');
        return int(p - first);
    }

    std::string_view word() {
        const char *const first = p;
        while (p < end && isLetter(*p)) ++p;
        return std::string_view(first, size_t(p - first));
    }
};

struct Parts {
    int64_t year = -1, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction = 0, east = 0;
    bool hasZone = false;
};

/// 2025-03-04, 2025/03/04, 4.3.2025, 3/4/2025, 04/Mar/2025, 4Mar2025, 4 March 2025, Mar 4 [2025], Mar 4, 2025, mar/04/2025
bool readDate(Walk &walk, Parts &parts, bool isDayFirst) {
    constexpr std::string_view between = "-/. ";
    int64_t first = 0, second = 0;
    if (isLetter(walk.peek())) {
        parts.month = monthOf(walk.word());
        walk.skipAny("./- ");
        if (parts.month == 0 || walk.number(parts.day, 2) == 0) return false;
        const Walk behindDay = walk;
        walk.skipAny(",/- ");
        // What is followed by a colon is the hour.
        if (walk.number(parts.year) != 4 || walk.peek() == ':') {
            parts.year = -1;
            walk = behindDay;
        }
        return true;
    }
    const int digits = walk.number(first);
    const bool isBetween = between.find(walk.peek()) != std::string_view::npos || (isLetter(walk.peek()) && digits <= 2);
    if (digits == 0 || !isBetween || walk.p == walk.end) return false;
    walk.skipAny(between);
    if (isLetter(walk.peek())) {
        parts.month = monthOf(walk.word());
        walk.skipAny("-/., ");
        if (digits == 4) return parts.year = first, walk.number(parts.day, 2) > 0;
        parts.day = first;
        const Walk behindMonth = walk;
        const int yearDigits = walk.number(parts.year);
        if (walk.peek() == ':' && yearDigits != 4) {
            parts.year = -1;
            walk = behindMonth;
        } else if (yearDigits == 2) {
            parts.year += 2000;
        }
        return true;
    }
    if (walk.number(second, 2) == 0 || between.find(walk.peek()) == std::string_view::npos || walk.p == walk.end) return false;
    const bool isPoints = walk.peek() == '.';
    walk.skipAny(between);
    int64_t third = 0;
    const int thirdDigits = walk.number(third);
    if (thirdDigits == 0) return false;
    if (digits == 4) {
        parts.year = first, parts.month = second, parts.day = third;
        return true;
    }
    parts.year = thirdDigits == 2 ? 2000 + third : third;
    // Where one cannot be a month it is the day; points between stand in countries that write the day first.
    const bool dayIsFirst = first > 12 || (second <= 12 && (isDayFirst || isPoints));
    parts.day = dayIsFirst ? first : second;
    parts.month = dayIsFirst ? second : first;
    return true;
}

/// 05:06, 05:06:07, 05:06:07.123456, 5:06:07 PM
bool readClock(Walk &walk, Parts &parts) {
    if (walk.number(parts.hour, 2) == 0 || !walk.skip(':') || walk.number(parts.minute, 2) != 2) return false;
    if (walk.skip(':') && walk.number(parts.second, 2) != 2) return false;
    if (walk.peek() == '.' || walk.peek() == ',') {
        ++walk.p;
        int64_t scale = billion;
        while (walk.p < walk.end && sensor::isDigit(*walk.p)) {
            scale /= 10;
            parts.fraction += (*walk.p++ - '0') * scale;
        }
    }
    walk.skipAny(" ");
    const char half = char(walk.peek() | 0x20);
    if (half != 'a' && half != 'p') return true;
    // AM, a.m., p. m.
    Walk behind = walk;
    ++behind.p;
    behind.skipAny(". ");
    if ((behind.peek() | 0x20) != 'm') return true;
    if (parts.hour < 1 || parts.hour > 12) return false;
    parts.hour = parts.hour % 12 + (half == 'p' ? 12 : 0);
    ++behind.p;
    behind.skipAny(". ");
    walk = behind;
    return true;
}

/// Z, UTC, GMT, CET and those like it, +01, +0100, +01:00, UTC+1, +0100 UTC; IST and its like mean several zones, and are
/// taken for the schema's.
bool readZone(Walk &walk, Parts &parts) {
    bool isOfUTC = false;
    if (isLetter(walk.peek())) {
        const std::string_view word = walk.word();
        const bool isUpper = std::none_of(word.begin(), word.end(), [](char c) { return c >= 'a'; });
        int64_t minutes;
        isOfUTC = isUTC(word);
        if (isOfUTC) parts.hasZone = true;
        else if (readEast(word, minutes)) parts.hasZone = true, parts.east = minutes * 60;
        else if (!isUpper || word.size() < 3 || word.size() > 5) return false;
        walk.skipAny(" ");
    }
    const char sign = walk.peek();
    if (sign == '+' || sign == '-') {
        ++walk.p;
        int64_t hours = 0, minutes = 0;
        const int hourDigits = walk.number(hours, 2);
        if (hourDigits == 0 || (hourDigits == 1 && !isOfUTC)) return false;
        walk.skip(':');
        const int digits = walk.number(minutes, 2);
        if ((digits != 0 && digits != 2) || hours > 23 || minutes > 59) return false;
        parts.east = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
        parts.hasZone = true;
    }
    // What the zone is called says nothing new: (Central European Time), CET behind +0100
    walk.skipAny(" ");
    if (parts.hasZone && walk.peek() == '(') walk.p = walk.end;
    if (parts.hasZone && isLetter(walk.peek())) {
        const Walk begin = walk;
        const std::string_view word = walk.word();
        int64_t minutes;
        if (walk.p != walk.end || (word != "UTC" && word != "GMT" && !readEast(word, minutes))) walk = begin;
    }
    return true;
}

int64_t secondsOf(const Parts &parts) {
    return sensor::daysSince1970(parts.year, parts.month, parts.day) * 86'400 + parts.hour * 3600 + parts.minute * 60
        + parts.second;
}

/// Numbers of 100 nanoseconds since 1601 (FILETIME, LDAP) and since the year 1 (.NET), from 2000 on: as nanoseconds since
/// 1970 they would lie before any log.
bool readTicks(std::string_view text, int64_t &nanoseconds) {
    if (text.size() != 18) return false;
    int64_t ticks = 0;
    for (const char c : text) {
        if (!sensor::isDigit(c)) return false;
        ticks = ticks * 10 + (c - '0');
    }
    constexpr int64_t since1601 = 116'444'736'000'000'000, since1 = 621'355'968'000'000'000;
    constexpr int64_t from2000 = 9'466'848'000'000'000, until2040 = 22'089'888'000'000'000;
    for (const int64_t begin : {since1601, since1}) {
        if (ticks - begin < from2000 || ticks - begin >= until2040) continue;
        nanoseconds = (ticks - begin) * 100;
        return true;
    }
    return false;
}

/// Days since 1900 with a part of a day, as spreadsheets write a moment into CSV (46085.33368), from 2000 to 2049. Of Excel's
/// own ten digits five stand behind the point, so that times are right to half a second.
bool readSerial(std::string_view text, int64_t &seconds, int64_t &fraction) {
    constexpr size_t whole = 5, fewestDecimals = 3;
    constexpr int64_t from2000 = 36'526, from2050 = 54'789, of1970 = 25'569;
    if (text.size() < whole + 1 + fewestDecimals || text.size() > 24 || text[whole] != '.') return false;
    int64_t days = 0;
    double part = 0, scale = 1;
    for (size_t i = 0; i < text.size(); ++i) {
        if (i == whole) continue;
        if (!sensor::isDigit(text[i])) return false;
        if (i < whole) days = days * 10 + (text[i] - '0');
        else part += (text[i] - '0') * (scale /= 10);
    }
    if (days < from2000 || days >= from2050) return false;
    const int64_t milliseconds = std::llround(part * 86'400'000);
    seconds = (days - of1970) * 86'400 + milliseconds / 1000;
    fraction = milliseconds % 1000 * 1'000'000;
    return true;
}

/// 20250304T050607Z, 20250304 05:06:07.5: ISO 8601 without its separators; the same with them.
bool spread(std::string_view text, std::string &spread) {
    const auto isDigits = [&](size_t from, size_t to) {
        return text.size() >= to && std::all_of(text.begin() + ptrdiff_t(from), text.begin() + ptrdiff_t(to), sensor::isDigit);
    };
    if (text.size() < 13 || (text[8] != 'T' && text[8] != ' ') || !isDigits(0, 8)) return false;
    const size_t end = isDigits(9, 15) ? 15 : 9;
    for (size_t i = 0; i < end; ++i) {
        if (i == 4 || i == 6) spread += '-';
        if (i == 11 || i == 13) spread += ':';
        spread += text[i];
    }
    spread += text.substr(end);
    return true;
}

/// 20250304050607, as some tools write it.
bool readDigits(std::string_view text, Parts &parts) {
    if (text.size() != 14 || (text.substr(0, 2) != "20" && text.substr(0, 2) != "19")) return false;
    Walk walk{text.data(), text.data() + text.size()};
    walk.number(parts.year, 4);
    for (int64_t *part : {&parts.month, &parts.day, &parts.hour, &parts.minute, &parts.second})
        if (walk.number(*part, 2) != 2) return false;
    return parts.month >= 1 && parts.month <= 12;
}

}  // namespace

int64_t LooseTimes::toUTC(int64_t local) const {
    if (zone.empty()) return local;
    const auto east = [&](int64_t moment) {
        const auto behind = std::upper_bound(
            zone.begin(), zone.end(), moment, [](int64_t time, const Offset &offset) { return time < offset.since; });
        return int64_t(behind == zone.begin() ? zone.front().east : (behind - 1)->east);
    };
    // An hour that is said twice is the first of the two.
    const int64_t before = local - east(local - 86'400);
    return east(before) == local - before ? before : local - east(before);
}

bool LooseTimes::read(std::string_view text, int64_t &nanoseconds) const {
    constexpr std::string_view around = " \t\"[]<>()";
    while (!text.empty() && around.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
    while (!text.empty() && around.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
    if (text.empty() || text.size() > 96) return false;
    // .NET's JSON: /Date(1772582400000)/
    constexpr std::string_view date = "/Date(";
    if (text.substr(0, date.size()) == date) {
        text.remove_prefix(date.size());
        text = text.substr(0, text.find_first_not_of("0123456789"));
    }
    Parts parts;
    std::string other;
    // Where decimals stand behind a comma.
    const size_t comma = text.find(',');
    if (comma != std::string_view::npos && (comma >= 9 || comma == 5) && text.find_first_not_of("0123456789,") == std::string_view::npos
        && text.find(',', comma + 1) == std::string_view::npos) {
        other = text;
        other[comma] = '.';
        text = other;
    }
    if (spread(text, other)) text = other;
    if (readTicks(text, nanoseconds)) return true;
    int64_t serial, fraction;
    if (readSerial(text, serial, fraction)) {
        nanoseconds = toUTC(serial) * billion + fraction;
        return true;
    }
    const bool isNumber = std::all_of(text.begin(), text.end(), [](char c) { return sensor::isDigit(c) || c == '.'; });
    if (isNumber && !readDigits(text, parts)) {
        // Dates with points have two, numbers one at most.
        if (std::count(text.begin(), text.end(), '.') < 2) {
            // Before 2001 in seconds: a date without its separators, a port, a count.
            const size_t whole = std::min(text.find('.'), text.size());
            return whole >= 9 && sensor::readAnyTime(text.data(), text.size(), nanoseconds);
        }
    }
    if (parts.year < 0) {
        Walk walk{text.data(), text.data() + text.size()};
        // The day of the week says nothing new.
        if (isLetter(walk.peek())) {
            const Walk begin = walk;
            if (monthOf(walk.word()) != 0) walk = begin;
            else walk.skipAny("., ");
        }
        if (!readDate(walk, parts, isDayFirst)) return false;
        const Walk behindDate = walk;
        if (walk.peek() == 'T' || walk.peek() == 't') ++walk.p;
        else walk.skipAny(" ,@:-_");
        if (walk.p < walk.end) {
            if (walk.p == behindDate.p || !readClock(walk, parts) || !readZone(walk, parts)) return false;
            walk.skipAny(" ");
            // Wed Mar  4 05:06:07 2025
            if (parts.year < 0 && walk.number(parts.year) != 4) parts.year = -1;
            walk.skipAny(" ");
            if (!parts.hasZone && !readZone(walk, parts)) return false;
            if (walk.p != walk.end) return false;
        } else if (parts.year < 0) {
            return false;
        }
    }
    if (parts.month < 1 || parts.month > 12 || parts.day < 1 || parts.day > 31) return false;
    if (parts.hour > 23 || parts.minute > 59 || parts.second > 60) return false;
    const auto moment = [&] {
        const int64_t seconds = secondsOf(parts);
        return parts.hasZone ? seconds - parts.east : toUTC(seconds);
    };
    if (parts.year < 0) {
        // The last such day before the reference, and a day, since clocks differ.
        const int64_t limit = (reference == INT64_MAX ? lastSecond : reference / billion) + 86'400;
        parts.year = 1970 + std::max<int64_t>(0, limit / 31'556'952) + 1;
        for (int years = 0; years < 9; ++years, --parts.year)
            if (parts.day <= sensor::daysIn(parts.month, parts.year) && moment() <= limit) break;
    }
    if (parts.year < 1678 || parts.year > 2261 || parts.day > sensor::daysIn(parts.month, parts.year)) return false;
    nanoseconds = moment() * billion + parts.fraction;
    return true;
}

std::string_view timeAtBegin(std::string_view line) {
    size_t at = 0;
    const auto skipSpaces = [&] {
        while (at < line.size() && (line[at] == ' ' || line[at] == '[')) ++at;
    };
    skipSpaces();
    if (at < line.size() && line[at] == '<') {
        const size_t end = line.find('>', at);
        if (end == std::string_view::npos || end - at > 5) return {};
        at = end + 1;
        // The version of RFC 5424.
        if (line.substr(at, 2) == "1 ") at += 2;
    }
    skipSpaces();
    const std::string_view rest = line.substr(std::min(at, line.size()));
    if (rest.empty()) return {};
    // As many words as a time has, the longest first.
    size_t ends[6];
    size_t count = 0;
    for (size_t i = 1; i <= rest.size() && i < 48 && count < 6; ++i) {
        const bool isEnd = i == rest.size() || rest[i] == ' ' || rest[i] == ']' || rest[i] == '\t';
        if (isEnd && rest[i - 1] != ' ') ends[count++] = i;
    }
    static const LooseTimes times = [] {
        LooseTimes any;
        any.reference = 4'000'000'000 * billion;
        return any;
    }();
    while (count > 0) {
        std::string_view text = rest.substr(0, ends[--count]);
        while (!text.empty() && (text.back() == ':' || text.back() == ']')) text.remove_suffix(1);
        int64_t time;
        if (times.read(text, time)) return text;
    }
    return {};
}

bool isZoneName(std::string_view word) {
    int64_t minutes;
    return isUTC(word) || readEast(word, minutes);
}

}  // namespace records
