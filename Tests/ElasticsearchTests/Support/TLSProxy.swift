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
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture {
                    try client.pipeline.syncOperations.addHandlers([
                        NIOSSLServerHandler(context: context), Front(to: target),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func stop() async throws { try await channel.close() }
}

/// Reaches the server behind once a client is there, and keeps what the client says until then.
private final class Front: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let target: Int
    private var server: EventLoopFuture<any Channel>?

    init(to target: Int) { self.target = target }

    func channelActive(context: ChannelHandlerContext) {
        let client = context.channel
        server = ClientBootstrap(group: context.eventLoop)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(Back(to: client))
                }
            }
            .connect(host: "127.0.0.1", port: target)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        server?.whenSuccess { $0.writeAndFlush(bytes, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { server?.whenSuccess { $0.close(promise: nil) } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What went wrong is the other side's to say.
        context.close(promise: nil)
    }
}

/// Writes what a server answers to its client.
private final class Back: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let client: any Channel

    init(to client: any Channel) { self.client = client }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        client.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { client.close(promise: nil) }
}
