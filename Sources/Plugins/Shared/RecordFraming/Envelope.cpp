#include "Envelope.hpp"

#include <map>

namespace framing {

Record recognise(std::string_view object) {
    Record record;
    bool hasTime = false, hasEnds = false, hasTS = false, hasIdentity = false;
    eachMember(object, [&](std::string_view name, std::string_view value) {
        switch (name.size()) {
        case 2:
            hasTS |= name == "ts";
            hasIdentity |= name == "id";
            break;
        case 3: hasIdentity |= name == "uid"; break;
        case 4: hasIdentity |= name == "fuid"; break;
        case 5:
            if (name == "_path" && value.front() == '"') record.hasPath = true;
            break;
        case 6: hasEnds |= name == "src_ip"; break;
        case 7:
            if (name == "@stream" && value.front() == '"') record.stream = value;
            break;
        case 9:
            hasTime |= name == "timestamp";
            hasIdentity |= name == "id.orig_h" || name == "id_orig_h";
            break;
        case 10:
            if (name == "event_type" && value.front() == '"' && record.type.empty()) record.type = value;
            break;
        case 11: record.isMarked |= name == "_event_type" && value.front() == '"'; break;
        default: break;
        }
        return record.type.empty() || !(hasTime || hasEnds);
    });
    if (!record.type.empty() && (hasTime || hasEnds)) record.sensor = FramingEVE;
    else if (hasTS && (record.hasPath || hasIdentity || !record.stream.empty())) record.sensor = FramingZeek;
    record.text = object;
    return record;
}

std::string_view Envelope::withoutMarks(std::string_view object) {
    std::string &text = texts.emplace_back();
    eachMember(object, [&](std::string_view name, std::string_view value) {
        if (name.size() < 2 || name.front() != '_') return true;
        text.append(text.empty() ? "{\"" : ",\"").append(name.substr(1)).append("\":").append(value);
        return true;
    });
    return text.append("}");
}

std::string_view Envelope::withoutLists(std::string_view fields) {
    const size_t value = fields.find(':');
    if (fields.empty() || fields.front() != '{' || value == std::string_view::npos) return {};
    if (const size_t list = passSpace(fields, value + 1); list >= fields.size() || fields[list] != '[') return {};
    // What has a common first name is one object's.
    std::map<std::string_view, std::string> objects;
    std::string &text = texts.emplace_back();
    eachMember(fields, [&](std::string_view name, std::string_view list) {
        if (list.front() != '[') return true;
        std::string_view first;
        size_t count = 0;
        eachElement(list, [&](std::string_view element) {
            if (count++ == 0) first = element;
            return true;
        });
        if (count == 0) return true;
        const size_t dot = name.find('.');
        std::string &members = dot == std::string_view::npos ? text : objects[name.substr(0, dot)];
        members.append(members.empty() ? "{\"" : ",\"").append(name.substr(dot + 1)).append("\":").append(count == 1 ? first : list);
        return true;
    });
    for (const auto &[name, members] : objects)
        text.append(text.empty() ? "{\"" : ",\"").append(name).append("\":").append(members).append("}");
    return text.empty() ? text : text.append("}");
}

bool Envelope::translated(std::string_view document, Record &record) {
    const Values values(document);
    std::string &text = texts.emplace_back();
    for (const RecordTranslation *translation : translations) {
        if (!translate(*translation, values, text)) continue;
        record = Record{};
        record.text = text;
        record.sensor = translation->sensor;
        record.hasPath = true;
        record.translation = translation;
        return true;
    }
    return false;
}

bool Envelope::mayHoldRecord(std::string_view string) {
    for (size_t at = string.find('{'); at != std::string_view::npos; at = string.find('{', at + 1)) {
        size_t next = at + 1;
        // White space and line ends may stand there, these as escapes.
        while (next < string.size()
               && (string[next] == ' ' || (string[next] == '\\' && next + 1 < string.size() && string[next + 1] != '"')))
            next += string[next] == ' ' ? 1 : 2;
        if (string.substr(next, 2) == "\\\"") return true;
    }
    return false;
}

}  // namespace framing
