// The C++ scanner of Zeek logs over damaged lines, in blocks of memory that end where the scanner may read to: for the
// address sanitizer. Also compares what is read of a whole with what is read of its parts, with the headers between.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../Random.hpp"
#include "ZeekScanner.h"

namespace {

const std::string header =
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\torig_bytes\thost\n";
const std::string otherHeader = "#path\thttp\n#fields\tid.resp_h\tid.orig_h\tts\thost   label\n";
const std::vector<std::string> rows = {
    "1713484795.943239\tCYl7H53iN6mY9NyXJ8\t10.0.0.7\t25320\t203.0.113.9\t443\ttcp\t0.5\t517\ta\\x2db.Example\n",
    "1713484795.9\tC1\tfe80::1\t1\t2001:db8::7\t0\ticmp\t-\t-\t(empty)\n",
    "203.0.113.9\t10.0.0.7\t2024-04-18T23:59:55Z\twww.example.com:80   Malicious\n",
    "{\"ts\":1713484795.943239,\"uid\":\"C1\",\"id\":{\"orig_h\":\"10.0.0.7\",\"resp_h\":\"::1\",\"resp_p\":1},"
    "\"conn_state\":\"SF\",\"orig_bytes\":7,\"host\":\"\\u00e9\"}\n",
    "{\"_path\":\"http\",\"ts\":\"2024-04-18T23:59:55Z\",\"id.orig_h\":\"10.0.0.7\",\"id.resp_h\":\"::1\","
    "\"host\":[1,[2]]}\n",
    "1713484795.943239\tC\t10.0.0.7\t1\t10.0.0.8\t443\ttcp\t-\t0.1\t1\t2\tSF\tT\tF\t0\tS\t1\t2\t3\t4\t-\n",
    "\n",
    "#close\n",
};

std::string damaged(std::string line, Random &random) {
    static const std::vector<std::string> pieces = {"\t", "-",  "#", "\"", "{",    "}",
                                                    "\\x0", "\r", ".", ":",  "\xC3", " "};
    line.pop_back();
    for (size_t changes = random.below(4); changes > 0 && !line.empty(); --changes) {
        const size_t place = random.below(line.size());
        switch (random.below(5)) {
        case 0: line[place] = char(line[place] ^ (1 << random.below(8))); break;
        case 1: line.erase(place, 1 + random.below(4)); break;
        case 2: line.insert(place, pieces[random.below(pieces.size())]); break;
        case 3: line.erase(place); break;
        default: line.insert(place, line.substr(place, 20));
        }
    }
    for (char &c : line)
        if (c == '\n') c = ' ';
    return line + '\n';
}

/// What a scanner made of a text.
struct Outcome {
    uint64_t lines = 0, used = 0, rejected = 0, sum = 0;

