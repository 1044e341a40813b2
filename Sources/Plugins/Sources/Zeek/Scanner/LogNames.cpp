#include "LogNames.hpp"

namespace zeek {

std::string_view originalLog(std::string_view log) {
    constexpr std::string_view open = "open_", reduced = "_red";
    if (log.size() > open.size() && log.substr(0, open.size()) == open) return log.substr(open.size());
    if (log.size() > reduced.size() && log.substr(log.size() - reduced.size()) == reduced)
        return log.substr(0, log.size() - reduced.size());
    return log;
}

Header headerOfConn(size_t columns) {
    // 20 columns from Bro 2.2 on, 21 with local_resp from 2.3 on, 22 with ip_proto from Zeek 7.1 on. What packages add
    // stands behind these.
    constexpr size_t mostAdded = 40;
    Header header;
    if (columns < 20 || columns > 22 + mostAdded) return header;
    header.path = "conn";
    header.fields = {"ts",       "uid",        "id.orig_h",  "id.orig_p",  "id.resp_h",    "id.resp_p",
                     "proto",    "service",    "duration",   "orig_bytes", "resp_bytes",   "conn_state",
                     "local_orig"};
    if (columns > 20) header.fields.emplace_back("local_resp");
    for (const char *name : {"missed_bytes", "history", "orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes",
                             "tunnel_parents"})
        header.fields.emplace_back(name);
    if (columns > 21) header.fields.emplace_back("ip_proto");
    header.fields.resize(columns);
    header.splitColumns = header.fields.size();
    return header;
}

void LogGuess::see(std::string_view field) {
    // Fields that each log always has in JSON too, where unset ones are left out.
    isConn |= field == "conn_state";
    // Somebody may have cut that one off.
    hasSent |= field == "orig_bytes";
    hasReceived |= field == "resp_bytes";
    isSSL |= field == "established" || field == "server_name";
    isX509 |= field == "certificate.serial" || field == "certificate.subject";
    isDNS |= field == "qtype_name" || field == "rcode_name" || field == "RD";
    // smtp.log and sip.log have the first one too, but none of the others.
    hasDepth |= field == "trans_depth";
    hasTags |= field == "tags" || field == "host" || field == "referrer";
}

std::string_view LogGuess::log() const {
    if (isConn || (hasSent && hasReceived)) return "conn";
    if (hasDepth && hasTags) return "http";
    if (isDNS) return "dns";
    if (isX509) return "x509";
    if (isSSL) return "ssl";
    return {};
}

}  // namespace zeek
