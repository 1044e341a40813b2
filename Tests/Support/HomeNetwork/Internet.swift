/// A server outside, under the name by which it is asked for.
struct Service: Sendable {
    let name: String
    let addresses: [String]
    let isEncrypted: Bool

    init(_ name: String, _ addresses: String..., plain: Bool = false) {
        self.name = name
        self.addresses = addresses
        isEncrypted = !plain
    }

    var port: Int { isEncrypted ? 443 : 80 }
}

/// The outside as this home sees it: well-known names, at addresses in their owners' networks.
enum Internet {
    /// The server of the story.
    static let commandServer = Service("www.huntoperator.com", "160.153.76.129", plain: true)

    /// What people open.
    static let sites: [Service] = [
        Service("www.google.com", "172.217.22.4", "172.217.16.164"), Service("mail.google.com", "216.58.205.229"),
        Service("www.youtube.com", "172.217.22.46", "172.217.18.14"), Service("en.wikipedia.org", "91.198.174.192"),
        Service("www.facebook.com", "31.13.92.36"), Service("www.instagram.com", "31.13.92.52"),
        Service("www.reddit.com", "151.101.1.140", "151.101.65.140"), Service("twitter.com", "104.244.42.1"),
        Service("www.amazon.com", "54.239.17.7"), Service("www.ebay.com", "66.135.201.161"),
        Service("www.linkedin.com", "108.174.10.10"), Service("github.com", "192.30.253.113", "192.30.253.112"),
        Service("stackoverflow.com", "151.101.129.69", "151.101.193.69"),
        Service("outlook.live.com", "40.97.120.226"), Service("www.office.com", "13.107.6.156"),
        Service("www.netflix.com", "52.31.46.217"), Service("www.paypal.com", "173.0.84.3"),
        Service("news.ycombinator.com", "104.20.43.44"), Service("medium.com", "52.0.16.118"),
        Service("duckduckgo.com", "176.34.131.233"), Service("www.dropbox.com", "162.125.66.1"),
        Service("www.pinterest.com", "151.101.0.84"), Service("www.twitch.tv", "151.101.66.167"),
        Service("www.bbc.co.uk", "212.58.246.90", "212.58.244.66", plain: true),
        Service("www.imdb.com", "52.94.228.167", plain: true), Service("www.cnn.com", "151.101.61.67", plain: true),
        Service("www.weather.com", "23.35.108.130", plain: true), Service("www.espn.com", "54.192.61.108", plain: true),
        Service("www.theguardian.com", "151.101.1.111", plain: true), Service("www.nytimes.com", "151.101.1.164"),
        Service("www.allrecipes.com", "104.83.180.203", plain: true), Service("xkcd.com", "151.101.64.67"),
    ]

    /// What pages bring along.
    static let thirdParties: [Service] = [
        Service("www.google-analytics.com", "172.217.22.14"), Service("fonts.gstatic.com", "172.217.16.163"),
        Service("stats.g.doubleclick.net", "108.177.15.157"), Service("connect.facebook.net", "31.13.92.14"),
        Service("cdnjs.cloudflare.com", "104.19.196.151"), Service("ajax.googleapis.com", "216.58.205.234"),
        Service("d1.awsstatic.com", "54.192.61.30"), Service("static.xx.fbcdn.net", "31.13.92.22"),
        Service("sb.scorecardresearch.com", "23.35.97.5", plain: true),
        Service("b.scorecardresearch.com", "23.35.97.37", plain: true),
        Service("pixel.quantserve.com", "95.172.94.65", plain: true), Service("cdn.optimizely.com", "23.35.109.89"),
        Service("assets.adobedtm.com", "23.35.98.209"), Service("tpc.googlesyndication.com", "172.217.22.1"),
    ]

    static let videoNames =
        (1...12).map { number in
            Service("r\(number)---sn-4g5e6nl7.googlevideo.com", "173.194.187.\(70 + number)")
        }
        + (1...8).map { number in
            Service("ipv4-c\(padded(number, 3))-fra001-ix.1.oca.nflxvideo.net", "45.57.24.\(130 + number)")
        }

    static let music = Service("audio-fa.scdn.co", "194.132.196.226", "194.132.197.193")
    static let push = Service("courier.push.apple.com", "17.252.44.140", "17.252.44.141", "17.252.108.15")
    static let imap = Service("imap.gmail.com", "74.125.206.108", "74.125.206.109")
    static let icloud = Service("p42-caldav.icloud.com", "17.248.145.140", "17.248.145.109")
    static let appleCheck = Service("captive.apple.com", "17.253.57.211", "17.253.55.203", plain: true)
    static let appleUpdates = Service("swscan.apple.com", "23.35.108.98")
    static let googleCheck = Service("connectivitycheck.gstatic.com", "172.217.22.3", plain: true)
    static let windowsCheck = Service("www.msftncsi.com", "23.35.97.160", plain: true)
    static let windowsUpdates = Service("fe2.update.microsoft.com", "134.170.58.221", "191.232.80.58")
    static let windowsDownloads = Service("au.download.windowsupdate.com", "8.253.145.120", plain: true)
    static let debianUpdates = Service("deb.debian.org", "151.101.36.204", plain: true)
    static let certificateStatus = Service("ocsp.digicert.com", "93.184.220.29", plain: true)
    static let cameraCloud = Service("nexusapi.dropcam.com", "52.4.44.151")
    static let plugCloud = Service("api.xbcs.net", "54.164.60.222", "54.86.59.51")
    static let bulbBroker = Service("a2iot.eu-west-1.amazonaws.com", "52.208.144.12", "52.212.60.101", "34.250.7.122")
    static let thermostatCloud = Service("transport.home.nest.com", "54.227.248.52")
    static let hubCloud = Service("www2.meethue.com", "104.155.18.91")
    static let speakerCloud = Service("device-metrics-us.amazon.com", "52.94.232.10")
    static let printerCloud = Service("xmpp009.hpeprint.com", "15.73.182.103")
    static let readerCloud = Service("todo-ta-g7g.amazon.com", "54.239.25.192")
    static let consoleCloud = Service("presence-heartbeat.xboxlive.com", "65.55.42.180")
    static let storageCloud = Service("update.synology.com", "52.8.71.30")

    /// Time servers: makers' own, and the pool's that a name gives out anew each time.
    static let clocks: [(kinds: [Host.Kind], service: Service)] = [
        (
            [.mac, .iphone],
            Service("time.apple.com", "17.253.54.125", "17.253.52.253", "17.253.34.125", "17.253.34.253")
        ),
        ([.windows, .console], Service("time.windows.com", "13.79.239.69", "40.118.103.7")),
        (
            [.android, .stick],
            Service("time.android.com", "216.239.35.0", "216.239.35.4", "216.239.35.8", "216.239.35.12")
        ),
        (
            [.linux, .storage, .camera, .hub, .television],
            Service(
                "pool.ntp.org", "185.242.56.3", "78.46.53.2", "131.188.3.221", "212.18.3.19", "129.70.132.32",
                "144.76.102.204", "5.9.110.236", "213.172.105.106")
        ),
    ]
}
