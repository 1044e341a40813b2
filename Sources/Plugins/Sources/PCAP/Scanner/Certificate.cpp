#include "Certificate.hpp"

#include <ctime>
#include <memory>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "Digest.hpp"

namespace pcap {

namespace {

template <class T, void (*release)(T *)>
struct Release {
    void operator()(T *thing) const { release(thing); }
};
template <class T, void (*release)(T *)>
using Owned = std::unique_ptr<T, Release<T, release>>;

/// As Suricata writes it: in the certificate's order, `C=US, O=Example, CN=example.org`.
std::string text(const X509_NAME *name) {
    const Owned<BIO, BIO_free_all> memory(BIO_new(BIO_s_mem()));
    constexpr unsigned long form =
        (XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ & ~ASN1_STRFLGS_ESC_MSB) | ASN1_STRFLGS_UTF8_CONVERT;
    if (!memory || X509_NAME_print_ex(memory.get(), name, 0, form) < 0) return {};
    char *begin = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &begin);
    return length > 0 ? std::string(begin, size_t(length)) : std::string();
}

void time(PCAPColumn column, const ASN1_TIME *time, Transaction &transaction) {
    std::tm parts{};
    if (time == nullptr || !ASN1_TIME_to_tm(time, &parts)) return;
    int64_t nanoseconds;
    if (__builtin_mul_overflow(int64_t(timegm(&parts)), 1'000'000'000, &nanoseconds)) return;
    transaction.number(column, nanoseconds);
}

std::string alternativeNames(const X509 *certificate) {
    std::string joined;
    const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(static_cast<GENERAL_NAMES *>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_DNS) continue;
        const auto *begin = reinterpret_cast<const char *>(ASN1_STRING_get0_data(name->d.dNSName));
        join(joined, std::string_view(begin, size_t(ASN1_STRING_length(name->d.dNSName))));
    }
    return joined;
}

std::string serial(const X509 *certificate) {
    const Owned<BIGNUM, BN_free> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    char *const digits = number ? BN_bn2hex(number.get()) : nullptr;
    std::string joined;
    for (size_t i = 0; digits != nullptr && digits[i] != 0; ++i) {
        if (i > 0 && i % 2 == 0 && digits[0] != '-') joined += ':';
        joined += digits[i];
    }
    OPENSSL_free(digits);
    return joined;
}

}  // namespace

std::vector<Transaction::Value> CertificateReader::read(Bytes bytes) {
    Transaction transaction;
    const unsigned char *begin = bytes.data();
    const Owned<X509, X509_free> certificate(d2i_X509(nullptr, &begin, long(bytes.size())));
    if (!certificate) return {};
    transaction.text(PCAPSubject, text(X509_get_subject_name(certificate.get())));
    transaction.text(PCAPIssuer, text(X509_get_issuer_name(certificate.get())));
    transaction.text(PCAPSerial, serial(certificate.get()));
    transaction.text(PCAPFingerprint, sha1WithColons(bytes.text()));
    transaction.text(PCAPAlternativeNames, alternativeNames(certificate.get()));
    time(PCAPValidFrom, X509_get0_notBefore(certificate.get()), transaction);
    time(PCAPValidUntil, X509_get0_notAfter(certificate.get()), transaction);
    return transaction.values;
}

void CertificateReader::describe(Bytes certificate, Transaction &transaction) {
    std::string fingerprint = sha1WithColons(certificate.text());
    auto found = known.find(fingerprint);
    if (found == known.end()) {
        if (known.size() == mostRemembered) known.clear();
        found = known.emplace(std::move(fingerprint), read(certificate)).first;
    }
    transaction.values.insert(transaction.values.end(), found->second.begin(), found->second.end());
}

}  // namespace pcap
