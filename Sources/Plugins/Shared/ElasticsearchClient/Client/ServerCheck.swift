import FlareKit

extension CheckRemark {
    /// What went wrong with the check itself.
    package init(failure: any Error) {
        switch failure {
        case let error as ClusterError: self.init(.wrong, "\(error.place): \(error.what)", remedy: error.remedy)
        case let error as PluginError:
            self.init(.wrong, (error.place.map { "\($0): " } ?? "") + error.what, remedy: error.remedy)
        default: self.init(.wrong, "\(failure)")
        }
    }
}

/// What a cluster says of itself.
package struct ServerCheck {
    private let cluster: Cluster
    private let now: Timestamp

    /// Clocks that differ by more than this may put flows outside of a window, in seconds.
    private static let toleratedSeconds: Int64 = 5

    package init(cluster: Cluster, now: Timestamp) { (self.cluster, self.now) = (cluster, now) }

    package func remarks() async -> [CheckRemark] {
        var remarks = cluster.remarks.map { CheckRemark(.doubtful, $0) }
        let name = cluster.server.clusterName.isEmpty ? "" : ", cluster \(cluster.server.clusterName)"
        remarks.append(CheckRemark(.fine, "\(cluster.client.name) is \(cluster.server)\(name)"))
        do {
            let answer = try await cluster.client.answer(ClusterClient.Request(.get, "/_cluster/health")) { $0 }
            let status = (try? JSON(parsing: answer.body))?["status"]?.text ?? "unknown"
            remarks.append(CheckRemark(status == "red" ? .doubtful : .fine, "the cluster's health is \(status)"))
            if let difference = Self.difference(answer.date, now) {
                let text = "the server's clock differs by \(difference) s"
                remarks.append(CheckRemark(abs(difference) > Self.toleratedSeconds ? .doubtful : .fine, text))
            }
        } catch {
            remarks.append(CheckRemark(.doubtful, "the cluster's health is not told: \(error)"))
        }
        return remarks
    }

    /// How far a server's clock is ahead, by its `Date` header (RFC 9110, section 5.6.7), in seconds.
    package static func difference(_ date: String?, _ now: Timestamp) -> Int64? {
        guard let parts = date?.split(separator: " "), parts.count == 6,
            let month = months.firstIndex(of: String(parts[2])),
            let moment = Timestamp(
                "\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z")
        else { return nil }
        return moment.nanoseconds(since: now) / 1_000_000_000
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
