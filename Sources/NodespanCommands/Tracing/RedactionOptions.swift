import ArgumentParser
import Spans

struct RedactionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A query parameter whose value is a secret; repeatable.",
            discussion:
                "In url.query and url.full it becomes REDACTED, as do access_token, those that sign requests to "
                + "storage services, and every user name and password.", valueName: "name"))
    var redactQuery: [String] = []

    @Option(
        help: ArgumentHelp(
            "An attribute whose value is not to be told; repeatable.",
            discussion:
                "It becomes REDACTED, on spans and resources. * stands for any characters: 'client.*'.",
            valueName: "key"))
    var redactAttribute: [String] = []

    func validate() throws {
        if redactAttribute.contains("") { throw ValidationError("an empty --redact-attribute matches nothing") }
    }

    var redaction: SpanRedaction {
        SpanRedaction(
            query: QueryRedaction(further: redactQuery),
            attributes: redactAttribute.compactMap(KeyPattern.init).map { AttributeRule(key: $0, action: .redact) })
    }
}
