#include "Words.hpp"

#include "ContextWords.h"

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

struct PCAPWords {
    size_t bound;
    std::deque<PCAPWord> kept;
    size_t size = 0;
    uint64_t leftOut = 0;

    void take(std::vector<PCAPWord> &gathered) {
        for (PCAPWord &word : gathered) {
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

void keep(PCAPWords &words, std::vector<PCAPWord> &gathered) { words.take(gathered); }

}  // namespace pcap

extern "C" {

PCAPHead PCAPWordHead(const PCAPWord *word) { return word->head; }

size_t PCAPWordValues(const PCAPWord *word) { return word->values.size(); }

PCAPValue PCAPWordValue(const PCAPWord *word, size_t value) {
    const pcap::Transaction::Value &found = word->values[value];
    return PCAPValue{found.column, found.isNumber, found.number, found.text.data(), found.text.size()};
}

size_t PCAPWordAnswers(const PCAPWord *word) { return word->answers.size(); }

SensorAddress PCAPWordAnswer(const PCAPWord *word, size_t answer) { return word->answers[answer]; }

PCAPWords *PCAPWordsCreate(size_t bound) { return new PCAPWords{bound, {}, 0, 0}; }

void PCAPWordsDestroy(PCAPWords *words) { delete words; }

size_t PCAPWordsCount(const PCAPWords *words) { return words->kept.size(); }

uint64_t PCAPWordsLeftOut(const PCAPWords *words) { return words->leftOut; }

const PCAPWord *PCAPWordsAt(const PCAPWords *words, size_t word) { return &words->kept[word]; }

}  // extern "C"
