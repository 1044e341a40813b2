// The finder of records in what carried them, over damaged contents: for the sanitizers. Also compares what comes of a whole
// with what comes of its parts, and holds lines that keep their lengths against where they came from.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "../Random.hpp"
#include "RecordFraming.h"

namespace {

const std::string eve =
    R"({"timestamp":"2025-03-04T05:06:07.123456+0100","flow_id":7,"event_type":"flow","src_ip":"10.0.0.7","src_port":5000,)"
    R"("dest_ip":"203.0.113.9","dest_port":443,"proto":"TCP","flow":{"bytes_toserver":1,"start":"2025-03-04T05:06:07+0100"}})";
const std::string netflow =
    R"({"timestamp":"2025-03-04T05:06:07.123456+0100","flow_id":7,"event_type":"netflow","src_ip":"10.0.0.7","src_port":5000,)"
    R"("dest_ip":"203.0.113.9","dest_port":443,"proto":"TCP","netflow":{"pkts":1,"bytes":2,"start":"x","end":"y","age":3}})";
const std::string zeek =
    R"({"ts":1.5,"uid":"C1","id":{"orig_h":"10.0.0.7","resp_h":"203.0.113.9"},"conn_state":"SF","note":"\u00e9\ud83d\ude00"})";
const std::string document =
    R"({"@timestamp":"2025-03-04T05:06:07Z","event":{"dataset":"zeek.conn","duration":5},"source":{"ip":"10.0.0.7"},)"
    R"("dns":{"answers":[{"data":"a"},{"data":"b"}]},"destination.ip":"203.0.113.9"})";

std::string quoted(const std::string &text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"";
}

/// A record in one of the ways in which it travels.
std::string carried(const std::string &record, size_t way) {
    switch (way) {
    case 0: return record + "\n";
    case 1: return "<29>1 2024-03-04T10:01:00Z fw s - [a b=\"{c}\"] " + record + "\n";
    case 2: return "{\"id\":1,\"full_log\":" + quoted(record) + ",\"data\":" + record + "}\n";
    case 3: return "{\"event\":{\"original\":" + quoted("x " + record) + "}}\n";
    case 4: return "{\"took\":1,\"hits\":{\"hits\":[{\"_source\":" + record + "},{\"_source\":" + record + "}]}}\n";
    case 5: return "[\n" + record + ",\n" + record + "\n]\n";
    case 6: return record + record + " " + record;
    default: {
        std::string pretty;
        for (const char c : record) {
            if (c == '}') pretty += "\n";
            pretty.push_back(c);
            if (c == '{' || c == ',') pretty += "\n  ";
        }
        return pretty + "\n";
    }
    }
}

std::string damaged(std::string text, Random &random) {
    static const std::vector<std::string> pieces = {"{", "}", "[", "]", "\"", "\\", "\\u00", "\\ud83d", ",", ":", "\n", "\n{", "\r\n", " ", "\xC3", "{\"", "\\\"", "#"};
    for (size_t changes = random.below(4); changes > 0 && !text.empty(); --changes) {
        const size_t place = random.below(text.size());
        switch (random.below(4)) {
        case 0: text[place] = char(text[place] ^ (1 << random.below(8))); break;
        case 1: text.erase(place, 1 + random.below(6)); break;
        case 2: text.insert(place, pieces[random.below(pieces.size())]); break;
        default:
            if (random.below(4) == 0) text.erase(place);
        }
    }
    return text;
}

std::string utf16(const std::string &text, bool isBig) {
    std::string out;
    for (const char c : text) {
        out.push_back(isBig ? '\0' : c);
        out.push_back(isBig ? c : '\0');
    }
    return out;
}

/// What comes of a content that is given in parts, each in memory of its own.
std::string read(FramingForm form, const std::string &content, bool keepsLength, const char *log, Random *random) {
    RecordFramer *const framer = RecordFramerCreate(form, keepsLength, log);
    std::string out;
    size_t at = 0;
    do {
        const size_t size = random == nullptr ? content.size() : random->below(content.size() - at + 1);
        const std::vector<char> part(content.begin() + long(at), content.begin() + long(at + size));
        at += size;
        RecordFramerRead(framer, part.data(), part.size(), at == content.size());
        size_t length;
        const char *const lines = RecordFramerLines(framer, &length);
        const size_t taken = random == nullptr ? length : random->below(length + 1);
        out.append(lines, taken);
        RecordFramerForget(framer, taken);
    } while (at < content.size());
    size_t length;
    const char *const lines = RecordFramerLines(framer, &length);
    out.append(lines, length);
    RecordFramerDestroy(framer);
    return out;
}

[[noreturn]] void fail(const char *what, const std::string &content, const std::string &first, const std::string &second) {
    std::fprintf(stderr, "%s\n-- content\n%s\n-- one\n%s\n-- other\n%s\n", what, content.c_str(), first.c_str(), second.c_str());
    std::exit(1);
}

size_t count(const std::string &text, char wanted) {
    size_t found = 0;
    for (const char c : text) found += c == wanted;
    return found;
}

}  // namespace

