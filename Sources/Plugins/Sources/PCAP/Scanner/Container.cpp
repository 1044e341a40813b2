#include "Container.hpp"

#include <algorithm>
#include <cstring>

namespace pcap {

namespace {

constexpr uint32_t sectionBlock = 0x0A0D0D0A, byteOrder = 0x1A2B3C4D;

enum Block : uint32_t { interfaceBlock = 1, obsoletePacket = 2, simplePacket = 3, enhancedPacket = 6 };

uint32_t swapped(uint32_t value) { return __builtin_bswap32(value); }

}  // namespace

PCAPForm Container::formOf(const uint8_t *head, size_t length) {
    Bytes bytes(head, length);
    const uint32_t magic = bytes.u32();
    if (bytes.failed()) return PCAPFormUnknown;
    if (magic == sectionBlock) return PCAPFormNext;
    for (const uint32_t known : {0xA1B2C3D4u, 0xA1B23C4Du, 0xA1B2CD34u})
        if (magic == known || magic == swapped(known)) return PCAPFormClassic;
    return PCAPFormUnknown;
}

uint16_t Container::u16(Bytes &bytes) const {
    const uint16_t value = bytes.u16();
    return isSwapped ? __builtin_bswap16(value) : value;
}

uint32_t Container::u32(Bytes &bytes) const {
    const uint32_t value = bytes.u32();
    return isSwapped ? swapped(value) : value;
}

void Container::begin() {
    form = PCAPFormUnknown;
    isResyncing = false;
    interfaces.clear();
    carried.clear();
    position = 0;
}

void Container::read(const uint8_t *bytes, size_t length) {
    if (carried.empty()) {
        const size_t consumed = parse(Bytes(bytes, length), false);
        carried.assign(bytes + consumed, bytes + length);
    } else {
        carried.insert(carried.end(), bytes, bytes + length);
        const size_t consumed = parse(Bytes(carried.data(), carried.size()), false);
        carried.erase(carried.begin(), carried.begin() + ptrdiff_t(consumed));
    }
}

void Container::end() {
    const size_t consumed = parse(Bytes(carried.data(), carried.size()), true);
    const size_t rest = carried.size() - consumed;
    if (rest > 0 && isResyncing)
        passedOver += rest;
    else if (rest > 0)
        sink.refuse(PCAPCutRecord, position);
    carried.clear();
}

/// Takes apart what is whole.
///
/// - isLast: whether nothing comes behind it.
/// - Returns: how many bytes were consumed.
size_t Container::parse(Bytes bytes, bool isLast) {
    const size_t size = bytes.size();
    while (!bytes.empty()) {
        size_t consumed = 0;
        Step next = isResyncing ? isPlausible(bytes) : step(bytes, consumed);
        if (isResyncing) {
            if (next == Step::needsMore && !isLast) break;
            if (next == Step::taken) {
                isResyncing = false;
            } else {
                consumed = 1;
                ++passedOver;
            }
        } else if (next == Step::needsMore) {
            break;
        } else if (next == Step::damaged) {
            sink.refuse(PCAPBadRecord, position);
            isResyncing = true;
            consumed = 1;
            ++passedOver;
        }
        bytes.skip(consumed);
        position += consumed;
    }
    return size - bytes.size();
}

Container::Step Container::step(Bytes bytes, size_t &consumed) {
    switch (form) {
        case PCAPFormUnknown: return readFileHeader(bytes, consumed);
        case PCAPFormClassic: return readClassic(bytes, consumed);
        case PCAPFormNext: return readBlock(bytes, consumed);
    }
    return Step::damaged;
}

Container::Step Container::readFileHeader(Bytes bytes, size_t &consumed) {
    if (bytes.size() < 24) return Step::needsMore;
    const PCAPForm found = formOf(bytes.data(), bytes.size());
    if (found == PCAPFormUnknown) return Step::damaged;
    form = found;
    if (form == PCAPFormNext) return readBlock(bytes, consumed);
    const uint32_t magic = bytes.u32();
    isSwapped = magic != 0xA1B2C3D4u && magic != 0xA1B23C4Du && magic != 0xA1B2CD34u;
    const uint32_t kind = isSwapped ? swapped(magic) : magic;
    headerLength = kind == 0xA1B2CD34u ? 24 : 16;
    bytes.skip(12);
    classic = Interface();
    classic.unitsPerSecond = kind == 0xA1B23C4Du ? 1'000'000'000 : 1'000'000;
    classic.snapLength = u32(bytes);
    // The upper bits tell of checksums behind the packets.
    classic.link = uint16_t(u32(bytes));
    consumed = 24;
    return Step::taken;
}

// MARK: pcap

Container::Step Container::isPlausibleRecord(Bytes bytes, size_t &next) const {
    if (bytes.size() < headerLength) return Step::needsMore;
    u32(bytes);
    const uint32_t fraction = u32(bytes), captured = u32(bytes), length = u32(bytes);
    if (fraction >= classic.unitsPerSecond || captured > longestPacket || length > longestPacket * 16) return Step::damaged;
    next = headerLength + captured;
    return Step::taken;
}

Container::Step Container::readClassic(Bytes bytes, size_t &consumed) {
    size_t next = 0;
    const Step plausible = isPlausibleRecord(bytes, next);
    if (plausible != Step::taken) return plausible;
    if (bytes.size() < next) return Step::needsMore;
    Bytes data = bytes.take(next);
    const uint64_t second = u32(data), fraction = u32(data);
    const uint32_t captured = u32(data), length = u32(data);
    data.skip(headerLength - 16);
    yield(classic, second * classic.unitsPerSecond + fraction, data, captured, length);
    consumed = next;
    return Step::taken;
}

// MARK: pcapng

Container::Step Container::readBlock(Bytes bytes, size_t &consumed) {
    if (bytes.size() < 12) return Step::needsMore;
    Bytes whole = bytes, head = bytes;
    const uint32_t rawType = head.u32();
    if (rawType == sectionBlock) {
        Bytes order = bytes;
        order.skip(8);
        const uint32_t magic = order.u32();
        if (magic != byteOrder && magic != swapped(byteOrder)) return Step::damaged;
        isSwapped = magic != byteOrder;
    }
    const uint32_t type = isSwapped ? swapped(rawType) : rawType;
    const uint32_t length = u32(head);
    if (length < 12 || length % 4 != 0 || length > longestBlock) return Step::damaged;
    if (bytes.size() < length) return Step::needsMore;
    Bytes body = whole.take(length);
    Bytes tail(body.data() + length - 4, 4);
    if (u32(tail) != length) return Step::damaged;
    body = Bytes(body.data() + 8, length - 12);
    switch (type) {
        case sectionBlock: interfaces.clear(); break;
        case interfaceBlock: readInterface(body); break;
        case enhancedPacket: readEnhanced(body); break;
        case obsoletePacket: readObsolete(body); break;
        case simplePacket: readSimple(body); break;
        // Statistics, names, secrets of decryption and what others put in.
        default: break;
    }
    consumed = length;
    return Step::taken;
}

void Container::readInterface(Bytes body) {
    Interface interface;
    interface.link = u16(body);
    u16(body);
    interface.snapLength = u32(body);
    readOptions(body, interface);
    interfaces.push_back(interface);
}

void Container::readOptions(Bytes options, Interface &interface) const {
    enum : uint16_t { resolution = 9, offset = 14 };
    while (options.size() >= 4) {
        const uint16_t code = u16(options), length = u16(options);
        if (code == 0) return;
        Bytes value = options.take(length);
        options.skip(std::min<size_t>((4 - length % 4) % 4, options.size()));
        if (code == resolution && length == 1) {
            const uint8_t exponent = value.u8();
            interface.unitsPerSecond = 1;
            if (exponent & 0x80)
                interface.unitsPerSecond <<= std::min(exponent & 0x7F, 40);
            else
                for (int i = 0; i < std::min<int>(exponent, 12); ++i) interface.unitsPerSecond *= 10;
        } else if (code == offset && length == 8) {
            const uint32_t first = u32(value), second = u32(value);
            interface.offset = int64_t(isSwapped ? uint64_t(second) << 32 | first : uint64_t(first) << 32 | second);
        }
    }
}

void Container::readEnhanced(Bytes body) {
    const uint32_t number = u32(body);
    const uint64_t high = u32(body), low = u32(body);
    const uint32_t captured = u32(body), length = u32(body);
    if (number >= interfaces.size() || captured > body.size()) return sink.refuse(PCAPBadRecord, position);
    yield(interfaces[number], high << 32 | low, body.take(captured), captured, length);
}

void Container::readObsolete(Bytes body) {
    const uint16_t number = u16(body);
    u16(body);
    const uint64_t high = u32(body), low = u32(body);
    const uint32_t captured = u32(body), length = u32(body);
    if (number >= interfaces.size() || captured > body.size()) return sink.refuse(PCAPBadRecord, position);
    yield(interfaces[number], high << 32 | low, body.take(captured), captured, length);
}

/// It holds no time.
void Container::readSimple(Bytes body) { sink.refuse(PCAPNoTime, position); (void)body; }

void Container::yield(const Interface &interface, uint64_t units, Bytes data, uint32_t captured, uint32_t length) {
    const uint64_t second = units / interface.unitsPerSecond, rest = units % interface.unitsPerSecond;
    int64_t whole;
    // Times that no 64 bits of nanoseconds hold are damage.
    if (second > INT64_MAX / 1'000'000'000 || __builtin_add_overflow(int64_t(second), interface.offset, &whole)
        || whole < 0 || whole >= INT64_MAX / 1'000'000'000)
        return sink.refuse(PCAPBadRecord, position);
    lastSecond = whole;
    const auto fraction = int64_t((unsigned __int128)(rest) * 1'000'000'000 / interface.unitsPerSecond);
    Packet packet;
    packet.time = whole * 1'000'000'000 + fraction;
    packet.link = interface.link;
    packet.bytes = data;
    packet.length = std::max(captured, length);
    packet.position = position;
    sink.take(packet);
}

// MARK: Damage

/// Two records in a row whose numbers are possible, or one at the end, with times near those before.
Container::Step Container::isPlausible(Bytes bytes) const {
    if (form == PCAPFormUnknown) return Step::damaged;
    if (form == PCAPFormNext) {
        if (bytes.size() < 12) return Step::needsMore;
        Bytes head = bytes;
        const uint32_t rawType = head.u32(), type = isSwapped ? swapped(rawType) : rawType, length = u32(head);
        const bool isKnown = rawType == sectionBlock || (type >= 1 && type <= 6);
        if (!isKnown || length < 12 || length % 4 != 0 || length > longestBlock) return Step::damaged;
        if (bytes.size() < length) return length > longestPacket + 1024 ? Step::damaged : Step::needsMore;
        Bytes tail(bytes.data() + length - 4, 4);
        return u32(tail) == length ? Step::taken : Step::damaged;
    }
    constexpr int64_t nearby = 86'400;
    const auto isNear = [&](Bytes at) { return std::abs(int64_t(u32(at)) - lastSecond) <= nearby; };
    size_t next = 0, after = 0;
    const Step first = isPlausibleRecord(bytes, next);
    if (first != Step::taken) return first;
    if (!isNear(bytes) || next == headerLength) return Step::damaged;
    if (bytes.size() == next) return Step::taken;
    if (bytes.size() < next) return Step::needsMore;
    Bytes following = bytes;
    following.skip(next);
    const Step second = isPlausibleRecord(following, after);
    return second == Step::taken && !isNear(following) ? Step::damaged : second;
}

}  // namespace pcap
