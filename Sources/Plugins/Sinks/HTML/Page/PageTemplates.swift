import FlareKit
import Foundation
import Mustache

/// What the page is made of: templates, style and script, carried inside the command.
struct PageTemplates: Sendable {
    /// Parsed once; a mistake in a template is found by the first test that writes a page.
    static let standard = Result { try PageTemplates() }

    private static let style =
        text(PackageResources.tokens_css) + text(PackageResources.page_css)
        + text(PackageResources.findings_css) + text(PackageResources.pictures_css)
    /// Runs before anything is drawn, so that no page flashes in the wrong colours.
    private static let early = text(PackageResources.early_js)
    /// The parts of the script, each in its own scope's shared object, in the order in which they need each other.
    private static let script =
        [
            PackageResources.data_js, PackageResources.clock_js, PackageResources.readable_js,
            PackageResources.strips_js, PackageResources.article_js, PackageResources.actions_js,
            PackageResources.selection_js, PackageResources.facets_js, PackageResources.table_js,
            PackageResources.overview_js, PackageResources.keys_js, PackageResources.start_js,
        ].map(text).joined()

    private let library: MustacheLibrary

    private init() throws {
        MustacheContentTypes.register(PageContent(), named: PageContent.name)
        let sources = [
            "article": PackageResources.article_mustache, "empty": PackageResources.empty_mustache,
            "head": PackageResources.head_mustache, "looked": PackageResources.looked_mustache,
            "dropped": PackageResources.dropped_mustache, "page": PackageResources.page_mustache,
        ]
        library = MustacheLibrary(templates: try sources.mapValues { try MustacheTemplate(string: Self.text($0)) })
    }

    /// A page.
    ///
    /// - Parameters:
    ///   - content: what the templates name.
    ///   - columnStyle: the rules of the table's columns, which follow from the columns.
    func page(_ content: [String: Any], columnStyle: String) throws -> String {
        let style = Self.style + columnStyle
        var content = content
        content["style"] = style
        content["early"] = Self.early
        content["script"] = "(() => {\n\"use strict\";\n" + Self.script + "})();\n"
        let scripts = [Self.early, content["script"] as? String ?? ""].map(Self.hash).joined(separator: " ")
        content["policy"] =
            "default-src 'none'; script-src \(scripts); style-src \(Self.hash(style)); img-src data:; "
            + "base-uri 'none'; form-action 'none'"
        return try render(content, "page")
    }

    /// A part of a page, by the name of its template.
    func render(_ content: [String: Any], _ name: String) throws -> String {
        guard let text = library.render(content, withTemplate: name) else {
            throw PluginError(
                "the template \(name) is missing from this build", remedy: "report this as a fault of Flare")
        }
        return text
    }

    /// A source of the Content-Security-Policy: the SHA-256 of the bytes between the tags (CSP level 3, section 2.3.1).
    private static func hash(_ text: String) -> String {
        "'sha256-\(Data(SHA256.digest(text.utf8)).base64EncodedString())'"
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
