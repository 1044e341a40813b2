#include "ProtocolRecords.hpp"

#include "RecordArenas.h"

namespace pcap {

void Transaction::text(PCAPColumn column, std::string_view text) {
    if (text.empty()) return;
    const bool isHost = column == PCAPHost || column == PCAPQueryName;
    char cleaned[CONTEXT_TEXT_ROOM];
    const size_t length = ContextCleanText(text.data(), text.size(), isHost, cleaned);
    if (length > 0) values.push_back(Value{column, false, 0, std::string(cleaned, length)});
}

size_t Transaction::size() const {
    size_t size = sizeof *this + answers.size() * sizeof(SensorAddress);
    for (const Value &value : values) size += sizeof value + value.text.size();
    return size;
}

void join(std::string &joined, std::string_view text) {
    if (text.empty()) return;
    if (!joined.empty()) joined += '\n';
    for (const char c : text) joined += c == '\n' || c == '\r' ? ' ' : c;
}

}  // namespace pcap

struct PCAPRecords {
    size_t bound;
    std::deque<PCAPRecord> kept;
    size_t size = 0;
    uint64_t leftOut = 0;

    void take(std::vector<PCAPRecord> &gathered) {
        for (PCAPRecord &word : gathered) {
            size += word.size();
            kept.push_back(std::move(word));
        }
        gathered.clear();
        for (; size > bound && !kept.empty(); ++leftOut) {
            size -= kept.front().size();
            kept.pop_front();
        }
    }
};

namespace pcap {

void keep(PCAPRecords &words, std::vector<PCAPRecord> &gathered) { words.take(gathered); }

}  // namespace pcap

extern "C" {

PCAPHead PCAPRecordHead(const PCAPRecord *word) { return word->head; }

size_t PCAPRecordValues(const PCAPRecord *word) { return word->values.size(); }

PCAPValue PCAPRecordValue(const PCAPRecord *word, size_t value) {
    const pcap::Transaction::Value &found = word->values[value];
    return PCAPValue{found.column, found.isNumber, found.number, found.text.data(), found.text.size()};
}

size_t PCAPRecordAnswers(const PCAPRecord *word) { return word->answers.size(); }

SensorAddress PCAPRecordAnswer(const PCAPRecord *word, size_t answer) { return word->answers[answer]; }

PCAPRecords *PCAPRecordsCreate(size_t bound) { return new PCAPRecords{bound, {}, 0, 0}; }

void PCAPRecordsDestroy(PCAPRecords *words) { delete words; }

size_t PCAPRecordsCount(const PCAPRecords *words) { return words->kept.size(); }

uint64_t PCAPRecordsLeftOut(const PCAPRecords *words) { return words->leftOut; }

const PCAPRecord *PCAPRecordsAt(const PCAPRecords *words, size_t word) { return &words->kept[word]; }

}  // extern "C"
