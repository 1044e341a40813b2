import ArgumentParser
import Foundation

/// The cluster as original Flare's command line names it.
struct OriginalClusterOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: "A configuration of original Flare, such as selks4.ini.", completion: .file(extensions: ["ini"]))
    var config: String?

    @Option(
        name: [.customLong("eh", withSingleDash: true), .customLong("eshost")],
        help: "Host of the cluster; localhost where no configuration says.")
    var host: String?

    @Option(
        name: [.customLong("ep", withSingleDash: true), .customLong("esport")],
        help: "Port of the cluster; 9200 where no configuration says.")
    var port: Int?

    @Option(
        name: [.customLong("et", withSingleDash: true), .customLong("estimeout")],
        help: "Timeout of a request, in seconds; 480 where no configuration says.")
    var timeout: Int?

    @Option(
        name: [.customLong("ei", withSingleDash: true), .customLong("esindex")],
        help: "The indices of flows; logstash-flow-* where no configuration says.")
    var index: String?

    @Option(
        name: [.customLong("kv", withSingleDash: true), .customLong("kibana_version")],
        help: "Without effect: the server tells its version.")
    var kibanaVersion: String?

    /// The configuration with what the command line says in its place.
    ///
    /// - Throws: `ExitCode` 78 where the file is wrong.
    func conversion() throws -> IniConversion {
        var ini = IniSection()
        if let config {
            do {
                ini = try IniSection("beacon", of: String(contentsOfFile: config, encoding: .utf8), file: config)
            } catch let error as IniError {
                StandardError.write("flare: \(error)\n")
                throw ExitCode(FlareExit.configuration)
            } catch {
                StandardError.write("flare: \(config): \(error.localizedDescription)\n")
                throw ExitCode(FlareExit.configuration)
            }
        } else {
            ini.set("es_index", "logstash-flow-*")
        }
        if let host { ini.set("es_host", host) }
        if let port { ini.set("es_port", String(port)) }
        if let timeout { ini.set("es_timeout", String(timeout)) }
        if let index { ini.set("es_index", index) }
        return IniConversion(ini, file: config ?? "command line")
    }
}
