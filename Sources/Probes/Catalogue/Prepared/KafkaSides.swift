/// kafka-go 0.4 (writer.go, reader.go, message.go, protocol).
extension PreparedSide {
    static let kafkaWriter = PreparedSide(
        name: "github.com/segmentio/kafka-go writer",
        anchors: [Kafka.method("Writer", "WriteMessages")],
        functions: [
            FunctionNeed("begins and ends a call that sends messages", Kafka.method("Writer", "WriteMessages")),
            FunctionNeed("sends a batch to a partition", Kafka.method("Writer", "produce")),
            FunctionNeed("sends a request", Kafka.method("Client", "roundTrip")),
            FunctionNeed("has the connection", "\(Kafka.package)/protocol.RoundTrip"),
        ],
        fields: [
            PathNeed("topic", [FieldName(Kafka.writer, "Topic", .string)]),
            PathNeed("address of the broker", [FieldName(Kafka.writer, "Addr", .interface)]),
            Kafka.message,
            Kafka.header,
            PathNeed(
                "connection", [FieldName(TypeName("\(Kafka.package)/protocol", "Conn"), "conn", .interface)]),
        ])

    static let kafkaReader = PreparedSide(
        name: "github.com/segmentio/kafka-go reader",
        anchors: [Kafka.method("Reader", "FetchMessage")],
        functions: [
            FunctionNeed("hands a message over", Kafka.method("Reader", "FetchMessage")),
            FunctionNeed("reads messages", Kafka.method("reader", "read")),
            FunctionNeed("has the message that was read", Kafka.method("reader", "sendMessage")),
        ],
        fields: [
            PathNeed("consumer group", [FieldName(Kafka.reader, "config.GroupID", .string)]),
            PathNeed("addresses of the brokers", [FieldName(Kafka.reader, "config.Brokers", .slice)]),
            // The type `reader` isn't among a program's: a reader is never anywhere but on the stack of its goroutine. But
            // `read` is given the connection.
            PathNeed(
                "topic and partition being read",
                [
                    FieldName(Kafka.connection, "topic", .string), FieldName(Kafka.connection, "partition", .half),
                    FieldName(Kafka.connection, "conn", .interface),
                ]),
            Kafka.message,
            Kafka.header,
        ])
}

private enum Kafka {
    static let package = "github.com/segmentio/kafka-go"
    static let writer = TypeName(package, "Writer")
    static let reader = TypeName(package, "Reader")
    static let connection = TypeName(package, "Conn")
    private static let messageType = TypeName(package, "Message")
    private static let headerType = TypeName("\(package)/protocol", "Header")

    static func method(_ type: String, _ name: String) -> String { "\(package).(*\(type)).\(name)" }

    static let message = PathNeed(
        "message",
        [
            FieldName(messageType, "Topic", .string), FieldName(messageType, "Partition", .word),
            FieldName(messageType, "Offset", .word), FieldName(messageType, "Key", .slice),
            FieldName(messageType, "Headers", .slice),
        ])
    static let header = PathNeed(
        "header of a message", [FieldName(headerType, "Key", .string), FieldName(headerType, "Value", .slice)])
}