    bool operator==(const Outcome &other) const {
        return lines == other.lines && used == other.used && rejected == other.rejected && sum == other.sum;
    }
};

ZeekScanner *makeScanner() {
    ZeekScanner *const scanner = ZeekScannerCreate(400);
    const ZeekField fields[] = {
        {"orig_bytes", ZeekCount, 0}, {"duration", ZeekSeconds, 1}, {"uid", ZeekIdentity, 2}, {nullptr, ZeekCount, 3},
        {"host", ZeekHost, 0},        {"host", ZeekText, 1}};
    ZeekScannerWant(scanner, "conn", 0, fields, 6);
    ZeekScannerWant(scanner, "http", 0, fields, 6);
    ZeekScannerWant(scanner, "*", 0, fields, 6);
    return scanner;
}

void scan(ZeekScanner *scanner, const std::string &text, size_t position, size_t capacity, Outcome &outcome) {
    // Memory that ends where the scanner may read to, and nothing before it.
    const std::unique_ptr<char[]> block(new char[text.size() + ZEEK_PADDING]);
    std::memcpy(block.get(), text.data(), text.size());
    // Whatever stands there must not matter.
    std::memset(block.get() + text.size(), "\n\t5"[position % 3], ZEEK_PADDING);
    std::vector<int64_t> start(capacity), place(capacity), numbers[4];
    std::vector<SensorAddress> source(capacity), destination(capacity);
    std::vector<uint16_t> port(capacity);
    std::vector<uint8_t> protocol(capacity);
    std::vector<ZeekTextRange> texts[2];
    ZeekTable table{};
    table.capacity = capacity;
    table.start = start.data();
    table.source = source.data();
    table.destination = destination.data();
    table.port = port.data();
    table.protocol = protocol.data();
    table.position = place.data();
    for (size_t i = 0; i < 4; ++i) {
        numbers[i].resize(capacity);
        table.numbers[i] = numbers[i].data();
    }
    for (size_t i = 0; i < 2; ++i) {
        texts[i].resize(capacity);
        table.texts[i] = texts[i].data();
    }
    for (size_t read = 0; read < text.size();) {
        table.count = 0;
        read += ZeekScannerRead(scanner, block.get() + read, text.size() - read, position + read, &table, 1);
        const char *const memory = ZeekScannerTexts(scanner);
        for (size_t row = 0; row < table.count; ++row) {
            outcome.sum += uint64_t(start[row]) + source[row].low * 3 + destination[row].low * 5 + port[row] * 7u
                + uint64_t(place[row]) * 11 + protocol[row];
            for (const auto &column : numbers) outcome.sum += uint64_t(column[row]) * 13;
            for (const auto &column : texts)
                for (uint32_t i = 0; i < column[row].length; ++i)
                    outcome.sum += uint64_t(uint8_t(memory[column[row].offset + i])) * (17 + i);
        }
    }
}

void count(const ZeekScanner *scanner, Outcome &outcome) {
    outcome.lines += ZeekScannerLines(scanner);
    outcome.used += ZeekScannerUsed(scanner, 0);
    for (int reason = 0; reason < ZeekReasonCount; ++reason)
        outcome.rejected += ZeekScannerRejected(scanner, ZeekReason(reason)).count;
}

Outcome scanWhole(const std::string &text, size_t capacity) {
    Outcome outcome;
    ZeekScanner *const scanner = makeScanner();
    scan(scanner, text, 0, capacity, outcome);
    count(scanner, outcome);
    ZeekScannerDestroy(scanner);
    return outcome;
}

/// Each part by a scanner of its own that is told of the header lines before it.
Outcome scanInParts(const std::string &text, size_t size, size_t capacity) {
    Outcome outcome;
    std::string known;
    for (size_t begin = 0; begin < text.size();) {
        size_t end = std::min(text.size(), begin + size);
        end = text.find('\n', end - 1) + 1;
        const std::string part = text.substr(begin, end - begin);
        ZeekScanner *const scanner = makeScanner();
        ZeekScannerTakeHeader(scanner, known.data(), known.size());
        scan(scanner, part, begin, capacity, outcome);
        count(scanner, outcome);
        ZeekScannerDestroy(scanner);
        const std::string padded = part + std::string(ZEEK_PADDING, '\n');
        for (size_t at = ZeekNextHeaderLine(padded.data(), part.size(), 0); at < part.size();) {
            const size_t next = part.find('\n', at) + 1;
            known += part.substr(at, next - at);
            at = ZeekNextHeaderLine(padded.data(), part.size(), next);
        }
        begin = end;
    }
    return outcome;
}

}  // namespace

int main(int argc, char **argv) {
    const size_t lines = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    Random random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
    constexpr size_t linesAtOnce = 200;
    Outcome all;
    for (size_t done = 0; done < lines; done += linesAtOnce) {
        // A first part without a header, too.
        std::string text;
        for (size_t line = 0; line < linesAtOnce; ++line) {
            if (line % 40 == 10) text += random.below(8) == 0 ? damaged(header, random) : header;
            if (line % 40 == 30) text += random.below(8) == 0 ? damaged(otherHeader, random) : otherHeader;
            text += damaged(rows[random.below(rows.size())], random);
        }
        if (random.below(2) == 0) text.resize(text.size() - 1 - random.below(20));
        const Outcome whole = scanWhole(text, 1 + random.below(64));
        if (!text.empty() && text.back() == '\n' && !(scanInParts(text, 1 + random.below(3000), 7) == whole)) {
            std::fprintf(stderr, "parts of the lines from %zu on say something else than the whole\n", done);
            return 1;
        }
        all.lines += whole.lines;
        all.used += whole.used;
        all.rejected += whole.rejected;
    }
    std::printf("%llu lines: %llu used, %llu rejected\n", (unsigned long long)all.lines, (unsigned long long)all.used,
        (unsigned long long)all.rejected);
    return 0;
}
