#include "Mutation.hpp"

#include <algorithm>
#include <iterator>

uint64_t Mutation::random() {
    // SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
    uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

size_t Mutation::border(const std::string &line) {
    std::vector<size_t> places;
    for (size_t i = 0; i < line.size(); ++i)
        if (line[i] == ',' || line[i] == '{') places.push_back(i + 1);
    return places.empty() ? below(line.size() + 1) : places[below(places.size())];
}

std::string Mutation::member(const std::string &line) {
    const size_t begin = border(line);
    return line.substr(begin, std::min(line.find(',', begin), line.size()) - begin);
}

void Mutation::change(std::string &line) {
    static const char *const pieces[] = {
        " ", "\t", "\r", "\\", "\"", "{", "}", "[", "]", ":", ",", "0", "-", "1.5", "null", "true", "{}", "[]", "\\u0065",
        "\"event_type\":\"flow\",", "\"event_type\":\"dns\",", "\"dest_port\":\"443\",", "\"dest_port\":0443,", "\xC3\xA9",
        "\"flow\":{\"start\":\"2023-09-02T23:53:14.352054+0300\"},", "\"src_ip\":\"10.0.0.1\",", "\"vlan\":[100,7],",
        "\"proto\":\"TCP\",", "\"bytes_toserver\":-1,", "\"start\":null,", "\"x\":{\"event_type\":\"flow\"},", "\x01",
        "\"timestamp\":\"2023-09-02T23:53:14Z\",", "\"flow_id\":7,", "e5", "\xFF", "::", ".", "99999999999999999999",
    };
    if (line.empty()) return;
    const size_t at = below(line.size());
    switch (below(12)) {
    case 0: line[at] = char(random()); break;
    case 1: line[at] = char(line[at] ^ (1 << below(8))); break;
    case 2: line.erase(at, 1 + below(3)); break;
    case 3: line.erase(at, below(line.size() - at)); break;
    case 4: line.insert(at, pieces[below(std::size(pieces))]); break;
    case 5:
    case 6: line.insert(border(line), pieces[below(std::size(pieces))]); break;
    case 7: line.insert(border(line), member(line) + ","); break;
    case 8: {
        const std::string part = member(line);
        const size_t place = line.find(part);
        line.erase(place, part.size() + 1);
        line.insert(border(line), part + ",");
        break;
    }
    case 9: line = line.substr(0, at) + lines[below(lines.size())]; break;
    case 10: std::replace(line.begin() + long(at), line.begin() + long(std::min(line.size(), at + 40)), '0', '9'); break;
    case 11: line += pieces[below(8)]; break;
    }
}

std::string Mutation::next() {
    std::string line = lines[below(lines.size())];
    for (size_t changes = below(5); changes > 0; --changes) change(line);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

std::vector<std::string> builtInLines() {
    return {
        R"({"timestamp":"2023-09-03T00:00:29.092106+0300","flow_id":870450833547062,"in_iface":"ens18","event_type":"flow","src_ip":"192.168.55.199","src_port":45973,"dest_ip":"192.168.55.1","dest_port":53,"proto":"UDP","app_proto":"dns","flow":{"pkts_toserver":1,"pkts_toclient":1,"bytes_toserver":99,"bytes_toclient":157,"start":"2023-09-02T23:53:14.352054+0300","end":"2023-09-02T23:53:14.352528+0300","age":0,"state":"established","reason":"timeout","alerted":false},"community_id":"1:D8DpopJS3pBjr5E1XRxYa2zZQb0="})",
        R"({"timestamp":"2023-09-03T00:00:56.508728+0300","flow_id":323508236937700,"in_iface":"ens18","event_type":"flow","src_ip":"fe80:0000:0000:0000:d0e9:29ff:fea8:2e0d","dest_ip":"ff02:0000:0000:0000:0000:0000:0000:0002","proto":"IPv6-ICMP","icmp_type":133,"icmp_code":0,"flow":{"pkts_toserver":1,"pkts_toclient":0,"bytes_toserver":70,"bytes_toclient":0,"start":"2023-09-02T23:56:43.551396+0300","end":"2023-09-02T23:56:43.551396+0300","age":0,"state":"new","reason":"timeout","alerted":false}})",
        R"({"timestamp":"2023-09-03T07:05:52.371853+0300","flow_id":672020732144566,"in_iface":"ens18","event_type":"flow","vlan":[20],"src_ip":"31.41.244.62","src_port":50424,"dest_ip":"10.0.55.199","dest_port":22,"proto":"TCP","app_proto":"ssh","flow":{"pkts_toserver":15,"pkts_toclient":15,"bytes_toserver":123456789,"bytes_toclient":2798,"start":"2023-09-03T07:01:09.224182+0300","end":"2023-09-03T07:01:12.841886+0300","age":3,"state":"closed","reason":"timeout","alerted":true},"metadata":{"flowbits":["ET.Evil","ET.DROPIP"]},"community_id":"1:jsrVqjUF17wanEGA6o7/naEeuH4=","tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b","syn":true,"fin":true,"psh":true,"ack":true,"state":"closed"}})",
        R"({"timestamp":"2025-03-04T00:08:01.5Z","flow_id":2099511627776,"event_type":"flow","src_ip":"2001:db8::1","src_port":1,"dest_ip":"2a00:1450::5","dest_port":443,"proto":"TCP","flow":{"pkts_toserver":1,"pkts_toclient":1,"bytes_toserver":60,"bytes_toclient":40,"bypassed":{"pkts_toserver":0,"pkts_toclient":0,"bytes_toserver":0,"bytes_toclient":0},"start":"2025-03-04T00:07:01Z","end":"2025-03-04T00:07:02.123456789Z","age":1,"state":"closed","reason":"timeout","alerted":false},"tcp":{"tcp_flags":"1b","state":"closed"}})",
        R"({"timestamp":"2023-09-03T06:16:40.086841+0300","flow_id":666522999083833,"in_iface":"ens18","event_type":"dns","src_ip":"192.168.55.199","src_port":59082,"dest_ip":"192.168.55.1","dest_port":53,"proto":"UDP","dns":{"type":"query","id":3066,"rrname":"www.example.org","rrtype":"A","tx_id":0}})",
        R"({"timestamp":"2023-09-03T00:02:08.288432+0300","flow_id":1566892700493488,"in_iface":"ens18","event_type":"alert","src_ip":"180.101.88.221","src_port":38163,"dest_ip":"192.168.55.199","dest_port":22,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2001219,"rev":20,"signature":"ET SCAN \"event_type\":\"flow\"","category":"Attempted Information Leak","severity":2},"flow":{"pkts_toserver":1,"pkts_toclient":0,"bytes_toserver":74,"bytes_toclient":0,"start":"2023-09-03T00:02:08.288432+0300"}})",
        R"({"timestamp":"2023-09-03T00:00:29.913179+0300","event_type":"stats","stats":{"uptime":12097,"capture":{"kernel_packets":13462,"kernel_drops":0,"errors":0}}})",
        R"({ "timestamp" : "2025-03-04T05:06:07.123456+0100", "flow_id": "77", "event_type" : "flow", "src_ip" : "10.1.2.3", "dest_ip" : "203.0.113.9", "dest_port" : "8443", "proto" : "tcp", "flow" : { "bytes_toserver" : "120", "bytes_toclient" : 0 } })",
    };
}
