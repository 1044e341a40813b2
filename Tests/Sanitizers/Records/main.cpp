// The C++ readers of records over damaged lines, in blocks of memory that end where they may read to: for the address
// sanitizer. Also compares what the quick reader makes of a line with what the reader of JSON makes of it, wherever that
// one can read the line, and what is read of a whole with what is read of its parts.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../Random.hpp"
#include "RecordReaders.h"
#include "tables.hpp"

namespace {

const std::string eveHead = R"({"timestamp":"2025-03-04T05:06:07.123456+0100","flow_id":7,"event_type":)";
const std::string eveEnds = R"("src_ip":"10.0.0.7","src_port":5000,"dest_ip":"203.0.113.9","dest_port":443,"proto":"TCP",)";
const std::vector<std::string> eveLines = {
    eveHead + R"("dns",)" + eveEnds + R"("dns":{"type":"query","rrname":"A.example.","rrtype":"A"}})",
    eveHead + R"("dns",)" + eveEnds
        + R"("dns":{"rrname":"a.example","answers":[{"rrname":"a.example","rdata":"192.0.2.1"},{"rdata":"192.0.2.2"}]}})",
    eveHead + R"("dns",)" + eveEnds + R"("dns":{"rrname":"a.example","grouped":{"A":["192.0.2.1"],"CNAME":["b.example"]}}})",
    eveHead + R"("dns",)" + eveEnds + R"("dns":{"queries":[{"rrname":"a.example"},{"rrname":"b.example"}],"rdata":"::1"}})",
    eveHead + R"("tls",)" + eveEnds
        + R"("tls":{"sni":"a.example","ja3":{"hash":"j3","string":"7,1"},"ja3s":{"hash":"js"},"notbefore":"2025-01-06T08:20:00"}})",
    eveHead + R"("tls",)" + eveEnds + R"("tls":{"subjectaltname":["a","b"],"ja3":{"string":"7"},"client":{"sni":"c"}}})",
    eveHead + R"("http",)" + eveEnds + R"("http":{"hostname":"a:80","http_user_agent":"Mozilla\/5.0 \u00e9","status":200}})",
    eveHead + R"("alert",)" + eveEnds + R"("alert":{"signature":"x","metadata":{"k":["a","b"],"l":[]}}})",
    eveHead + R"("flow",)" + eveEnds + R"("flow":{}})",
};
const std::vector<std::string> zeekLines = {
    "#separator \\x09\n#set_separator\t,\n#path\tssl\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tserver_name\tcert_chain_fps",
    "1713484795.943239\tCYl7H53iN6mY9NyXJ8\t10.0.0.7\t25320\t203.0.113.9\t443\ta\\x2db.Example\tf00d,beef",
    "1713484795.9\tC1\tfe80::1\t1\t2001:db8::7\t0\t(empty)\t-",
    "#path\tdns\n#fields\tid.resp_h\tid.orig_h\tts\tquery\tanswers",
    "203.0.113.9\t10.0.0.7\t2024-04-18T23:59:55Z\twww.example.com\t192.0.2.1,-,b",
    R"({"_path":"dns","ts":1713484795.943239,"id":{"orig_h":"10.0.0.7","resp_h":"::1"},"query":"x","answers":["192.0.2.1"]})",
    R"({"ts":1713484795,"id.orig_h":"10.0.0.7","id_resp_h":"::1","qtype_name":null,"query":"\ud83d\ude00"})",
};

std::string damaged(std::string line, Random &random) {
    static const std::vector<std::string> pieces = {"\t", "-", "\"", "{", "}", "[", "]", ":", ",", "\\", "\\u00", "\r",
                                                    " ",  ".", "\xC3", "null,", "\"x\":{\"sni\":\"d\"},", "\"y\":[1,{}],"};
    for (size_t changes = random.below(4); changes > 0 && !line.empty(); --changes) {
        const size_t place = random.below(line.size());
        switch (random.below(4)) {
        case 0: line[place] = char(line[place] ^ (1 << random.below(8))); break;
        case 1: line.erase(place, 1 + random.below(4)); break;
        case 2: line.insert(place, pieces[random.below(pieces.size())]); break;
        default:
            if (random.below(4) == 0) line.erase(place);
        }
    }
    for (char &c : line)
        if (c == '\n' && line[0] != '#') c = ' ';
    return line;
}

enum : ContextKind { dns, tls, http, alert };
enum : ContextColumn { query, answers, host, ja3, fingerprint, agent, status, from, names, signature, metadata };

void addParts(RecordPlan *plan, const std::vector<std::pair<RecordPart, const char *>> &parts) {
    for (const auto &[part, paths] : parts) RecordPlanAddPart(plan, part, paths);
}

RecordPlan *makePlan(bool isZeek) {
    RecordPlan *const plan = RecordPlanCreate(isZeek);
    const auto begin = [&](ContextKind kind, const char *type) {
        RecordPlanAddKind(plan, kind, SENSOR_UNKNOWN_PROTOCOL, kind == dns || kind == tls, false);
        RecordPlanSelect(plan, isZeek ? "_path" : "event_type", type);
        if (isZeek)
            addParts(plan, {{RecordStart, "ts"}, {RecordSource, "id.orig_h"}, {RecordDestination, "id.resp_h"},
                            {RecordSourcePort, "id.orig_p"}, {RecordPort, "id.resp_p"}, {RecordProtocol, "proto"}, {RecordID, "uid"}});
        else
            addParts(plan, {{RecordStart, "timestamp"}, {RecordSource, "src_ip"}, {RecordDestination, "dest_ip"},
                            {RecordSourcePort, "src_port"}, {RecordPort, "dest_port"}, {RecordProtocol, "proto"}, {RecordID, "flow_id"}});
    };
    const auto add = [&](ContextColumn column, RecordForm form, int roles, const char *paths) {
        RecordPlanAddColumn(plan, column, form, uint16_t(roles | ContextKept), paths);
    };
    constexpr int compared = ContextCompared, counted = ContextCounted | ContextCompared;
    begin(dns, "dns");
    if (isZeek) RecordPlanTell(plan, "qtype_name");
    RecordPlanAddAnswer(plan, "dns.type", "answer", false);
    add(query, RecordText, counted | ContextIsHost | ContextIsQuery | ContextIsShared, isZeek ? "query" : "dns.rrname\ndns.queries.rrname");
    add(answers, RecordLines, compared | ContextIsAnswers,
        isZeek ? "answers[]" : "dns.answers.rdata\ndns.grouped.A\ndns.grouped.CNAME\ndns.rdata");
    begin(tls, isZeek ? "ssl" : "tls");
    add(host, RecordText, ContextCounted | ContextIsHost, isZeek ? "server_name" : "tls.sni");
    add(ja3, RecordText, counted | ContextIsShared | ContextIsContrast, isZeek ? "ja3" : "tls.ja3.hash");
    add(fingerprint, RecordText, counted | ContextIsShared | ContextIsCertificate, isZeek ? "cert_chain_fps[]" : "tls.fingerprint");
    add(from, RecordTime, 0, "tls.notbefore");
    add(names, RecordLines, 0, "tls.subjectaltname");
    RecordPlanKnow(plan, RecordText, "tls.ja3s.hash");
    begin(http, "http");
    add(agent, RecordText, counted, "http.http_user_agent");
    add(status, RecordNumber, 0, "http.status");
    begin(alert, "alert");
    add(signature, RecordText, compared, "alert.signature");
    add(metadata, RecordEntries, compared, "alert.metadata");
    return plan;
}

/// What a scanner made of some lines.
struct Outcome {
    uint64_t rejected = 0;
    std::string records;
};

/// - detail: how much of the source's records is asked for; 0 for nothing, 1 for what they are compared by, 2 for all.
Outcome scan(const RecordPlan *plan, const std::string &text, int detail, size_t most) {
    ContextInterest *const interest = ContextInterestCreate(15, INT64_MIN, INT64_MAX);
    const SensorAddress source{0, 0xFFFF'0A00'0007};
    if (detail == 1) ContextInterestCompareSource(interest, source, 15);
    if (detail == 2) ContextInterestAddSource(interest, source, 15);
    ContextInterestAddAnswer(interest, SensorAddress{0, 0xFFFF'C000'0202});
    RecordScanner *const scanner = RecordScannerCreate(plan, interest);
    RecordArena *const arena = RecordScannerArena(scanner);
    RecordScannerBegin(scanner, "ssl");
    // Memory that ends where the scanner may read to; whatever stands there must not matter.
    const std::unique_ptr<char[]> block(new char[text.size() + RECORD_PADDING]);
    std::memcpy(block.get(), text.data(), text.size());
    static const char more[] = "\"}},\"a\":1}}\n{\"timestamp\":\"2023-09-03T00:00:29.092106+0300\",\"event_type";
    std::memcpy(block.get() + text.size(), more, RECORD_PADDING);
    Outcome outcome;
    for (size_t at = 0; at < text.size();) {
        at += RecordScannerRead(scanner, block.get() + at, text.size() - at, at, most);
        for (size_t record = 0; record < RecordArenaCount(arena); ++record) {
            const ContextHead head = RecordArenaHead(arena, record);
            char line[200];
            std::snprintf(line, sizeof line, "%d %lld %llx %llx %d %d %d %lld", head.kind, (long long)head.start,
                (unsigned long long)head.source.low, (unsigned long long)head.destination.low, head.sourcePort, head.port,
                head.protocol, (long long)head.id);
            outcome.records += line;
            std::vector<std::string> values;
            for (size_t i = 0; i < RecordArenaValues(arena, record); ++i) {
                const ContextValue value = RecordArenaValue(arena, record, i);
                const std::string text = value.isNumber ? std::to_string(value.number) : std::string(value.text, value.length);
                values.push_back(" " + std::to_string(value.column) + "=" + text);
            }
            for (const std::string &value : values) outcome.records += value;
            outcome.records += '\n';
        }
        RecordArenaForget(arena);
    }
    for (const char *value : {"a.example", "b.example", "a", "j3", "d", "c"}) {
        for (const ContextColumn column : {query, host, ja3, agent}) {
            uint64_t sources[CONTEXT_EXACT];
            bool hasMore;
            for (ContextKind kind = dns; kind <= alert; ++kind)
                outcome.records +=
                    std::to_string(RecordArenaSources(arena, kind, column, value, std::strlen(value), sources, &hasMore));
        }
    }
    for (ContextKind kind = dns; kind <= alert; ++kind) outcome.records += " " + std::to_string(RecordArenaUsed(arena, kind));
    outcome.rejected = RecordArenaRejected(arena);
    // What is picked needs no more memory.
    std::vector<ContextLine> picked(4);
    for (size_t at = 0, before = 1; at < text.size() && at != before;) {
        before = at;
        RecordScannerPick(scanner, block.get(), text.size(), &at, picked.data(), picked.size());
    }
    RecordScannerDestroy(scanner);
    ContextInterestDestroy(interest);
    return outcome;
}

void require(bool holds, const char *what, const std::string &text, const Outcome &a, const Outcome &b) {
    if (holds) return;
    std::fprintf(stderr, "%s\n%s\n%s\n%s\n", what, text.c_str(), a.records.c_str(), b.records.c_str());
    std::exit(1);
}

}  // namespace

int main(int argc, char **argv) {
    const uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    Random random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
    RecordPlan *const eve = makePlan(false), *const zeek = makePlan(true);
    uint64_t read = 0;
    for (uint64_t i = 0; i < count; ++i) {
        const std::string line = damaged(eveLines[random.below(eveLines.size())], random);
        const int detail = int(random.below(3));
        // A blank at its beginning has a line read whole.
        const Outcome quick = scan(eve, line, detail, 64), whole = scan(eve, " " + line, detail, 64);
        if (whole.rejected == 0) require(quick.records == whole.records, "the two ways read differently", line, quick, whole);
        read += whole.rejected == 0;
        if (i % 4 != 0) continue;
        std::string log;
        for (const std::string &row : zeekLines) log += damaged(row, random) + "\n";
        const Outcome once = scan(zeek, log, detail, 64), parts = scan(zeek, log, detail, 1);
        require(once.records == parts.records, "parts are read differently", log, once, parts);
    }
    RecordPlanDestroy(eve);
    RecordPlanDestroy(zeek);
    std::printf("%llu lines, %llu of them readable: both ways agree\n", (unsigned long long)count, (unsigned long long)read);
    checkTables(count / 4, random);
    return 0;
}
