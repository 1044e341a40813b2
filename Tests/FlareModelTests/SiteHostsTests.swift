import FlareModel
import Testing

@Suite("Hosts of the site")
struct SiteHostsTests {
    private func hosts(_ texts: String...) -> Int { Census.hosts(among: texts.compactMap { IPAddress($0) }) }

    @Test("who scans the site from the internet is none of its hosts")
    func scanners() {
        #expect(hosts("192.168.1.129", "45.155.205.233", "2a02:4780::1", "167.94.138.60") == 1)
        #expect(hosts("10.0.0.1", "100.64.3.4", "fd00::7", "fe80::1", "8.8.8.8") == 4)
    }

    @Test("a site with public addresses alone has all sources as hosts")
    func publicSite() {
        #expect(hosts("198.41.0.4", "199.9.14.201") == 2)
        #expect(Census.hosts(among: [IPAddress]()) == 0)
    }
}
