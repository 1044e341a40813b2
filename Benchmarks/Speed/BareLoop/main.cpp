// The yardstick of the speed benchmark: two threads read the file, find its lines, filter the flows and take six fields
// of each out with simdjson, and do nothing else. It answers only the questions that keep the compiler from leaving the
// work out; it accepts what a real reader must not.

#include <fcntl.h>
#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

namespace {

constexpr size_t blockSize = 4 << 20;
/// How far into a line the event type is looked for.
constexpr size_t headSize = 400;
constexpr int threadCount = 2;
/// A line that begins in a block is read to its end in the next one, up to this length.
constexpr size_t longestLine = 1 << 16;

struct Tally {
    uint64_t lines = 0, flows = 0, faults = 0, check = 0;
};

/// The six fields of one flow; stops as soon as all are there.
void readFlow(simdjson::ondemand::parser &parser, const char *line, size_t length, size_t capacity, Tally &tally) {
    using namespace simdjson;
    ondemand::document document;
    if (parser.iterate(line, length, capacity).get(document) != SUCCESS) return void(++tally.faults);
    ondemand::object object, flow;
    std::string_view source, destination, start;
    uint64_t port = 0, there = 0, back = 0;
    if (document.get_object().get(object) != SUCCESS || object["src_ip"].get_string().get(source) != SUCCESS
        || object["dest_ip"].get_string().get(destination) != SUCCESS)
        return void(++tally.faults);
    if (object.find_field("dest_port").get_uint64().get(port) != SUCCESS) port = 0;  // ICMP has none
    if (object["flow"].get_object().get(flow) != SUCCESS || flow["bytes_toserver"].get_uint64().get(there) != SUCCESS
        || flow["bytes_toclient"].get_uint64().get(back) != SUCCESS || flow["start"].get_string().get(start) != SUCCESS)
        return void(++tally.faults);
    ++tally.flows;
    tally.check += source.size() + destination.size() + start.size() + port + there + back;
}

void readBlocks(int file, size_t size, std::atomic<size_t> &nextBlock, Tally &total) {
    static constexpr char mark[] = "\"event_type\":\"flow\"";
    std::vector<char> buffer(1 + blockSize + longestLine + simdjson::SIMDJSON_PADDING);
    simdjson::ondemand::parser parser;
    Tally tally;
    for (;;) {
        const size_t begin = nextBlock.fetch_add(1) * blockSize;
        if (begin >= size) break;
        // One byte before the block tells whether a line begins at its very start.
        const size_t lead = begin == 0 ? 0 : 1;
        const ssize_t got = pread(file, buffer.data(), lead + blockSize + longestLine, off_t(begin - lead));
        if (got <= 0) break;
        const char *p = buffer.data(), *const end = p + got;
        const char *const border = p + lead + blockSize;
        if (lead == 1) {
            const void *newline = memchr(p, '\n', size_t(end - p));
            if (newline == nullptr) continue;
            p = static_cast<const char *>(newline) + 1;
        }
        while (p < border && p < end) {
            const void *newline = memchr(p, '\n', size_t(end - p));
            const char *lineEnd = newline == nullptr ? end : static_cast<const char *>(newline);
            const auto length = size_t(lineEnd - p);
            ++tally.lines;
            if (memmem(p, length < headSize ? length : headSize, mark, sizeof mark - 1) != nullptr)
                readFlow(parser, p, length, size_t(buffer.data() + buffer.size() - p), tally);
            p = lineEnd + 1;
        }
    }
    total = tally;
}

}  // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: bare-loop EVE-FILE\n");
        return 2;
    }
    const int file = open(argv[1], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        std::perror(argv[1]);
        return 1;
    }
    std::atomic<size_t> nextBlock{0};
    std::vector<Tally> tallies(threadCount);
    std::vector<std::thread> threads;
    for (Tally &tally : tallies)
        threads.emplace_back([&] { readBlocks(file, size_t(status.st_size), nextBlock, tally); });
    for (std::thread &thread : threads) thread.join();
    Tally sum;
    for (const Tally &tally : tallies) {
        sum.lines += tally.lines;
        sum.flows += tally.flows;
        sum.faults += tally.faults;
        sum.check += tally.check;
    }
    std::printf("lines %llu flows %llu faults %llu check %llu\n", (unsigned long long)sum.lines,
        (unsigned long long)sum.flows, (unsigned long long)sum.faults, (unsigned long long)sum.check);
    close(file);
    return 0;
}
