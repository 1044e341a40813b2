import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Takes TLS connections at a loopback port and hands what they say to a server behind.
final class TLSProxy: Sendable {
    let port: Int
    private let channel: any Channel

    /// - Parameters:
    ///   - certificate: the name of a certificate of the fixtures.
    ///   - wantsClient: whether a client without a certificate of the test's authority is turned away.
    init(to target: Int, certificate: String, wantsClient: Bool = false) async throws {
        let folder = Repository.root.appending(path: "Tests/ElasticsearchTests/Fixtures")
        let chain = try NIOSSLCertificate.fromPEMFile(folder.appending(path: "\(certificate).pem").path)
        let key = try NIOSSLPrivateKey(file: folder.appending(path: "\(certificate).key").path, format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        if wantsClient {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .file(folder.appending(path: "ca.pem").path)
        }
        let context = try NIOSSLContext(configuration: configuration)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                }.flatMap {
                    ClientBootstrap(group: client.eventLoop).connect(host: "127.0.0.1", port: target)
                }.flatMap { server in
                    client.eventLoop.makeCompletedFuture {
                        try client.pipeline.syncOperations.addHandler(Hose(to: server))
                        try server.pipeline.syncOperations.addHandler(Hose(to: client))
                        client.setOption(.autoRead, value: true).whenSuccess { client.read() }
                    }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func stop() async throws { try await channel.close() }
}

/// Writes what a channel reads to another on the same event loop.
private final class Hose: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What went wrong is the other side's to say.
        context.close(promise: nil)
        other.close(promise: nil)
    }
}
