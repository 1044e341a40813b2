// The reader of tables over damaged records, in pieces of any size: for the address sanitizer. Every record has to be
// accounted for, and what is read of a whole has to be what is read of its pieces.

#include "tables.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "../Random.hpp"
#include "RecordReaders.h"

namespace {

struct Table {
    RecordTableForm form;
    char separator;
    std::string text;
    char assign = '=';
    /// Whether its records are of the directions and pieces of conversations.
    bool isOfConversations = false;
};

const std::vector<Table> tables = {
    {RecordTableRows, ',',
     "time,src,sport,dst,dport,bytes,host\n2026-03-04 00:00:01,10.0.0.7,5000,203.0.113.9,443,12,a.example\n"
     "\"Mar 4, 2026 @ 00:00:02.5\",\"10.0.0.7\",5001,203.0.113.9,443,\"1,234\",\"https://b.example/x\"\"y\nmore\"\n"
     "1772582400,2001:db8::7,1,203.0.113.9:80,,-,\n"},
    {RecordTableRows, ' ', "2 123 eni-1 10.0.0.7 203.0.113.9 5000 443 6 1 40 1772582400 1772582460 ACCEPT OK\n"},
    {RecordTableKeys, ' ', "<189>date=2026-03-04 time=\"00:00:01\" tz=+0100 src=10.0.0.7 dst=203.0.113.9 host=\"a b\\\" c\" act=x y\n"},
    {RecordTableKeys, ' ',
     "2026-03-04T00:00:01Z fw %X-1: id: 7, event: built, src: 10.0.0.7, dst: 203.0.113.9, sport: 5000, own host: , host: a: b, time: \n"
     "2026-03-04T00:00:09Z fw - [id:\"7\"; src:\"10.0.0.7\"; dst:\"203.0.113.9\"; duration:\"8\"; bytes:\"1.234,5\"]\n",
     ':'},
    {RecordTableRows, ',',
     "ts,te,td,sa,da,sp,dp,pr,flg,ipkt,ibyt,opkt,obyt\n"
     "2026-03-04 00:00:01,2026-03-04 00:00:02,1.0,10.0.0.7,203.0.113.9,5000,443,TCP,....S.,3,180,0,0\n"
     "2026-03-04 00:00:01,2026-03-04 00:00:02,1.0,203.0.113.9,10.0.0.7,443,5000,TCP,.A..S.,2,120,0,0\n"
     "2026-03-04 00:05:01,,3,10.0.0.7,203.0.113.9,5000,443,TCP,.A...F,9,9999999999,1,40\n"
     "2026-03-04 00:05:09,2026-03-04 00:05:09,0,10.0.0.7,203.0.113.9,5000,443,6,....S.,1,60,0,0\n"
     "2026-03-04 00:20:00,2026-03-04 00:00:00,-5,10.0.0.7,203.0.113.53,5353,53,UDP,......,1,60,1,90\n"
     "2026-03-04 01:20:00,2026-03-04 01:20:01,,10.0.0.7,203.0.113.1,0,8.0,ICMP,......,1,84,,\nSummary\n",
     '=', true},
    {RecordTablePatterns, ' ',
     "Mar  4 00:00:01 fw: %X-1: Built {out} 7 for 203.0.113.9/443 to 10.0.0.7/5000\n"
     "Mar  4 00:00:05 fw: %X-2: Down 7 for 203.0.113.9/443 to 10.0.0.7/5000 0:00:04 99\nanother line\n"},
    {RecordTableJSON, ',',
     "{\"records\":[{\"time\":\"2026-03-04T00:00:01Z\",\"src\":\"10.0.0.7\",\"dst\":\"203.0.113.9\"},\n"
     "{\"time\":1772582400,\n\"src\":\"10.0.0.7\",\"dst\":\"203.0.113.9\",\"rows\":[[\"a\"]],\"list\":[\"1772582400,10.0.0.7\",\"x\"]}]}\n"
     "{\"records\":[{\"time\":1772582401,\"Data\":[{\"@Name\":\"src\",\"#text\":\"10.0.0.7\"},{\"@Name\":\"dst\",\"#text\":\"203.0.113.9\"}]}]}\n"
     "{\"time\":\"/Date(1772582401000)/\",\"payload\":\"{\\\"@Name\\\":\\\"src\\\",\\\"#text\\\":\\\"10.0.0.7\\\"}{\\\"@Name\\\":\\\"dst\\\",\\\"#text\\\":\\\"::1\\\\u00e9\\\"}\"}\n"},
    {RecordTableXML, ',',
     "<Events><Event a='b'><System><EventID>3</EventID><TimeCreated SystemTime='2026-03-04T00:00:01Z'/></System><EventData>"
     "<Data Name='src'>10.0.0.7</Data><Data Name=\"dst\">203.0.113.9</Data><Data Name='host'>a&amp;b&#65;</Data></EventData></Event>\n"},
};

std::string damaged(std::string text, Random &random) {
    static const std::vector<std::string> pieces = {"\"", "\"\"", ",", "\n", "\r\n", "{", "}", "[", "]", "<Event>", "</Event>", "=", std::string(1, '\0'),
                                                    "'", " ", ":", "/", "&#", "first", "9999999999999999999", "\xC3", "%X-1: Built {"};
    for (size_t changes = random.below(5); changes > 0 && !text.empty(); --changes) {
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

enum : ContextColumn { bytes, duration, host };

/// Of records for each direction and piece of a conversation one is made.
RecordPlan *makeConversations(RecordPlan *plan) {
    RecordPlanAddKind(plan, 0, SENSOR_UNKNOWN_PROTOCOL, false, false);
    RecordPlanAddPart(plan, RecordStart, "@start");
    RecordPlanAddPart(plan, RecordEnd, "@end");
    RecordPlanAddPart(plan, RecordSource, "@source");
    RecordPlanAddPart(plan, RecordDestination, "@destination");
    RecordPlanAddPart(plan, RecordSourcePort, "@src_port");
    RecordPlanAddPart(plan, RecordPort, "@port");
    RecordPlanAddPart(plan, RecordProtocol, "@proto");
    RecordPlanAddColumn(plan, bytes, RecordNumber, ContextKept, "@bytes_out");
    RecordPlanAddColumn(plan, host, RecordNumber, ContextKept, "@packets_back");
    RecordPlanAddColumn(plan, duration, RecordDuration, ContextKept, "");
    RecordPlanSetUntil(plan, "Summary");
    const char *const paths[] = {"ts", "te", "td", "sa", "sp", "da", "dp", "pr", "ibyt", "ipkt", "obyt", "opkt", "flg"};
    const char *const made[] = {"@start", "@end", "@source", "@src_port", "@destination", "@port", "@proto", "@bytes_out",
        "@packets_out", "@bytes_back", "@packets_back"};
    RecordPlanSetConversations(plan, paths, made, sizeof made / sizeof *made);
    return plan;
}

RecordPlan *makePlan(const Table &table) {
    RecordPlan *const plan = RecordPlanCreate(false);
    RecordPlanBeTable(plan, table.form, table.separator, "", "_source\nrecords[]");
    RecordPlanSetAssign(plan, table.assign);
    if (table.assign == ':') RecordPlanSetDecimalComma(plan);
    if (table.isOfConversations) return makeConversations(plan);
    RecordPlanAddKind(plan, 0, SENSOR_UNKNOWN_PROTOCOL, false, false);
    RecordPlanExclude(plan, "action", "nothing*\n");
    RecordPlanTurn(plan, "event", "down");
    RecordPlanSetFlow(plan, 1e9, false, true);
    RecordPlanAddPart(plan, RecordStart, "first @time\ntime\ndate + time + tz\nTimeCreated.SystemTime");
    RecordPlanAddPart(plan, RecordEnd, "@time\nend");
    RecordPlanAddPart(plan, RecordSource, "src");
    RecordPlanAddPart(plan, RecordDestination, "dst");
    RecordPlanAddPart(plan, RecordSourcePort, "sport");
    RecordPlanAddPart(plan, RecordPort, "dport");
    RecordPlanAddColumn(plan, bytes, RecordNumber, ContextKept, "bytes");
    RecordPlanAddColumn(plan, duration, RecordDuration, ContextKept, "duration");
    RecordPlanAddColumn(plan, host, RecordText, ContextKept | ContextIsHost, "host");
    RecordPlanSetJoin(plan, "id", "event", table.assign == ':' ? "built\n" : "built");
    RecordPlanSetPairs(plan, "payload", "@Name", "#text");
    RecordPlanSetAddresses(plan, "host", "src");
    if (table.separator == ' ')
        RecordPlanAddRow(plan, "_\n_\n_\nsrc\ndst\nsport\ndport\nproto\n_\nbytes\ntime\nend\naction\n_", nullptr, nullptr);
    RecordPlanAddPattern(plan, "%X-1: Built {_} {id} for {dst}/{dport} to {src}/{sport} {event=built}");
    RecordPlanAddPattern(plan, "%X-2: Down {*} {dport:number} to {src:ip}/{sport:number} {duration} {bytes:number}{event=down}");
    RecordPlanAddPattern(plan, "%X-2: Down {id} for {dst}/{dport} to {src}/{sport} {duration} {bytes} {event=down}");
    return plan;
}

struct Outcome {
    std::string records;
    uint64_t lines = 0;
    int64_t told = 0;
};

Outcome read(const RecordPlan *plan, const std::string &text, Random &random, bool isWhole) {
    ContextInterest *const interest = ContextInterestCreate(1, INT64_MIN, INT64_MAX);
    ContextInterestTakeAll(interest);
    TableScanner *const scanner = TableScannerCreate(plan, interest, 4096);
    RecordArena *const arena = TableScannerArena(scanner);
    TableScannerBegin(scanner, 1, 0, 1'780'000'000'000'000'000);
    Outcome outcome;
    const auto take = [&] {
        for (size_t record = 0; record < RecordArenaCount(arena); ++record) {
            const ContextHead head = RecordArenaHead(arena, record);
            char line[160];
            std::snprintf(line, sizeof line, "%lld %llx %llx %d %d %lld", (long long)head.start, (unsigned long long)head.source.low,
                (unsigned long long)head.destination.low, head.sourcePort, head.port, (long long)head.id);
            outcome.records += line;
            for (size_t i = 0; i < RecordArenaValues(arena, record); ++i) {
                const ContextValue value = RecordArenaValue(arena, record, i);
                outcome.records += ' ' + (value.isNumber ? std::to_string(value.number) : std::string(value.text, value.length));
            }
            outcome.records += '\n';
        }
        RecordArenaForget(arena);
    };
    for (size_t at = 0; at <= text.size();) {
        const size_t size = isWhole ? text.size() : std::min<size_t>(1 + random.below(80), text.size() - at);
        // A piece ends where its memory ends.
        const std::vector<char> piece(text.begin() + ptrdiff_t(at), text.begin() + ptrdiff_t(at + size));
        TableScannerGive(scanner, piece.data(), piece.size());
        at += size;
        const bool isLast = at == text.size();
        while (TableScannerRead(scanner, isWhole ? 64 : 1, isLast)) take();
        if (isLast) break;
    }
    TableScannerFinish(scanner);
    take();
    for (size_t i = 0; i < TableScannerTallies(scanner); ++i) {
        const RecordTally tally = TableScannerTally(scanner, i);
        if (tally.fate != RecordNoted) outcome.told += tally.count;
        outcome.records += std::string(tally.reason, tally.length) + ' ' + std::to_string(tally.count) + '\n';
        for (size_t place = 0; place < tally.placeCount; ++place)
            outcome.records += std::to_string(tally.places[place]) + ':' + std::to_string(tally.lines[place]) + ' ';
    }
    outcome.lines = RecordArenaLines(arena);
    TableScannerDestroy(scanner);
    ContextInterestDestroy(interest);
    return outcome;
}

}  // namespace

void checkTables(uint64_t count, Random &random) {
    uint64_t lines = 0;
    for (const Table &table : tables) {
        RecordPlan *const plan = makePlan(table);
        for (uint64_t i = 0; i < count / tables.size(); ++i) {
            std::string text = table.text;
            for (size_t more = random.below(3); more > 0; --more) text += damaged(table.text, random);
            const Outcome whole = read(plan, text, random, true), pieces = read(plan, text, random, false);
            lines += whole.lines;
            if (whole.told == int64_t(whole.lines) && whole.records == pieces.records) continue;
            std::fprintf(stderr, "%s\n%s\n%s\n%s\n%lld of %llu told\n", whole.records == pieces.records ? "not all told" : "pieces are read differently",
                text.c_str(), whole.records.c_str(), pieces.records.c_str(), (long long)whole.told, (unsigned long long)whole.lines);
            std::exit(1);
        }
        RecordPlanDestroy(plan);
    }
    std::printf("%llu records of tables: all told, whole and in pieces\n", (unsigned long long)lines);
}
