// Writes the flows of an EVE file that the generator of the speed benchmark wrote as Zeek's conn.log: the same times,
// addresses, ports, bytes and packets, in Zeek's default columns.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

/// What stands between a name and the next comma or brace; quotes are left out. The generator writes no white space.
std::string_view member(std::string_view line, std::string_view name, size_t from = 0) {
    const size_t at = line.find(name, from);
    if (at == std::string_view::npos) return {};
    size_t begin = at + name.size();
    if (line[begin] == '"') return line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
    return line.substr(begin, line.find_first_of(",}", begin) - begin);
}

/// Microseconds since 1970 of a time like 2025-03-04T05:06:07.123456+0000, in UTC as the generator writes it.
long long microseconds(std::string_view time) {
    const auto digits = [time](size_t at, size_t count) {
        return std::strtoll(std::string(time.substr(at, count)).c_str(), nullptr, 10);
    };
    long long year = digits(0, 4);
    const long long month = digits(5, 2), day = digits(8, 2);
    // H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil; years after 0.
    year -= month <= 2;
    const long long ofEra = year % 400, ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const long long days = year / 400 * 146'097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719'468;
    const long long seconds = days * 86'400 + digits(11, 2) * 3'600 + digits(14, 2) * 60 + digits(17, 2);
    return seconds * 1'000'000 + digits(20, 6);
}

/// An id of 18 characters such as Zeek gives, from Suricata's.
std::string uid(std::string_view flowID) {
    constexpr char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    unsigned long long state = std::strtoull(std::string(flowID).c_str(), nullptr, 10);
    std::string id = "C";
    while (id.size() < 18) {
        // A linear congruential generator's high bits (Knuth's MMIX).
        state = state * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
        id.push_back(letters[(state >> 33) % 62]);
    }
    return id;
}

void column(std::string &out, std::string_view value) {
    out.append(value.empty() ? "-" : value);
    out.push_back('\t');
}

void seconds(std::string &out, long long microseconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%lld.%06lld\t", microseconds / 1'000'000, microseconds % 1'000'000);
    out.append(text);
}

void connection(std::string &out, std::string_view line) {
    const std::string_view suricataProtocol = member(line, "\"proto\":"), port = member(line, "\"dest_port\":");
    const bool isICMP = suricataProtocol.find("ICMP") != std::string_view::npos;
    const size_t flow = line.find("\"flow\":{");
    const long long start = microseconds(member(line, "\"start\":", flow));
    const std::string_view packets = member(line, "\"pkts_toserver\":", flow);
    const std::string_view back = member(line, "\"pkts_toclient\":", flow);
    const std::string_view bytes = member(line, "\"bytes_toserver\":", flow);
    const std::string_view reply = member(line, "\"bytes_toclient\":", flow);
    seconds(out, start);
    column(out, uid(member(line, "\"flow_id\":")));
    column(out, member(line, "\"src_ip\":"));
    // Zeek writes the type and the code of ICMP as ports.
    column(out, isICMP ? member(line, "\"icmp_type\":") : member(line, "\"src_port\":"));
    column(out, member(line, "\"dest_ip\":"));
    column(out, isICMP ? member(line, "\"icmp_code\":") : port);
    column(out, isICMP ? "icmp" : suricataProtocol == "TCP" ? "tcp" : "udp");
    column(out, member(line, "\"app_proto\":"));
    seconds(out, microseconds(member(line, "\"end\":", flow)) - start);
    column(out, bytes);
    column(out, reply);
    out.append(back == "0" ? "S0\tT\tF\t0\tS\t" : "SF\tT\tF\t0\tShADadFf\t");
    column(out, packets);
    column(out, bytes);
    column(out, back);
    column(out, reply);
    out.append("-\n");
}

constexpr char header[] =
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
    "#open\t2025-03-04-00-00-00\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\t"
    "conn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\t"
    "tunnel_parents\n"
    "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\t"
    "string\tcount\tcount\tcount\tcount\tset[string]\n";

}  // namespace

int main(int argc, char **argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: zeek-generator EVE-FILE CONN-LOG\n");
        return 2;
    }
    FILE *const input = std::fopen(argv[1], "rb");
    FILE *const output = input == nullptr ? nullptr : std::fopen(argv[2], "wb");
    if (output == nullptr) {
        std::perror(input == nullptr ? argv[1] : argv[2]);
        return 1;
    }
    std::string out = header;
    char *line = nullptr;
    size_t capacity = 0;
    bool written = true;
    for (ssize_t length; (length = getline(&line, &capacity, input)) > 0;) {
        const std::string_view text(line, size_t(length));
        if (text.find("\"event_type\":\"flow\"") != std::string_view::npos) connection(out, text);
        if (out.size() < (1u << 20)) continue;
        written = std::fwrite(out.data(), 1, out.size(), output) == out.size() && written;
        out.clear();
    }
    out.append("#close\t2025-03-05-00-00-00\n");
    written = std::fwrite(out.data(), 1, out.size(), output) == out.size() && written;
    std::free(line);
    std::fclose(input);
    written = std::fclose(output) == 0 && written;
    if (!written) std::perror(argv[2]);
    return written ? 0 : 1;
}
