#include "QuickLookup.hpp"

#include <cstring>

#include "SensorText/Time.hpp"

namespace eve {

namespace {

constexpr std::string_view timeKey = "{\"timestamp\":\"", sourceKey = "\"src_ip\":\"", destinationKey = "\"dest_ip\":\"",
                           nameKey = "\"rrname\":\"", dataKey = "\"rdata\":\"", wordsKey = "\"dns\":{";

/// Goes over a line from key to key. Inside of a text the quotes of a key would be escaped.
class Walker {
public:
    explicit Walker(std::string_view line) : rest(line) {}

    /// Goes behind the next occurrence of a key.
    bool find(std::string_view key) {
        const void *found = memmem(rest.data(), rest.size(), key.data(), key.size());
        if (found == nullptr) return false;
        rest.remove_prefix(size_t(static_cast<const char *>(found) - rest.data()) + key.size());
        return true;
    }

    bool has(std::string_view key) const { return memmem(rest.data(), rest.size(), key.data(), key.size()) != nullptr; }

    /// The text from where another walker stood up to here.
    std::string_view since(const Walker &other) const {
        return std::string_view(other.rest.data(), size_t(rest.data() - other.rest.data()));
    }

    /// Takes the text up to the closing quote.
    ///
    /// - Returns: false where there are escapes in it.
    bool take(std::string_view &text) {
        const void *quote = std::memchr(rest.data(), '"', rest.size());
        if (quote == nullptr) return false;
        text = rest.substr(0, size_t(static_cast<const char *>(quote) - rest.data()));
        rest.remove_prefix(text.size());
        return std::memchr(text.data(), '\\', text.size()) == nullptr;
    }

private:
    std::string_view rest;
};

bool readAddress(std::string_view text, SensorAddress &address) {
    return SensorReadAddress(text.data(), text.size(), &address);
}

}  // namespace

bool countQuickly(std::string_view line, ContextBook &book) {
    if (line.substr(0, timeKey.size()) != timeKey) return false;
    Walker walker(line.substr(timeKey.size()));
    std::string_view text, name;
    int64_t time;
    SensorAddress source, destination;
    if (!walker.take(text) || !sensor::readTime(text.data(), text.size(), time)) return false;
    if (!walker.find(sourceKey) || !walker.take(text) || !readAddress(text, source)) return false;
    Walker before = walker;
    if (!walker.find(destinationKey) || !walker.take(text) || !readAddress(text, destination)) return false;
    // What a resolver sent is the other's look-up.
    if (walker.since(before).find("\"src_port\":53,") != std::string_view::npos) return false;
    if (book.interest.isAbout(source, destination)) return false;
    if (!walker.find(wordsKey)) return false;
    before = walker;
    if (!walker.find(nameKey) || !walker.take(name)) return false;
    // A name inside of a list is another form, or that of an answer.
    if (walker.since(before).find('[') != std::string_view::npos) return false;
    if (!book.interest.answers.empty()) {
        // Answers in short have no names of their own.
        if (!walker.has(dataKey) && walker.has("\"grouped\":{")) return false;
        while (walker.find(dataKey)) {
            SensorAddress answer;
            if (!walker.take(text)) return false;
            if (readAddress(text, answer) && book.interest.answers.count(answer) != 0) return false;
        }
    }
    if (!book.interest.holds(time)) return true;
    ++book.used[ContextDNS];
    book.countHost(ContextDNS, ContextQueryName, name, source);
    return true;
}

}  // namespace eve
