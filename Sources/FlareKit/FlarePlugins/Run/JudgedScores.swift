import FlareModel

/// The scores of a detector's judgements, by channel; few runs ask for them.
package struct JudgedScores: Sendable {
    let table: ChannelTable
    let channels: [(channel: ChannelID, score: Double)]

    package init(table: ChannelTable, channels: [(channel: ChannelID, score: Double)]) {
        (self.table, self.channels) = (table, channels)
    }

    var byKey: [ChannelKey: Double] {
        Dictionary(uniqueKeysWithValues: channels.map { (table.key(of: $0.channel), $0.score) })
    }
}
