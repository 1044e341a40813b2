/// One day of a home network of 100 machines, told as the lines of a Suricata EVE file.
///
/// It retells the case that Flare was first written for: among browsing, streaming, updates, time servers and chatty
/// gadgets, the Mac at 192.168.0.53 calls 160.153.76.129 on port 80 every 60 s with curl, and looks its name up at
/// 8.8.8.8 before each call. All of it is made up from a seed, dated in the past, and every line carries
/// `"host":"generated-sample"`.
public enum SampleDay {
    /// The seed of the bundled sample.
    public static let bundledSeed: UInt64 = 20_170_609
    /// Midnight (UTC) at which the day begins.
    public static let dawn = Moment(year: 2017, month: 6, day: 9)

    /// The day's lines, oldest first by the time at which they were logged, without line ends.
    ///
    /// - Parameter interval: seconds between calls of the implant.
    public static func lines(seed: UInt64 = bundledSeed, implantEvery interval: Int = 60) -> [String] {
        lived(seed, implantEvery: interval).sensor.written()
    }

    /// The rows of a CSV of what is known of its channels: the implant, and what calls by nature.
    public static func labels(seed: UInt64 = bundledSeed) -> [String] {
        let home = lived(seed, implantEvery: 60)
        return [ChannelLabel.head] + home.labels.map { $0.row(calls: home.calls[$0] ?? 0) }
    }

    private static func lived(_ seed: UInt64, implantEvery interval: Int) -> Home {
        var home = Home(seed: seed, dawn: dawn)
        home.activity = .implant
        home.implant(every: interval)
        home.activity = nil
        home.curiosity()
        for host in Household.hosts {
            home.activity = .time
            home.timeSync(host)
            home.activity = .updates
            home.updates(host)
            home.activity = .telemetry
            home.telemetry(host)
            home.activity = .localChatter
            home.localChatter(host)
            home.activity = nil
            home.streaming(host)
            if host.kind.isPersonal {
                home.browsing(host)
                home.mail(host)
            }
        }
        return home
    }
}
