// Feeds mutated EVE lines to the scanner and asserts that its fast way answers what its slow way answers, that the
// counts add up, and that neither the size of the columns nor the parts in which lines come make a difference.
//
// Blocks are allocated to the byte, so that under the address sanitizer a read too far is a failure:
//
//     swift build --sanitize=address --scratch-path .build-asan --product eve-scanner-check
//     .build-asan/debug/eve-scanner-check [LINES (100000) [SEED (1) [FILE of lines to mutate]]]

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <tuple>

#include "EVEScanner.h"
#include "Mutation.hpp"

namespace {

struct Row {
    int64_t start;
    uint64_t sourceHigh, sourceLow, destinationHigh, destinationLow;
    uint16_t port;
    uint8_t protocol;
    int64_t bytesToServer, bytesToClient, packetsToServer, packetsToClient, duration, flowID, sourcePort, position;

    auto all() const {
        return std::tie(start, sourceHigh, sourceLow, destinationHigh, destinationLow, port, protocol, bytesToServer,
            bytesToClient, packetsToServer, packetsToClient, duration, flowID, sourcePort, position);
    }
};

/// What a scanner made of some lines.
struct Outcome {
    std::vector<Row> rows;
    uint64_t lines = 0, used = 0, blank = 0, fellBack = 0, skipped = 0, rejected = 0, slow = 0;
    std::string ingest;
};

/// Reads `text` from a block of just its size and the padding.
Outcome scan(EVEWay way, const std::string &text, EVEOptions options, size_t capacity) {
    const auto block = std::make_unique<char[]>(text.size() + EVE_PADDING);
    std::memcpy(block.get(), text.data(), text.size());
    // What stands in the padding must not matter: let it look like the line goes on.
    static const char more[] = "\"}},\"a\":1}}\n{\"timestamp\":\"2023-09-03T00:00:29.092106+0300\",\"event_";
    std::memcpy(block.get() + text.size(), more, EVE_PADDING);
    std::vector<int64_t> numbers[9];
    for (auto &column : numbers) column.resize(capacity);
    std::vector<SensorAddress> source(capacity), destination(capacity);
    std::vector<uint16_t> port(capacity);
    std::vector<uint8_t> protocol(capacity);
    EVEColumns columns{capacity, 0, numbers[0].data(), source.data(), destination.data(), port.data(), protocol.data(),
        numbers[1].data(), numbers[2].data(), numbers[3].data(), numbers[4].data(), numbers[5].data(), numbers[6].data(),
        numbers[7].data(), numbers[8].data()};
    EVEScanner *const scanner = EVEScannerCreate(options);
    Outcome outcome;
    for (size_t at = 0; at < text.size();) {
        columns.count = 0;
        at += EVEScannerReadInWay(scanner, way, block.get() + at, text.size() - at, at, &columns);
        for (size_t i = 0; i < columns.count; ++i)
            outcome.rows.push_back({numbers[0][i], source[i].high, source[i].low, destination[i].high, destination[i].low,
                port[i], protocol[i], numbers[1][i], numbers[2][i], numbers[3][i], numbers[4][i], numbers[5][i],
                numbers[6][i], numbers[7][i]});
    }
    outcome.lines = EVEScannerLines(scanner);
    outcome.used = EVEScannerUsed(scanner);
    outcome.blank = EVEScannerBlank(scanner);
    outcome.fellBack = EVEScannerFellBack(scanner);
    outcome.slow = EVEScannerReadAsJSON(scanner);
    outcome.ingest = "blank " + std::to_string(outcome.blank) + " fell back " + std::to_string(outcome.fellBack);
    for (size_t i = 0; i < EVEScannerSkippedTypes(scanner); ++i) {
        const EVESkipped skipped = EVEScannerSkipped(scanner, i);
        outcome.skipped += skipped.count;
        outcome.ingest += std::string(" ") + skipped.type + " " + std::to_string(skipped.count) + " from "
            + std::to_string(skipped.first) + " to " + std::to_string(skipped.last);
    }
    for (int reason = 0; reason < EVEReasonCount; ++reason) {
        const EVERejected rejected = EVEScannerRejected(scanner, EVEReason(reason));
        outcome.rejected += rejected.count;
        outcome.ingest += " reason " + std::to_string(reason) + " " + std::to_string(rejected.count) + " at";
        for (uint64_t i = 0; i < rejected.count && i < EVE_POSITIONS_KEPT; ++i)
            outcome.ingest += " " + std::to_string(rejected.positions[i]);
    }
    EVEScannerDestroy(scanner);
    return outcome;
}

void require(bool holds, const char *what, const std::string &text, const Outcome &fast, const Outcome &slow) {
    if (holds) return;
    std::fprintf(stderr, "%s\nfast: %s\nslow: %s\n%s\n", what, fast.ingest.c_str(), slow.ingest.c_str(), text.c_str());
    std::exit(1);
}

bool haveSameRows(const Outcome &a, const Outcome &b) {
    if (a.rows.size() != b.rows.size()) return false;
    for (size_t i = 0; i < a.rows.size(); ++i)
        if (a.rows[i].all() != b.rows[i].all()) return false;
    return true;
}

/// Checks a text; the number of lines it should have is known.
Outcome check(const std::string &text, uint64_t lines, unsigned variant) {
    EVEOptions options{};
    options.usesLoggedTime = variant & 1;
    options.wantsBytes = options.wantsPackets = options.wantsDuration = options.wantsFlowID
        = options.wantsSourcePort = variant & 2;
    const EVEWay ways[] = {EVEWayPortable, EVEWayAVX2, EVEWayAVX512};
    const Outcome fast = scan(ways[variant / 4 % 3], text, options, 1024);
    const Outcome slow = scan(EVEWaySlow, text, options, 1 + variant % 3);
    require(haveSameRows(fast, slow), "the two ways read different rows", text, fast, slow);
    require(fast.ingest == slow.ingest, "the two ways count differently", text, fast, slow);
    require(fast.lines == lines, "the lines are not all counted", text, fast, slow);
    require(fast.lines == fast.used + fast.skipped + fast.blank + fast.rejected && fast.used == fast.rows.size(),
        "the counts do not add up", text, fast, slow);
    return fast;
}

/// So many that the scanner meets what it remembers of lines before.
constexpr uint64_t linesAtOnce = 10;

}  // namespace

