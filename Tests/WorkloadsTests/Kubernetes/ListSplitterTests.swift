import Testing

@testable import Workloads

@Suite struct `A list of objects` {
    private func split(_ text: String) -> (objects: [String], splitter: ListSplitter) {
        var splitter = ListSplitter()
        let objects = text.utf8.compactMap { splitter.take($0) }
        return (objects.map { String(decoding: $0, as: UTF8.self) }, splitter)
    }

    @Test func `is taken apart, whatever its objects hold`() throws {
        let objects = [
            #"{"metadata":{"name":"a"}}"#, #"{"text":"}],{\"items\":[{\\"}"#, "{}", "[{}]",
            #"{"items":[{"items":[1]}]}"#,
        ]
        let (found, splitter) = split(
            """
            {"kind":"List","metadata":{"resourceVersion":"77","continue":"abc","items":[{}]}, "items" : [
             \(objects.joined(separator: " ,\n")) ],"more":[{}]}
            """)
        #expect(found == objects)
        let list: ListMetadata = try KubernetesJSON.decode(from: splitter.frame)
        #expect(list == ListMetadata(resourceVersion: "77", continuation: "abc"))
        #expect(splitter.object.isEmpty)
    }

    @Test(arguments: [#""items":null"#, #""items":[]"#, #""items": [ ]"#, #""kind":"items""#])
    func `may be empty`(items: String) throws {
        let (found, splitter) = split("{\(items),\"metadata\":{\"resourceVersion\":\"1\"}}")
        let list: ListMetadata = try KubernetesJSON.decode(from: splitter.frame)
        #expect(found.isEmpty && list == ListMetadata(resourceVersion: "1", continuation: ""))
    }

    @Test(arguments: [
        "", "{", "{}", "[]", "]]]]", "<html>{", #"{"metadata":{}}"#,
        #"{"metadata":{"resourceVersion":"1"},"items":[{}"#,
        #"{"metadata":{"resourceVersion":"1"},"items":[nonsense]}"#,
        #"{"kind":"Status","metadata":{},"code":200}"#,
    ])
    func `is no other text, nor a part of one`(text: String) {
        let (_, splitter) = split(text)
        #expect(throws: UnreadableObject.self) { try KubernetesJSON.decode(ListMetadata.self, from: splitter.frame) }
    }
}
