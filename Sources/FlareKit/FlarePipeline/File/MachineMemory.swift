import FoundationEssentials

/// The memory that there is for this process.
enum MachineMemory {
    /// The machine's, or what a control group leaves of it (cgroups(7)), as in a container or a systemd unit.
    static var bytes: Int64 {
        ([Int64(clamping: ProcessInfo.processInfo.physicalMemory)] + limits).min() ?? .max
    }

    private static var limits: [Int64] {
        var limits = [number(in: "/sys/fs/cgroup/memory/memory.limit_in_bytes")]
        let own =
            text(of: "/proc/self/cgroup").split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3) ?? "/"
        var folders = own.split(separator: "/")
        while true {
            limits.append(number(in: (["/sys/fs/cgroup"] + folders + ["memory.max"]).joined(separator: "/")))
            if folders.popLast() == nil { break }
        }
        return limits.compactMap(\.self)
    }

    private static func number(in path: String) -> Int64? {
        Int64(text(of: path).prefix { $0.isNumber }).flatMap { $0 > 0 ? $0 : nil }
    }

    private static func text(of path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
