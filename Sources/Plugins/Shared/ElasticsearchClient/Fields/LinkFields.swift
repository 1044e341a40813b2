import FlareKit

extension Field {
    /// Filled by the enricher `kibana`.
    package static let kibanaLink = Field("kibana_url", .text, "Kibana's Discover at the channel's records.")
    /// Filled by the enricher `evebox`.
    package static let eveboxLink = Field("evebox_url", .text, "EveBox's search for the two addresses.")
}
