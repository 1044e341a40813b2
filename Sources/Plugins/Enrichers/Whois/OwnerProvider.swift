import FlareKit

/// What a provider says of an address.
enum OwnerAnswer: Hashable, Sendable {
    case owner(AddressOwner)
    /// It was asked, and there is nothing about the address.
    case unknown
    /// It could not be asked, or its answer makes no sense.
    case failed(String)
}

/// Somebody who knows owners of addresses.
protocol OwnerProvider: Sendable {
    /// What configuration and reports call it.
    var name: String { get }
    /// What it sends to whom, as a sentence; `nil` for what stays on this machine.
    var disclosure: String? { get }
    /// Looks addresses up, each once.
    ///
    /// - Parameter deadline: it has answered by then, for what it did not get to with `failed`.
    /// - Returns: an answer for every address.
    func answers(to addresses: [IPAddress], by deadline: ContinuousClock.Instant) async -> [IPAddress: OwnerAnswer]
}

/// A provider that answers from files, at once.
protocol LocalOwnerProvider: Sendable {
    var name: String { get }
    /// What is known of an address; `nil` for nothing.
    func owner(of address: IPAddress) -> AddressOwner?
    /// The same with what its files hold now; itself where they did not change.
    func refreshed() throws -> any LocalOwnerProvider
}
