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

    var redaction: QueryRedaction { QueryRedaction(further: redactQuery) }
}
