#include "Events.hpp"

#include <ctime>

namespace {

void number(std::string &out, int64_t value) { out += std::to_string(value); }

void stamp(std::string &out, int64_t time) {
    const time_t seconds = time / 1'000'000;
    tm parts;
    gmtime_r(&seconds, &parts);
    char buffer[40];
    size_t length = strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%S.", &parts);
    for (int64_t digit = 100'000, rest = time % 1'000'000; digit > 0; digit /= 10)
        buffer[length++] = char('0' + rest / digit % 10);
    out.append(buffer, length);
    out += "+0000";
}

void member(std::string &out, const char *key, int64_t value) {
    out += ",\"";
    out += key;
    out += "\":";
    number(out, value);
}

void member(std::string &out, const char *key, const char *value) {
    out += ",\"";
    out += key;
    out += "\":\"";
    out += value;
    out += '"';
}

void hex(std::string &out, Random &random, unsigned digits) {
    for (unsigned i = 0; i < digits; ++i) out += "0123456789abcdef"[random.below(16)];
}

bool hasPorts(const Channel &channel) { return channel.port != 0; }

}  // namespace

void EventWriter::header(
    std::string &out, int64_t time, const char *type, const Channel &channel, const char *protocol, unsigned port) {
    out += "{\"timestamp\":\"";
    stamp(out, time);
    out += '"';
    member(out, "flow_id", random.between(100'000'000'000'000, 2'200'000'000'000'000));
    member(out, "in_iface", "ens18");
    member(out, "event_type", type);
    member(out, "src_ip", channel.source.c_str());
    if (port != 0) member(out, "src_port", random.between(32'768, 60'999));
    member(out, "dest_ip", channel.destination.c_str());
    if (port != 0) member(out, "dest_port", port);
    member(out, "proto", protocol);
}

void EventWriter::community(std::string &out) {
    out += ",\"community_id\":\"1:";
    for (int i = 0; i < 27; ++i)
        out += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[random.below(64)];
    out += "=\"";
}

void EventWriter::hostName(std::string &out) {
    static constexpr const char *hosts[] = {"www", "api", "cdn", "static", "img", "telemetry", "update", "mail"};
    static constexpr const char *domains[] = {"example.com", "example.org", "cloud.example.net", "ads.example.com"};
    out += hosts[random.below(8)];
    number(out, random.between(1, 999));
    out += '.';
    out += domains[random.below(4)];
}

void EventWriter::flow(std::string &out, const Flow &flow, const Channel &channel) {
    const bool tcp = channel.protocol[0] == 'T';
    header(out, flow.logged, "flow", channel, channel.protocol, channel.port);
    if (!hasPorts(channel)) {
        member(out, "icmp_type", channel.protocol[1] == 'P' ? 135 : 8);
        member(out, "icmp_code", int64_t(0));
    }
    if (channel.application != nullptr && !random.chance(10)) member(out, "app_proto", channel.application);
    const int64_t there = 1 + int64_t(random.skewed(60)), back = int64_t(random.skewed(90));
    out += ",\"flow\":{\"pkts_toserver\":";
    number(out, there);
    member(out, "pkts_toclient", back);
    member(out, "bytes_toserver", there * random.between(60, 400));
    member(out, "bytes_toclient", back * random.between(60, 1400));
    out += ",\"start\":\"";
    stamp(out, flow.start);
    out += "\",\"end\":\"";
    stamp(out, flow.end);
    out += '"';
    member(out, "age", flow.end / 1'000'000 - flow.start / 1'000'000);
    const bool closed = tcp && random.chance(70);
    member(out, "state", closed ? "closed" : back > 0 ? "established" : "new");
    member(out, "reason", "timeout");
    out += random.chance(1) ? ",\"alerted\":true}" : ",\"alerted\":false}";
    if (random.chance(5)) out += ",\"metadata\":{\"flowbits\":[\"ET.Evil\",\"ET.DROPIP\"]}";
    community(out);
    if (tcp) {
        const bool reset = random.chance(20);
        out += reset ? ",\"tcp\":{\"tcp_flags\":\"1e\",\"tcp_flags_ts\":\"1e\",\"tcp_flags_tc\":\"1a\",\"syn\":true"
                     : ",\"tcp\":{\"tcp_flags\":\"1b\",\"tcp_flags_ts\":\"1b\",\"tcp_flags_tc\":\"1b\",\"syn\":true,\"fin\":true";
        if (reset) out += ",\"rst\":true";
        out += ",\"psh\":true,\"ack\":true";
        member(out, "state", closed ? "closed" : "established");
        out += '}';
    }
    out += "}\n";
}

void EventWriter::dns(std::string &out, int64_t time, const Channel &channel) {
    header(out, time, "dns", channel, "UDP", 53);
    community(out);
    if (random.chance(85)) {
        out += ",\"dns\":{\"type\":\"query\",\"id\":";
        number(out, random.between(0, 65535));
        out += ",\"rrname\":\"";
        hostName(out);
        out += "\",\"rrtype\":\"A\",\"tx_id\":0}}\n";
        return;
    }
    std::string name;
    hostName(name);
    out += ",\"dns\":{\"version\":2,\"type\":\"answer\",\"id\":";
    number(out, random.between(0, 65535));
    out += ",\"flags\":\"8180\",\"qr\":true,\"rd\":true,\"ra\":true,\"rrname\":\"" + name;
    out += "\",\"rrtype\":\"A\",\"rcode\":\"NOERROR\",\"answers\":[";
    const int64_t answers = random.between(1, 3);
    std::string grouped;
    for (int64_t i = 0; i < answers; ++i) {
        const std::string address = "203.0.113." + std::to_string(random.between(1, 254));
        if (i > 0) out += ',';
        out += "{\"rrname\":\"" + name + "\",\"rrtype\":\"A\",\"ttl\":";
        number(out, random.between(1, 3600));
        out += ",\"rdata\":\"" + address + "\"}";
        grouped += (i > 0 ? ",\"" : "\"") + address + "\"";
    }
    out += "],\"grouped\":{\"A\":[" + grouped + "]}}}\n";
}

void EventWriter::tls(std::string &out, int64_t time, const Channel &channel) {
    header(out, time, "tls", channel, "TCP", 443);
    community(out);
    std::string name;
    hostName(name);
    out += ",\"tls\":{\"subject\":\"CN=" + name + "\",\"issuerdn\":\"C=US, O=Example Trust Services, CN=Example CA 1C3\"";
    out += ",\"serial\":\"";
    for (int i = 0; i < 16; ++i) {
        if (i > 0) out += ':';
        hex(out, random, 2);
    }
    out += "\",\"fingerprint\":\"";
    for (int i = 0; i < 20; ++i) {
        if (i > 0) out += ':';
        hex(out, random, 2);
    }
    out += "\",\"sni\":\"" + name + "\",\"version\":\"TLS 1.2\",\"notbefore\":\"2025-01-06T08:20:00\"";
    out += ",\"notafter\":\"2025-03-31T08:19:59\",\"ja3\":{\"hash\":\"";
    hex(out, random, 32);
    out += "\",\"string\":\"771,4866-4867-4865-49196-49200-159-52393-52392-52394-49195-49199-158-49188-49192-107-49187,"
           "0-11-10-35-22-23-13-43-45-51,29-23-30-25-24-256-257-258-259-260,0-1-2\"},\"ja3s\":{\"hash\":\"";
    hex(out, random, 32);
    out += "\",\"string\":\"771,49199,65281-0-11-35-16\"}}}\n";
}

void EventWriter::httpBody(std::string &out) {
    out += ",\"http\":{\"hostname\":\"";
    hostName(out);
    out += "\",\"url\":\"\\/api\\/v2\\/items\\/";
    hex(out, random, 24);
    out += "?session=";
    hex(out, random, 16);
    out += "\",\"http_user_agent\":\"Mozilla\\/5.0 (X11; Linux x86_64; rv:109.0) Gecko\\/20100101 Firefox\\/115.0\""
           ",\"http_content_type\":\"application\\/json\",\"http_method\":\"GET\",\"protocol\":\"HTTP\\/1.1\",\"status\":200";
    member(out, "length", random.between(80, 40'000));
    out += '}';
}

void EventWriter::http(std::string &out, int64_t time, const Channel &channel) {
    header(out, time, "http", channel, "TCP", 80);
    member(out, "tx_id", int64_t(0));
    community(out);
    httpBody(out);
    out += "}\n";
}

void EventWriter::fileinfo(std::string &out, int64_t time, const Channel &channel) {
    header(out, time, "fileinfo", channel, "TCP", 80);
    httpBody(out);
    out += ",\"app_proto\":\"http\",\"fileinfo\":{\"filename\":\"\\/api\\/v2\\/items\\/";
    hex(out, random, 24);
    out += "\",\"sid\":[],\"gaps\":false,\"state\":\"CLOSED\",\"stored\":false";
    member(out, "size", random.between(80, 40'000));
    out += ",\"tx_id\":0}}\n";
}

void EventWriter::alert(std::string &out, int64_t time, const Channel &channel) {
    header(out, time, "alert", channel, "TCP", 80);
    member(out, "tx_id", int64_t(0));
    community(out);
    out += ",\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":";
    number(out, random.between(2'000'000, 2'060'000));
    out += ",\"rev\":4,\"signature\":\"ET INFO Observed DNS over HTTPS Domain in \\\"Host\\\" header\",\"category\":"
           "\"Misc activity\",\"severity\":3,\"metadata\":{\"attack_target\":[\"Client_Endpoint\"],\"created_at\":"
           "[\"2023_05_11\"],\"deployment\":[\"Perimeter\"],\"signature_severity\":[\"Informational\"],\"updated_at\":"
           "[\"2023_08_30\"]}}";
    httpBody(out);
    out += ",\"app_proto\":\"http\",\"flow\":{\"pkts_toserver\":4,\"pkts_toclient\":3,\"bytes_toserver\":";
    number(out, random.between(300, 3'000));
    out += ",\"bytes_toclient\":1204,\"start\":\"";
    stamp(out, time - random.between(1'000, 900'000));
    out += "\"}}\n";
}

void EventWriter::stats(std::string &out, int64_t time) {
    static constexpr const char *counters[] = {
        "pkts", "bytes", "invalid", "ipv4", "ipv6", "ethernet", "tcp", "udp", "sctp", "icmpv4", "icmpv6", "vlan", "teredo",
        "avg_pkt_size", "max_pkt_size", "trunc_pkt", "opt_invalid", "opt_malformed", "wrong_ip_version", "hlen_too_small",
    };
    static constexpr const char *groups[] = {
        "capture", "decoder", "defrag", "flow", "tcp", "detect", "app_layer", "http", "file_store", "memory", "ips", "ftp",
    };
    out += "{\"timestamp\":\"";
    stamp(out, time);
    out += "\",\"event_type\":\"stats\",\"stats\":{\"uptime\":";
    number(out, (time - dayStart) / 1'000'000);
    for (const char *group : groups) {
        out += ",\"";
        out += group;
        out += "\":{\"total\":";
        number(out, random.between(0, 1'000'000));
        for (const char *counter : counters) member(out, counter, random.chance(60) ? 0 : random.between(0, 9'000'000));
        out += '}';
    }
    out += "}}\n";
}
