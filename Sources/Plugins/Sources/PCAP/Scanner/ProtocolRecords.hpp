#pragma once

#include <deque>
#include <vector>

#include "Certificate.hpp"
#include "PCAPScanner.h"
#include "Transaction.hpp"

namespace pcap {

/// Takes transactions, if anybody wants them.
class Words {
public:
    explicit Words(bool isWanted) : wanted(isWanted) {}

    bool isWanted() const { return wanted; }
    void take(Transaction transaction) { gathered.push_back(PCAPRecord{std::move(transaction)}); }

    std::vector<PCAPRecord> gathered;
    CertificateReader certificates;

private:
    bool wanted;
};

}  // namespace pcap
