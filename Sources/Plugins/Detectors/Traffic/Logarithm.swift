#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Double {
    /// To the base of 10.
    var logarithm: Double { log10(self) }
}
