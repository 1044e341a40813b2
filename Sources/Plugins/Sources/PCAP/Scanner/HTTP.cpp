#include "HTTP.hpp"

#include <algorithm>
#include <cstring>

namespace pcap {

namespace {

constexpr std::string_view methods[] = {
    "GET ",   "POST ",     "HEAD ",      "PUT ",   "DELETE ", "OPTIONS ", "CONNECT ", "PATCH ",  "TRACE ",
    "MKCOL ", "PROPFIND ", "PROPPATCH ", "COPY ",  "MOVE ",   "LOCK ",    "UNLOCK ",  "REPORT ", "SEARCH ",
    "BITS_POST ", "CCM_POST ", "M-SEARCH ", "NOTIFY ", "SUBSCRIBE "};

bool equalFolded(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
        return (x >= 'A' && x <= 'Z' ? x + 32 : x) == (y >= 'A' && y <= 'Z' ? y + 32 : y);
    });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

/// The value of a header field; empty where there is none.
std::string_view field(std::string_view fields, std::string_view name) {
    while (!fields.empty()) {
        const size_t end = std::min(fields.find('\n'), fields.size());
        const std::string_view line = fields.substr(0, end);
        fields.remove_prefix(std::min(end + 1, fields.size()));
        const size_t colon = line.find(':');
        if (colon != std::string_view::npos && equalFolded(trimmed(line.substr(0, colon)), name))
            return trimmed(line.substr(colon + 1));
    }
    return {};
}

/// A number in digits of a base; false where it is none.
bool number(std::string_view text, uint64_t base, uint64_t &value) {
    value = 0;
    if (text.empty() || text.size() > 15) return false;
    for (const char c : text) {
        const uint64_t digit = c >= '0' && c <= '9' ? uint64_t(c - '0')
            : c >= 'a' && c <= 'f'                  ? uint64_t(c - 'a' + 10)
            : c >= 'A' && c <= 'F'                  ? uint64_t(c - 'A' + 10)
                                                    : 16;
        if (digit >= base) return false;
        value = value * base + digit;
    }
    return true;
}

/// The host and port of a target in the forms that are sent to proxies.
std::string_view authority(std::string_view target) {
    const size_t scheme = target.find("://");
    if (scheme != std::string_view::npos) target.remove_prefix(scheme + 3);
    target = target.substr(0, target.find_first_of("/?#"));
    const size_t user = target.rfind('@');
    return user == std::string_view::npos ? target : target.substr(user + 1);
}

constexpr size_t longestSignature = 8;

struct Signature {
    std::string_view bytes, type;
};
using namespace std::string_view_literals;
constexpr Signature signatures[] = {
    {"\x7f""ELF"sv, "application/x-executable"sv},
    {"\xce\xfa\xed\xfe"sv, "application/x-mach-binary"sv},
    {"\xcf\xfa\xed\xfe"sv, "application/x-mach-binary"sv},
    {"%PDF-"sv, "application/pdf"sv},
    {"PK\x03\x04"sv, "application/zip"sv},
    {"Rar!\x1a\x07"sv, "application/x-rar"sv},
    {"7z\xbc\xaf\x27\x1c"sv, "application/x-7z-compressed"sv},
    {"MSCF\0\0\0\0"sv, "application/vnd.ms-cab-compressed"sv},
    {"\x89PNG\r\n\x1a\n"sv, "image/png"sv},
    {"\xff\xd8\xff"sv, "image/jpeg"sv},
    {"GIF8"sv, "image/gif"sv},
};

/// The type of a content by its first bytes; empty where they do not tell.
std::string_view contentType(std::string_view begin) {
    // Text may begin with these letters; a program's header has zeros behind them.
    if (begin.substr(0, 2) == "MZ" && begin.find('\0') != std::string_view::npos) return "application/x-dosexec";
    for (const Signature &signature : signatures)
        if (begin.substr(0, signature.bytes.size()) == signature.bytes) return signature.type;
    return {};
}

}  // namespace

bool HTTPReader::beginsRequest(Bytes bytes) {
    const std::string_view text = bytes.text();
    return std::any_of(std::begin(methods), std::end(methods), [&](std::string_view method) {
        return text.substr(0, method.size()) == method;
    });
}

bool HTTPReader::beginsResponse(Bytes bytes) { return bytes.text().substr(0, 7) == "HTTP/1."; }

