/// What more than one library needs.
extension PathNeed {
    /// bufio/bufio.go
    static let bufferedWriter = PathNeed(
        "bytes not yet sent",
        [
            FieldName(.bufioWriter, "buf", .slice), FieldName(.bufioWriter, "n", .word),
            FieldName(.bufioWriter, "wr", .interface),
        ])

    /// The chain of contexts, through which a request finds the span that it belongs to (context/context.go).
    static let contextValues = PathNeed(
        "values of a context",
        [
            FieldName(TypeName("context", "valueCtx"), "Context", .interface),
            FieldName(TypeName("context", "valueCtx"), "key", .interface),
            FieldName(TypeName("context", "valueCtx"), "val", .interface),
            FieldName(TypeName("context", "cancelCtx"), "Context", .interface),
            FieldName(TypeName("context", "timerCtx"), "Context", .interface),
        ])
}

extension TypeName {
    fileprivate static let bufioWriter = TypeName("bufio", "Writer")
}