int main(int argc, char **argv) {
    const uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    std::vector<std::string> lines = builtInLines();
    if (argc > 3) {
        std::ifstream file(argv[3]);
        if (!file) {
            std::perror(argv[3]);
            return 1;
        }
        for (std::string line; std::getline(file, line);)
            if (line.size() < 4'000) lines.push_back(line);
    }
    Mutation mutation(lines, seed);
    uint64_t used = 0, skipped = 0, rejected = 0, slow = 0;
    std::string text;
    for (uint64_t i = 0; i < count;) {
        text.clear();
        uint64_t inText = 0;
        for (; inText < linesAtOnce && i < count; ++inText, ++i) text += mutation.next() + "\n";
        // Now and then the last line has no line feed, as when the sensor still writes it.
        const bool isCut = i % 3 == 0 && text.size() > 1 && text[text.size() - 2] != '\n';
        if (isCut) text.pop_back();
        const Outcome outcome = check(text, inText, unsigned(i / linesAtOnce));
        used += outcome.used;
        skipped += outcome.skipped + outcome.blank;
        rejected += outcome.rejected;
        slow += outcome.slow;
    }
    std::printf("%llu lines: %llu used, %llu skipped, %llu rejected; %llu read the slow way\n", (unsigned long long)count,
        (unsigned long long)used, (unsigned long long)skipped, (unsigned long long)rejected, (unsigned long long)slow);
    return 0;
}