HTTPReader::Next HTTPReader::take(const Payload &payload, const Ends &ends, Bytes &rest) {
    Side &side = sides[payload.sender];
    Bytes bytes = payload.bytes;
    // Behind a hole only what begins like a message can be told.
    if (side.phase == Phase::lost && (payload.sender == Client ? beginsRequest(bytes) : beginsResponse(bytes))) {
        side.phase = Phase::head;
        side.text.clear();
    }
    while (!bytes.empty() && !isOver && !isTunnel) {
        switch (side.phase) {
            case Phase::head: takeHead(payload.sender, bytes, payload, ends); break;
            case Phase::body:
            case Phase::chunkData: {
                const Bytes content = bytes.take(size_t(std::min<uint64_t>(side.left, bytes.size())));
                takeContent(payload.sender, content);
                side.left -= content.size();
                if (side.left > 0) break;
                if (side.phase == Phase::body)
                    endBody(payload.sender, ends);
                else
                    side.phase = Phase::chunkEnd;
                break;
            }
            case Phase::chunkEnd:
                if (takeLine(side, bytes)) {
                    side.phase = Phase::chunkSize;
                    side.text.clear();
                }
                break;
            case Phase::chunkSize: {
                if (!takeLine(side, bytes)) break;
                const std::string_view line = side.text;
                uint64_t size;
                if (!number(trimmed(line.substr(0, line.find(';'))), 16, size)) {
                    side.phase = Phase::lost;
                    break;
                }
                if (payload.sender == Server) response.length += int64_t(size);
                side.left = size;
                side.phase = size == 0 ? Phase::trailer : Phase::chunkData;
                side.text.clear();
                break;
            }
            case Phase::trailer:
                if (!takeLine(side, bytes)) break;
                if (side.text.empty()) endBody(payload.sender, ends);
                side.text.clear();
                break;
            case Phase::untilClose:
                response.length += int64_t(bytes.size());
                takeContent(payload.sender, bytes);
                bytes = Bytes();
                break;
            case Phase::lost: bytes = Bytes(); break;
        }
    }
    if (payload.lost > 0 && !isTunnel) passOver(payload.sender, payload.lost, ends);
    rest = bytes;
    return isTunnel ? Next::tunnel : isOver ? Next::over : Next::goesOn;
}

/// Goes on behind bytes that are not there, where it is known what they were.
void HTTPReader::passOver(Sender sender, uint32_t lost, const Ends &ends) {
    Side &side = sides[sender];
    if (sender == Server) response.isBegun = true;
    if (side.phase == Phase::untilClose) {
        response.length += lost;
    } else if ((side.phase == Phase::body || side.phase == Phase::chunkData) && lost <= side.left) {
        side.left -= lost;
        if (side.left == 0 && side.phase == Phase::body) endBody(sender, ends);
        if (side.left == 0 && side.phase == Phase::chunkData) side.phase = Phase::chunkEnd;
    } else {
        // A head that was begun says what it can: snapped packets cut it.
        const size_t feed = side.phase == Phase::head ? side.text.rfind('\n') : std::string::npos;
        if (feed != std::string::npos) {
            side.text.resize(feed + 1);
            readHead(sender, ends);
        }
        if (side.phase != Phase::lost) {
            side.phase = Phase::lost;
            side.text.clear();
        }
    }
}

/// Takes a line without its end into the side's text.
bool HTTPReader::takeLine(Side &side, Bytes &bytes) {
    const void *const feed = std::memchr(bytes.data(), '\n', bytes.size());
    const size_t length = feed == nullptr ? bytes.size() : size_t(static_cast<const uint8_t *>(feed) - bytes.data());
    side.text += bytes.take(length).text();
    if (side.text.size() > longestLine) side.phase = Phase::lost;
    if (feed == nullptr) return false;
    bytes.skip(1);
    if (!side.text.empty() && side.text.back() == '\r') side.text.pop_back();
    return side.phase != Phase::lost;
}

void HTTPReader::takeHead(Sender sender, Bytes &bytes, const Payload &payload, const Ends &ends) {
    Side &side = sides[sender];
    if (side.text.empty()) {
        // Empty lines may stand before a message (RFC 9112, section 2.2).
        while (bytes[0] == '\r' || bytes[0] == '\n') bytes.skip(1);
        if (bytes.empty()) return;
        side.time = payload.time;
        side.position = payload.position;
    }
    const size_t before = side.text.size();
    side.text += bytes.text();
    // The end may have begun in the bytes before.
    size_t end = std::string::npos;
    for (size_t feed = side.text.find('\n', before < 3 ? 0 : before - 3); feed != std::string::npos;
         feed = side.text.find('\n', feed + 1)) {
        const size_t next = feed + 1 < side.text.size() && side.text[feed + 1] == '\r' ? feed + 2 : feed + 1;
        if (next < side.text.size() && side.text[next] == '\n') {
            end = next + 1;
            break;
        }
    }
    if (end == std::string::npos) {
        bytes = Bytes();
        if (side.text.size() > longestHead) side.phase = Phase::lost;
        return;
    }
    bytes.skip(end - before);
    side.text.resize(end);
    readHead(sender, ends);
    side.text.clear();
}

void HTTPReader::readHead(Sender sender, const Ends &ends) {
    Side &side = sides[sender];
    const std::string_view text = side.text;
    const size_t feed = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, feed)), fields = text.substr(std::min(feed + 1, text.size()));
    if (sender == Client)
        readRequest(line, fields, side);
    else
        readResponse(line, fields, side, ends);
    if (waiting.size() > mostWaiting) {
        write(waiting.front(), nullptr, ends);
        waiting.pop_front();
    }
}

