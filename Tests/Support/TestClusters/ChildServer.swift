import Foundation
import Glibc

/// A program that runs beside the tests and ends with them, however they end: a shell kills it, and removes its folder,
/// once nobody holds the other end of the shell's input.
package final class ChildServer: Sendable {
    private let shell: pid_t
    private let hold: Int32

    /// - Parameter arguments: the program and its arguments, with a fresh folder of its own.
    package init(_ arguments: (_ folder: String) -> [String]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "flare-cluster-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        hold = ends[1]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        for output in [Int32(1), 2] {
            posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
        }
        // Somebody else's pipes would not end while a server holds them too, so that all but the three are closed.
        let script =
            #"for f in /proc/$$/fd/*; do n=${f##*/}; ((n > 2)) && eval "exec $n>&-"; done; "#
            + #"folder=$1; shift; "$@" </dev/null & child=$!; read -r _; kill -9 $child; rm -rf "$folder""#
        let words = ["/bin/bash", "-c", script, "bash", folder.path] + arguments(folder.path)
        var pointers = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/bin/bash", &actions, nil, &pointers, environ)
        close(ends[0])
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
        shell = pid
    }

    deinit {
        close(hold)
        waitpid(shell, nil, 0)
    }
}
