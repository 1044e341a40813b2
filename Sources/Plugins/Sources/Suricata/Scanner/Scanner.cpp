// The C functions: takes blocks apart into lines and keeps the ingest counts.

#include <new>
#include <string>
#include <vector>

#include "IngestCounts.hpp"
#include "UsualFlowReader.hpp"
#include "JSONFlowReader.hpp"

struct EVEScanner {
    explicit EVEScanner(const EVEOptions &options)
        : options(options), longestLine(options.longestLine == 0 ? SIZE_MAX : options.longestLine), fast(options),
          slow(options) {}

    EVEOptions options;
    size_t longestLine;
    eve::UsualFlowReader fast;
    eve::JSONFlowReader slow;
    eve::IngestCounts ingest;

    /// A name with its text.
    struct Named {
        EVEName name;
        std::string host;
    };
    std::vector<Named> names;
    std::vector<EVELine> left;
    /// Where lines are counted from.
    const char *block = nullptr;
    std::vector<EVELookup> lookups;
    std::vector<EVELookup> counters;

    SENSOR_INLINE void note(std::string_view type, const char *line, const char *end, uint64_t position) {
        if (type == "stats") counters.push_back({line, size_t(end - line), position});
        if (options.wantsLookups && type == "dns") lookups.push_back({line, size_t(end - line), position});
    }
};