void HTTPReader::readRequest(std::string_view line, std::string_view fields, Side &side) {
    const size_t first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || first == 0 || !beginsRequest(Bytes(
            reinterpret_cast<const uint8_t *>(line.data()), line.size()))) {
        side.phase = Phase::lost;
        return;
    }
    Request request;
    request.method = line.substr(0, first);
    const bool hasVersion = last > first && line.substr(last + 1, 5) == "HTTP/";
    request.target = trimmed(line.substr(first, hasVersion ? last - first : std::string_view::npos));
    const bool isProxied = SensorIsProxyTarget(request.target.data(), request.target.size());
    // The target's host stands above the field's (RFC 9112, section 3.2.2).
    request.host = isProxied ? authority(request.target) : field(fields, "host");
    request.agent = field(fields, "user-agent");
    request.time = side.time;
    request.position = side.position;
    waiting.push_back(std::move(request));
    beginBody(fields, side, false);
}

void HTTPReader::readResponse(std::string_view line, std::string_view fields, Side &side, const Ends &ends) {
    uint64_t status = 0;
    const size_t space = line.find(' ');
    if (line.substr(0, 7) != "HTTP/1." || space == std::string_view::npos || !number(line.substr(space + 1, 3), 10, status)) {
        side.phase = Phase::lost;
        return;
    }
    if (status >= 100 && status < 200 && status != 101) return;
    const bool isConnect = !waiting.empty() && waiting.front().method == "CONNECT";
    const bool hasNoBody = status == 204 || status == 304 || status == 101
        || (!waiting.empty() && waiting.front().method == "HEAD") || (isConnect && status / 100 == 2);
    response = Response();
    response.status = int64_t(status);
    response.type = field(fields, "content-type").substr(0, field(fields, "content-type").find(';'));
    const std::string_view coding = field(fields, "content-encoding");
    response.isBegun = !coding.empty() && !equalFolded(coding, "identity");
    hasResponse = true;
    if (hasNoBody) {
        endBody(Server, ends);
        isTunnel = isConnect && status / 100 == 2;
        isOver = status == 101;
        return;
    }
    beginBody(fields, side, true);
    if (side.phase == Phase::body) response.length = int64_t(side.left);
    if (side.phase == Phase::head) endBody(Server, ends);
}

void HTTPReader::beginBody(std::string_view fields, Side &side, bool mayLastUntilClose) {
    uint64_t length = 0;
    const std::string_view given = field(fields, "content-length"), coding = field(fields, "transfer-encoding");
    if (coding.size() >= 7 && equalFolded(coding.substr(coding.size() - 7), "chunked")) {
        side.phase = Phase::chunkSize;
    } else if (number(given, 10, length)) {
        side.left = length;
        side.phase = length > 0 ? Phase::body : Phase::head;
    } else {
        side.phase = mayLastUntilClose ? Phase::untilClose : Phase::head;
    }
}

/// Keeps the first bytes of a response's content.
void HTTPReader::takeContent(Sender sender, Bytes content) {
    if (sender == Client || response.isBegun) return;
    response.begin += content.text().substr(0, longestSignature - response.begin.size());
    response.isBegun = response.begin.size() == longestSignature;
}

void HTTPReader::endBody(Sender sender, const Ends &ends) {
    sides[sender].phase = Phase::head;
    if (sender == Client || !hasResponse) return;
    hasResponse = false;
    if (waiting.empty()) return;
    write(waiting.front(), &response, ends);
    waiting.pop_front();
}

void HTTPReader::write(const Request &request, const Response *answer, const Ends &ends) {
    Transaction transaction = ends.begin(PCAPHTTP, request.time, request.position);
    transaction.text(PCAPHost, request.host);
    transaction.text(PCAPMethod, request.method);
    transaction.text(PCAPURL, request.target);
    transaction.text(PCAPUserAgent, request.agent);
    transaction.number(PCAPIsProxied, SensorIsProxyTarget(request.target.data(), request.target.size()));
    if (answer != nullptr) {
        const std::string_view type = contentType(answer->begin);
        transaction.text(PCAPContentType, type.empty() ? answer->type : type);
        transaction.text(PCAPDeclaredType, answer->type);
        transaction.number(PCAPStatus, answer->status);
        transaction.number(PCAPLength, answer->length);
    }
    ends.words.take(std::move(transaction));
}

void HTTPReader::finish(const Ends &ends) {
    if (hasResponse) endBody(Server, ends);
    for (const Request &request : waiting) write(request, nullptr, ends);
    waiting.clear();
}

size_t HTTPReader::held() const {
    size_t size = sides[Client].text.size() + sides[Server].text.size();
    for (const Request &request : waiting)
        size += sizeof request + request.target.size() + request.host.size() + request.agent.size();
    return size;
}

}  // namespace pcap
