#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "Bytes.hpp"
#include "Transaction.hpp"

namespace pcap {

/// Tells what certificates in DER say. Most are shown many times: those that were read are remembered.
class CertificateReader {
public:
    /// Writes down what a certificate says; nothing where it is none.
    void describe(Bytes certificate, Transaction &transaction);

private:
    static std::vector<Transaction::Value> read(Bytes certificate);

    static constexpr size_t mostRemembered = 1024;

    /// By fingerprint.
    std::unordered_map<std::string, std::vector<Transaction::Value>> known;
};

}  // namespace pcap