int main(int argc, char **argv) {
    const size_t contents = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    Random random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
    RecordTranslation *const translation = RecordTranslationCreate(FramingZeek);
    RecordTranslationBeginKind(translation, "\"_path\":\"conn\"");
    RecordTranslationSelect(translation, "event.dataset", "zeek.conn");
    RecordTranslationAddField(translation, "dns.answers.data", "answers", 1);
    RecordTranslationAddField(translation, "event.duration", "duration", 1e-9);
    RecordTranslationAddField(translation, "source.ip\nclient.ip", "id.orig_h", 1);
    RecordTranslationAddField(translation, "destination.ip", "id.resp_h", 1);
    const RecordTranslation *const translations[] = {translation};
    const std::string records[] = {eve, netflow, zeek, document};
    size_t framings[3] = {0, 0, 0}, inMessages = 0;
    for (size_t number = 0; number < contents; ++number) {
        const std::string &record = records[random.below(4)];
        const size_t way = random.below(8);
        std::string content;
        for (size_t lines = 1 + random.below(4); lines > 0; --lines) {
            const std::string next = carried(record, way);
            content += random.below(2) == 0 ? next : damaged(next, random);
            // Damage can take all of it; of nothing there is nothing to read.
            if (content.empty()) content = next;
        }
        if (random.below(8) == 0) content = utf16(content, random.below(2) == 0);
        const size_t head = 1 + random.below(content.size());
        const std::vector<char> begin(content.begin(), content.begin() + long(head));
        const FramingForm form = FramingFormOf(begin.data(), head, head == content.size(), translations, 1);
        ++framings[form.framing];
        const char *const log = random.below(2) == 0 ? nullptr : "conn";
        const std::string whole = read(form, content, false, log, nullptr), parts = read(form, content, false, log, &random);
        if (whole != parts) fail("a whole and its parts give others", content, whole, parts);
        if (form.framing == FramingAsItIs && form.charset == FramingUTF8 && whole != content)
            fail("what is read as it is changed", content, whole, parts);
        if (form.framing == FramingLines && form.charset == FramingUTF8) {
            const std::string kept = read(form, content, true, log, &random);
            if (kept.size() < content.size()) fail("lines lost their lengths", content, kept, whole);
            if (count(kept, '\n') < count(content, '\n')) fail("lines are missing", content, kept, whole);
        }
        // The same of lines of a log that stand in documents, or in a column.
        if (random.below(8) == 0) content = damaged("_time,\"message\"\nMar 4,\"a \"\"b\"\"\nc\"\n" + content, random);
        FramingForm messages;
        if (!content.empty() && FramingHasMessages(content.data(), content.size(), &messages)) {
            const std::string all = read(messages, content, false, nullptr, nullptr), pieces = read(messages, content, false, nullptr, &random);
            if (all != pieces) fail("messages of a whole and its parts differ", content, all, pieces);
            ++inMessages;
        }
    }
    RecordTranslationDestroy(translation);
    std::printf("%zu contents: %zu as they are, %zu in lines, %zu spread; %zu with messages\n", contents, framings[0], framings[1],
                framings[2], inMessages);
    return framings[1] == 0 || framings[2] == 0 || inMessages == 0;
}
