#include "Conversations.hpp"

#include <algorithm>

#include "Recorder.hpp"

namespace records {

namespace {

constexpr int64_t second = 1'000'000'000;
/// Silence after which a piece belongs to another conversation: of TCP that has not ended, and of anything else.
constexpr int64_t longestSilence = 600 * second, shortestSilence = 5 * second;
/// More are not held; the longest silent leaves first.
constexpr size_t mostOpen = 1 << 19;

std::string_view text(const Values &values, const Slots &slots) {
    const Values::Value *const value = values.first(slots);
    return value == nullptr ? std::string_view() : value->text;
}

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), text) != names.end();
}

}  // namespace

const char *Conversations::take(const Values &values, uint64_t position, uint64_t line) {
    const auto &columns = *layout.conversations;
    int64_t start, end;
    if (!layout.times.read(text(values, columns.start), start)) return "no time";
    if (!layout.times.read(text(values, columns.end), end)) {
        const std::string lasted(text(values, columns.duration));
        end = start + int64_t(std::max(0.0, std::strtod(lasted.c_str(), nullptr)) * double(second));
    }
    const std::string_view proto = text(values, columns.proto), flags = text(values, columns.flags);
    const bool isTCP = isOneOf(proto, {"6", "TCP", "tcp"});
    const bool hasPorts = !isOneOf(proto, {"1", "58", "ICMP", "ICMP6", "icmp", "icmp6", "IPv6-ICMP"});
    Direction from, to;
    from.address = text(values, columns.source);
    to.address = text(values, columns.destination);
    if (from.address.empty()) return "no source address";
    if (to.address.empty()) return "no destination address";
    if (hasPorts) {
        from.port = uint16_t(std::clamp<int64_t>(Recorder::number(text(values, columns.sourcePort)), 0, UINT16_MAX));
        to.port = uint16_t(std::clamp<int64_t>(Recorder::number(text(values, columns.port)), 0, UINT16_MAX));
    }
    const bool side = std::tie(from.address, from.port) > std::tie(to.address, to.port);
    const Direction &low = side ? to : from, &high = side ? from : to;
    std::string key = low.address;
    key.append("\n").append(high.address).append("\n").append(proto);
    key.append("\n").append(std::to_string(uint32_t(low.port) << 16 | high.port));

    const auto known = byKey.find(key);
    Place place;
    const bool isBegin = flags.find('S') != std::string_view::npos;
    if (known != byKey.end() && goesOn(*known->second, start, end, isTCP, isBegin && known->second->sides[side].isSeen)) {
        place = known->second;
        open.splice(open.end(), open, place);
    } else {
        if (known != byKey.end()) over.splice(over.end(), open, known->second);
        Conversation next;
        next.key = key;
        next.proto = proto;
        next.sides[0] = low;
        next.sides[1] = high;
        next.start = start;
        next.end = end;
        next.position = position;
        next.line = line;
        open.push_back(std::move(next));
        place = std::prev(open.end());
        byKey[key] = place;
    }
    Direction &own = place->sides[side], &other = place->sides[!side];
    const auto add = [&](Direction &direction, const Slots &bytes, const Slots &packets) {
        const int64_t count = Recorder::number(text(values, packets)), size = Recorder::number(text(values, bytes));
        if (count > 0) direction.packets += count;
        if (size > 0) direction.bytes += size;
        return count > 0 || size > 0;
    };
    add(own, columns.bytes, columns.packets);
    own.isSeen = true;
    own.start = std::min(own.start, start);
    other.isSeen |= add(other, columns.bytesBack, columns.packetsBack);
    place->start = std::min(place->start, start);
    place->end = std::max(place->end, end);
    place->hasEnded |= flags.find('F') != std::string_view::npos || flags.find('R') != std::string_view::npos;
    now = std::max(now, start);
    return nullptr;
}

/// - isFirst: whether the record tells a beginning that was told of its direction before.
bool Conversations::goesOn(const Conversation &known, int64_t start, int64_t end, bool isTCP, bool isFirst) const {
    const int64_t silence = std::max(start - known.end, known.start - end);
    return silence <= (isTCP && !known.hasEnded && !isFirst ? longestSilence : isFirst ? 0 : shortestSilence);
}

bool Conversations::next(Values &values, bool all, uint64_t &position, uint64_t &line) {
    if (over.empty() && !open.empty() && (all || open.size() > mostOpen || now - open.front().end > longestSilence)) {
        byKey.erase(open.front().key);
        over.splice(over.end(), open, open.begin());
    }
    if (over.empty()) return false;
    position = over.front().position;
    line = over.front().line;
    write(over.front(), values);
    over.pop_front();
    return true;
}

void Conversations::write(const Conversation &conversation, Values &values) const {
    const Direction(&sides)[2] = conversation.sides;
    bool client = sides[1].start < sides[0].start;
    if (isServerPort(sides[0].port, sides[1].port)) client = true;
    else if (isServerPort(sides[1].port, sides[0].port)) client = false;
    const Direction &from = sides[client], &to = sides[!client];
    values.clear();
    const auto put = [&](size_t place, std::string text) {
        std::string &held = values.hold();
        held = std::move(text);
        values.add(layout.conversations->made[place], {held, true, false});
    };
    put(0, std::to_string(conversation.start));
    put(1, std::to_string(conversation.end));
    put(2, from.address);
    put(3, std::to_string(from.port));
    put(4, to.address);
    put(5, std::to_string(to.port));
    put(6, conversation.proto);
    if (from.isSeen) put(7, std::to_string(from.bytes)), put(8, std::to_string(from.packets));
    if (to.isSeen) put(9, std::to_string(to.bytes)), put(10, std::to_string(to.packets));
}

}  // namespace records
