import ArgumentParser
import FlareKit
import Foundation
import Whois

/// Looks owners up by hand.
struct WhoisCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whois",
        abstract: "Tells who holds addresses.",
        discussion: """
            By the same providers as the enricher whois: those of a pipeline file, or those that are named.

            Example: flare whois 160.153.76.129 --whois-from GeoLite2-ASN.mmdb
            Example: flare whois 160.153.76.129 --pipeline home.yaml
            """)

    @Argument(help: "IP addresses.")
    var addresses: [String]

    @Option(help: "A pipeline file, whose enricher whois is asked.", completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String?

    @OptionGroup var owners: OwnerOptions
    @OptionGroup var overrides: PipelineOverrides

    func validate() throws {
        if addresses.isEmpty { throw ValidationError("name an address") }
        for text in addresses where IPAddress(text) == nil { throw ValidationError("'\(text)' is no IP address") }
    }

    func run() async throws {
        LogFormat.text.bootstrap(isQuiet: false)
        try await Failure.guarded {
            let asked = addresses.compactMap { IPAddress($0) }
            let (found, remarks) = try await enricher().lookups(of: asked)
            for remark in remarks { StandardError.write(TerminalText.safe("flare: note: \(remark)\n")) }
            var rows = [["address", "as", "country", "prefix", "registry", "owner"]]
            for address in asked {
                let lookup = found[address]
                let owner = lookup?.owner
                rows.append([
                    address.description, owner?.asNumber.map { "AS\($0)" } ?? "", owner?.country ?? "",
                    owner?.prefix ?? "", owner?.registry ?? "", lookup?.label ?? "unknown",
                ])
                for failure in lookup?.failures ?? [] {
                    StandardError.write(TerminalText.safe("flare: warning: \(address): \(failure)\n"))
                }
            }
            for line in TextTable.lines(rows) { try StandardOutput.print(TerminalText.safe(line)) }
            if found.values.contains(where: { !$0.failures.isEmpty }) { throw ExitCode(FlareExit.notWhole) }
        }
    }

    private func enricher() throws -> WhoisEnricher {
        let stages: [Pipeline.Stage<any Enricher>]
        if let pipeline {
            stages = try overrides.definition(of: pipeline).pipeline.enrichers
        } else {
            var draft = PipelineDraft()
            draft.sources = [PipelineDraft.plugin("eve", ("paths", "[-]"))]
            var asked = owners
            asked.whois = true
            draft.enrichers = try asked.enrichers()
            draft.detectors = [PipelineDraft.plugin("beacon")]
            draft.sinks = [PipelineDraft.plugin("table")]
            stages = try draft.definition(overrides).pipeline.enrichers
        }
        guard let enricher = stages.lazy.compactMap({ $0.plugin as? WhoisEnricher }).first else {
            throw PluginError(
                "it has no enricher whois", at: pipeline ?? "the command line", remedy: "add one to enrichers")
        }
        return enricher
    }
}
