import FlareKit

/// The links that Flare knows how to write: Kibana's and EveBox's.
///
/// Forms: Kibana's `discover/common/locator.ts` (`_g`, `_a` in Rison; `index` is migrated by newer ones when they load
/// it), EveBox's `webapp/src/Events.tsx` and the `events` route of its older versions.
enum KnownLinks {
    /// All links of a page, in the order in which they are shown.
    static func of(_ options: HTMLOptions) throws(OptionComplaint) -> [LinkTemplate] {
        var links: [LinkTemplate] = []
        if let kibana = options.kibana { links.append(try discover(kibana)) }
        if let evebox = options.evebox {
            links.append(
                try LinkTemplate(
                    "EveBox", base(evebox) + "/#/events?q=%22{src_ip}%22%20%22{dest_ip}%22", option: "evebox"))
        }
        for (name, address) in options.links.sorted(by: { $0.key < $1.key }) {
            links.append(try LinkTemplate(name, address, option: "links.\(name)"))
        }
        return links
    }

    private static func discover(_ options: KibanaOptions) throws(OptionComplaint) -> LinkTemplate {
        let names =
            switch options.fields {
            case .suricata: (source: "src_ip", destination: "dest_ip")
            case .ecs: (source: "source.ip", destination: "destination.ip")
            }
        let view = options.dataView.map { "index:'\(PercentEncoding.encode(KQLText.quoted($0)))'," } ?? ""
        let query =
            "\(names.source):%22{src_ip:kql}%22%20and%20\(names.destination):%22{dest_ip:kql}%22"
        return try LinkTemplate(
            "Kibana",
            base(options.url) + "/app/discover#/?_g=(time:(from:'{from}',to:'{to}'))"
                + "&_a=(\(view)query:(language:kuery,query:'\(query)'))",
            option: "kibana.url")
    }

    private static func base(_ address: String) -> String {
        var address = address
        while address.hasSuffix("/") { address.removeLast() }
        return address
    }
}