namespace {

using eve::Flow;
using eve::Name;
using eve::Reading;
using eve::Verdict;

SENSOR_INLINE void put(int64_t *column, size_t row, int64_t value) {
    if (column != nullptr) column[row] = value;
}

SENSOR_INLINE void append(EVEColumns &columns, const EVEOptions &options, const Flow &flow, uint64_t position) {
    const size_t row = columns.count++;
    columns.start[row] = flow.start;
    columns.source[row] = flow.source;
    columns.destination[row] = flow.destination;
    columns.port[row] = flow.port;
    columns.protocol[row] = flow.protocol;
    put(columns.position, row, int64_t(position));
    if (options.wantsBytes) {
        put(columns.bytesToServer, row, flow.bytesToServer);
        put(columns.bytesToClient, row, flow.bytesToClient);
    }
    if (options.wantsPackets) {
        put(columns.packetsToServer, row, flow.packetsToServer);
        put(columns.packetsToClient, row, flow.packetsToClient);
    }
    if (options.wantsDuration) put(columns.duration, row, flow.duration);
    if (options.wantsFlowID) put(columns.flowID, row, flow.flowID);
    if (options.wantsSourcePort) put(columns.sourcePort, row, flow.sourcePort);
}

/// Leaves a line to a reader of records.
SENSOR_INLINE void leave(EVEScanner &scanner, EVENamer namer, const char *line, size_t length, EVEColumns &columns) {
    scanner.left.push_back({size_t(line - scanner.block), length});
    ++scanner.ingest.named[namer];
    ++scanner.ingest.namedInAll;
    --columns.namesLeft;
}

void keep(EVEScanner &scanner, const Name &name, uint64_t position, EVEColumns &columns) {
    const Flow &flow = name.flow;
    const EVEName entry{name.namer, flow.start, flow.source, flow.destination, flow.port, flow.protocol, flow.flowID,
                        int64_t(position), name.isProxied, nullptr, 0};
    scanner.names.push_back({entry, std::string(name.host)});
    ++scanner.ingest.named[name.namer];
    ++scanner.ingest.namedInAll;
    --columns.namesLeft;
}

bool isBlank(const char *p, const char *end) {
    while (p < end && sensor::isSpace(*p)) ++p;
    return p == end;
}

const char *lineFeed(const char *p, const char *end) {
    return static_cast<const char *>(std::memchr(p, '\n', size_t(end - p)));
}

/// Reads one line the slow way and enters it into the ingest counts.
void readSlowly(
    EVEScanner &scanner, const char *line, const char *end, bool isTerminated, uint64_t position, EVEColumns &columns) {
    eve::IngestCounts &ingest = scanner.ingest;
    if (size_t(end - line) > scanner.longestLine) return ingest.reject(EVELineTooLong, position);
    if (isBlank(line, end)) {
        ++ingest.blank;
        return;
    }
    Flow flow;
    Name name;
    const Reading reading = scanner.slow.read(line, size_t(end - line), flow, name);
    switch (reading.verdict) {
    case Verdict::used:
        ingest.use(flow.start);
        ingest.fellBack += flow.fellBack;
        append(columns, scanner.options, flow, position);
        break;
    case Verdict::named: {
        const bool isNameless = name.namer == EVENamerTLS && name.host.empty();
        if (scanner.options.leavesLines && (isNameless || name.namer == EVENamerDNS))
            leave(scanner, name.namer, line, size_t(end - line), columns);
        else keep(scanner, name, position, columns);
        if (name.namer == EVENamerDNS) scanner.note("dns", line, end, position);
        break;
    }
    case Verdict::skipped:
        ++ingest.skipped;
        ingest.types.count(reading);
        scanner.note(reading.type, line, end, position);
        break;
    case Verdict::rejected:
    case Verdict::unsure:
        ingest.reject(reading.reason == EVENotJSON && !isTerminated ? EVETruncated : reading.reason, position);
    }
}

using ReadBlock = size_t(EVEScanner &, const char *, size_t, uint64_t, EVEColumns &);

template <bool triesFast>
SENSOR_INLINE size_t readBlock(
    EVEScanner &scanner, const char *block, size_t length, uint64_t position, EVEColumns &columns) {
    eve::IngestCounts &ingest = scanner.ingest;
    const char *const end = block + length;
    // The fast way needs a line feed at the end, so a last line without one is not for it.
    const auto *const lastFeed = static_cast<const char *>(memrchr(block, '\n', length));
    const char *p = block;
    const bool hasMark = position == 0 && length >= 3 && std::memcmp(block, "\xEF\xBB\xBF", 3) == 0;
    if (hasMark) p += 3;
    const bool wantsNames = scanner.options.wantsNames || scanner.options.leavesLines;
    const bool wantsLookups = scanner.options.wantsLookups;
    scanner.block = block;
    scanner.left.clear();
    while (p < end && columns.count < columns.capacity && !(wantsNames && columns.namesLeft == 0)
           && !(wantsLookups && scanner.lookups.size() >= columns.lookupsLeft)) {
        const uint64_t place = hasMark && p == block + 3 ? 0 : position + uint64_t(p - block);
        const bool isTerminated = lastFeed != nullptr && p <= lastFeed;
        if (triesFast && isTerminated) {
            Flow flow;
            const char *next;
            const Reading reading = scanner.fast.read(p, flow, next);
            if (reading.verdict == Verdict::used && size_t(next - p) <= scanner.longestLine) {
                ingest.use(flow.start);
                append(columns, scanner.options, flow, place);
                p = next;
                continue;
            }
            const EVENamer namer = wantsNames ? eve::namerOf(reading.type) : EVENamerCount;
            const bool mayName = wantsNames && eve::wantsName(scanner.options, namer);
            if (reading.verdict == Verdict::skipped && (!mayName || namer == EVENamerDNS)) {
                next = lineFeed(reading.type.data(), end) + 1;
                if (size_t(next - p) <= scanner.longestLine) {
                    if (mayName) {
                        leave(scanner, namer, p, size_t(next - p) - 1, columns);
                    } else {
                        ++ingest.skipped;
                        ingest.types.count(reading);
                    }
                    scanner.note(reading.type, p, next - 1, place);
                    p = next;
                    continue;
                }
            }
        }
        const char *const feed = isTerminated ? lineFeed(p, end) : nullptr;
        const char *const lineEnd = feed == nullptr ? end : feed;
        ++ingest.slow;
        readSlowly(scanner, p, lineEnd, isTerminated, place, columns);
        p = feed == nullptr ? end : feed + 1;
    }
    return size_t(p - block);
}

size_t readJSONBlock(EVEScanner &scanner, const char *block, size_t length, uint64_t position, EVEColumns &columns) {
    return readBlock<false>(scanner, block, length, position, columns);
}

size_t readPortably(EVEScanner &scanner, const char *block, size_t length, uint64_t position, EVEColumns &columns) {
    return readBlock<true>(scanner, block, length, position, columns);
}

#if defined(__x86_64__)
// The same once more for each set of instructions that makes comparing many bytes at once cheaper; the processor at
// hand decides. All that is inlined into them is compiled for them.

__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))) size_t readWithAVX2(
    EVEScanner &scanner, const char *block, size_t length, uint64_t position, EVEColumns &columns) {
    return readBlock<true>(scanner, block, length, position, columns);
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,bmi,bmi2,lzcnt,popcnt"))) size_t readWithAVX512(
    EVEScanner &scanner, const char *block, size_t length, uint64_t position, EVEColumns &columns) {
    return readBlock<true>(scanner, block, length, position, columns);
}

