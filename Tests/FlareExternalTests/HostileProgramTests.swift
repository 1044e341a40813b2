import FlareKit
import FlareKitTesting
import Foundation
import Testing

@testable import FlareExternal
@testable import FlarePipeline

@Suite("A program from outside that misbehaves ends, with a sentence that says why")
struct HostileProgramTests {
    /// Judges the three channels.
    static let judgements =
        #"{"id":3,"judgements":[null,{"score":0.5,"summary":"half","techniques":["T1071.004"]},null]}"#

    @Test("one that answers as it should is heard")
    func wellBehaved() async throws {
        let outcome = try await ShellPlugin("read -r judge; echo '\(Self.judgements)'; read -r end").run()
        #expect(outcome.findings.map(\.summary) == ["half"])
        #expect(outcome.findings.first?.texts("techniques") == ["T1071.004"])
        #expect(outcome.findings.first?.source == IPAddress("10.0.0.1"))
    }

    @Test(
        "nonsense is named",
        arguments: [
            ("echo 'hello world'", "it wrote a line that is no JSON (no value begins at byte 0): hello world"),
            (#"printf '{"id":3,"judgements":"\377"}\n'"#, "a text is not UTF-8 at byte 23"),
            (#"echo '{"judgements":[]}'"#, "a line has no id"),
            (#"echo '{"id":3}'"#, "there is no list \"judgements\""),
            (#"echo '{"id":3,"judgements":[null]}'"#, "1 judgements of 3 channels"),
            (
                #"echo '{"id":3,"judgements":[null,null,{"score":2,"summary":"s"}]}'"#,
                "the score 2 is no number from 0 to 1"
            ),
            (#"echo '{"id":3,"judgements":[null,null,{"score":1}]}'"#, "a finding has no \"summary\""),
            (
                #"echo '{"id":3,"judgements":[null,null,{"score":1,"summary":"s","evidence":{"gap":1}}]}'"#,
                "the evidence \"gap\" was not declared"
            ),
            (
                #"echo '{"id":3,"judgements":[null,null,{"score":1,"summary":"s","techniques":["beacon"]}]}'"#,
                "\"beacon\" is no id of ATT&CK"
            ),
            (#"echo '{"id":77,"judgements":[]}'"#, "it answered question 77, which was never asked"),
            (#"echo '{"id":2}'"#, "it answered question 2 twice"),
            (#"echo '{"id":3,"error":"no licence"}'"#, "it gave up: no licence"),
        ])
    func nonsense(line: String, said: String) async {
        #expect(await ShellPlugin("read -r judge; \(line); read -r end").failure().contains(said))
    }

    @Test("an id answered twice is an error though both answers came at once")
    func answeredTwice() async {
        let said = await ShellPlugin(
            "read -r judge; printf '%s\\n%s\\n' '\(Self.judgements)' '\(Self.judgements)'; read -r settle; read -r end",
            introduction: ShellPlugin.introduction.replacingOccurrences(
                of: "\"summary\"", with: "\"settles\":true,\"summary\""),
            settles: true
        ).failure()
        #expect(said.contains("it answered question 3 twice"))
    }

    @Test("output without an end of line is cut off at the limit")
    func endlessLine() async {
        let plugin = ShellPlugin("read -r judge; head -c 3000000000 /dev/zero; read -r end") {
            $0.line = .megabytes(2)
        }
        #expect(await plugin.failure().contains("it wrote more than 2 MB without an end of line"))
    }

    @Test("a flood on standard error is cut off at the limit")
    func floodOfErrors() async {
        let plugin = ShellPlugin("read -r judge; yes $(head -c 9000 /dev/zero | tr '\\0' y) >&2") {
            $0.errors = .megabytes(1)
        }
        #expect(await plugin.failure().contains("it wrote more than 1 MB to standard error"))
    }

    @Test("death in the middle of a line says after how many bytes")
    func deathInMidLine() async {
        #expect(
            await ShellPlugin("read -r judge; printf '{\"id\":3,'; exit 3").failure()
                .contains("it ended with exit code 3 in the middle of a line, after 8 bytes of it"))
    }

    @Test("death before an answer quotes the last words")
    func deathBeforeAnswer() async {
        #expect(
            await ShellPlugin("read -r judge; echo 'out of luck' >&2; exit 4").failure()
                .contains("it ended with exit code 4 before it answered; its last words: out of luck"))
    }

    @Test("a child that outlives its parent and holds its streams is not waited for, and is ended too")
    func descendant() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "flare-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let said = await ShellPlugin("read -r judge; sleep 1000 & echo $! > \(folder.path); exit 5").failure()
        #expect(said.contains("it ended with exit code 5"))
        let text = try String(contentsOf: folder, encoding: .utf8)
        let child = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        // It was told to end before the run failed; whoever adopts it may not have buried it yet.
        let deadline = ContinuousClock().now.advanced(by: .seconds(20))
        var isGone = false
        while !isGone, ContinuousClock().now < deadline {
            let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
            isGone = state.map { $0.contains(") Z ") || !$0.contains("(sleep)") } ?? true
            await Task.yield()
        }
        #expect(isGone)
    }

    @Test("one that hangs is ended at its deadline")
    func hangs() async {
        let plugin = ShellPlugin("read -r judge; sleep 1000") { $0.answer = .milliseconds(300) }
        #expect(await plugin.failure().contains("it gave no answer to \"judge\" for 300ms"))
    }

    @Test("one that does not introduce itself is ended at its deadline")
    func hangsAtStart() async {
        let plugin = ShellPlugin("sleep 1000", introduction: "") { $0.start = .milliseconds(300) }
        #expect(await plugin.failure().contains("it gave no answer to \"hello\" for 300ms"))
    }

    @Test("memory and processor time are limited")
    func limits() async throws {
        let outcome = try await ShellPlugin(
            """
            read -r judge
            echo "{\\"id\\":3,\\"judgements\\":[null,null,{\\"score\\":1,\\"summary\\":\\"$(ulimit -v) $(ulimit -t)\\"}]}"
            read -r end
            """
        ) {
            $0.memory = .kibibytes(100_000)
            $0.cpu = .seconds(7)
        }.run()
        #expect(outcome.findings.map(\.summary) == ["100000 7"])
    }

    @Test("it has a few variables of the environment, three descriptors, and a session of its own")
    func surroundings() async throws {
        setenv("FLARE_TEST_PASSWORD", "hidden", 1)
        let outcome = try await ShellPlugin(
            """
            read -r judge
            count=0
            for number in 3 4 5 6 7 8 9 11 12 13 14 15 16 17 18 19 20; do
              test -e /proc/$$/fd/$number && count=$((count + 1))
            done
            said="$(env | grep -c PASSWORD) $count"
            test "$(cut -d' ' -f6 /proc/$$/stat)" = $$ && said="$said leader"
            echo "{\\"id\\":3,\\"judgements\\":[null,null,{\\"score\\":1,\\"summary\\":\\"$said\\"}]}"
            read -r end
            """
        ).run()
        #expect(outcome.findings.map(\.summary) == ["0 0 leader"])
    }

    /// Whether bubblewrap is installed and may be used here, which not every container allows.
    static let hasBubblewrap: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/bwrap")
        process.arguments = ["--ro-bind", "/", "/", "--unshare-all", "true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test(
        "inside bubblewrap it has no network and writes no files",
        .enabled(if: hasBubblewrap, "bubblewrap is not installed, or not allowed here"))
    func bubblewrap() async throws {
        let outcome = try await ShellPlugin(
            """
            read -r judge
            said="$(grep -c : /proc/net/dev) interface"
            touch /var/tmp/flare-test 2>/dev/null && said="$said, writes"
            echo "{\\"id\\":3,\\"judgements\\":[null,null,{\\"score\\":1,\\"summary\\":\\"$said\\"}]}"
            read -r end
            """, sandbox: .bubblewrap
        ).run()
        #expect(outcome.findings.map(\.summary) == ["1 interface"])
    }

    @Test("where the run may go on without it, it does, and is not whole")
    func goesOn() async throws {
        let outcome = try await ShellPlugin("read -r judge; exit 1", onFailure: .goOn).run()
        #expect(outcome.findings.isEmpty)
        #expect(
            outcome.conditions.map(\.description).contains {
                $0.contains("detector \"shell\"") && $0.contains("it ended with exit code 1")
            })
    }

    @Test("a program that is not there is named")
    func missing() async {
        var plugin = ShellPlugin("").descriptor
        plugin = PluginDescriptor(
            kind: .detector, name: "gone", summary: "", origin: .executable(["./nothing-here"], folder: "/tmp"),
            options: [], evidence: [], make: nil)
        let made = try? ExternalPlugins.maker(plugin, OptionValues([:], defaultsOf: []), PluginContext())
        let detector = made as? ProgramDetector
        await #expect(throws: (any Error).self) {
            _ = try await detector?.program.ask("judge")
        }
        #expect(detector?.failure?.contains("there is no program \"./nothing-here\" in /tmp") == true)
    }

    @Test("one that describes itself otherwise than it was recorded is refused")
    func differs() async {
        let introduction = ShellPlugin.introduction.replacingOccurrences(
            of: #""summary":"A test.""#,
            with: #""summary":"A test.","options":[{"name":"more","type":"integer","meaning":"m"}]"#)
        let said = await ShellPlugin("", introduction: introduction).failure()
        #expect(said.contains("otherwise than plugins.yaml records: option \"more\" is new"))
    }

    @Test("a version of the protocol that is not spoken here is refused")
    func otherVersion() async {
        let introduction = ShellPlugin.introduction.replacingOccurrences(of: #""protocol":1"#, with: #""protocol":2"#)
        let said = await ShellPlugin("", introduction: introduction).failure()
        #expect(said.contains("it speaks version 2 of the protocol, and this command version 1"))
    }

    @Test("a cancelled run does not wait for an answer")
    func cancelled() async {
        let meter = ReadMeter()
        let plugin = ShellPlugin("read -r judge; sleep 1000")
        let run = Task { try await plugin.run(cancelledBy: meter) }
        while meter.current.step != "judge" { await Task.yield() }
        meter.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
    }
}