constexpr ReadBlock *ways[] = {readJSONBlock, readPortably, readWithAVX2, readWithAVX512};

EVEWay bestWay() {
    const bool hasAVX2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    if (!hasAVX2) return EVEWayPortable;
    const bool hasAVX512 = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq");
    return hasAVX512 ? EVEWayAVX512 : EVEWayAVX2;
}
#else
constexpr ReadBlock *ways[] = {readJSONBlock, readPortably, readPortably, readPortably};

EVEWay bestWay() { return EVEWayPortable; }
#endif

}  // namespace

extern "C" {

EVEScanner *EVEScannerCreate(EVEOptions options) { return new (std::nothrow) EVEScanner(options); }

void EVEScannerDestroy(EVEScanner *scanner) { delete scanner; }

EVEWay EVEScannerBestWay(void) {
    static const EVEWay way = bestWay();
    return way;
}

size_t EVEScannerRead(EVEScanner *scanner, const char *block, size_t length, uint64_t position, EVEColumns *columns) {
    scanner->lookups.clear();
    scanner->counters.clear();
    return ways[EVEScannerBestWay()](*scanner, block, length, position, *columns);
}

size_t EVEScannerReadInWay(
    EVEScanner *scanner, EVEWay way, const char *block, size_t length, uint64_t position, EVEColumns *columns) {
    const EVEWay best = EVEScannerBestWay();
    return ways[way > best ? best : way](*scanner, block, length, position, *columns);
}

void EVEScannerRejectLongLine(EVEScanner *scanner, uint64_t position) {
    scanner->ingest.reject(EVELineTooLong, position);
}

uint64_t EVEScannerLines(const EVEScanner *scanner) { return scanner->ingest.lines(); }

uint64_t EVEScannerUsed(const EVEScanner *scanner) { return scanner->ingest.used; }

void EVEScannerUsedSpan(const EVEScanner *scanner, int64_t *first, int64_t *last) {
    *first = scanner->ingest.firstUsed;
    *last = scanner->ingest.lastUsed;
}

uint64_t EVEScannerBlank(const EVEScanner *scanner) { return scanner->ingest.blank; }

uint64_t EVEScannerFellBack(const EVEScanner *scanner) { return scanner->ingest.fellBack; }

EVERejected EVEScannerRejected(const EVEScanner *scanner, EVEReason reason) {
    return scanner->ingest.rejected[reason];
}

size_t EVEScannerSkippedTypes(const EVEScanner *scanner) { return scanner->ingest.types.types.size(); }

EVESkipped EVEScannerSkipped(const EVEScanner *scanner, size_t index) { return scanner->ingest.types.types[index]; }

size_t EVEScannerNames(const EVEScanner *scanner) { return scanner->names.size(); }

EVEName EVEScannerName(const EVEScanner *scanner, size_t index) {
    EVEName name = scanner->names[index].name;
    name.host = scanner->names[index].host.data();
    name.length = scanner->names[index].host.size();
    return name;
}

const EVELine *EVEScannerLeft(const EVEScanner *scanner, size_t *count) {
    *count = scanner->left.size();
    return scanner->left.data();
}

void EVEScannerForgetNames(EVEScanner *scanner) { scanner->names.clear(); }

size_t EVEScannerLookups(const EVEScanner *scanner) { return scanner->lookups.size(); }

EVELookup EVEScannerLookup(const EVEScanner *scanner, size_t index) { return scanner->lookups[index]; }

size_t EVEScannerCounters(const EVEScanner *scanner) { return scanner->counters.size(); }

EVELookup EVEScannerCounter(const EVEScanner *scanner, size_t index) { return scanner->counters[index]; }

ptrdiff_t EVEFind(const char *line, size_t length, const char *text) {
    const size_t place = std::string_view(line, length).find(text);
    return place == std::string_view::npos ? -1 : ptrdiff_t(place);
}

uint64_t EVEScannerNamed(const EVEScanner *scanner, EVENamer namer) { return scanner->ingest.named[namer]; }

uint64_t EVEScannerReadAsJSON(const EVEScanner *scanner) { return scanner->ingest.slow; }
}
