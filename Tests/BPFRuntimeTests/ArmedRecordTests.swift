import Testing

@testable import BPFRuntime

@Suite struct `Armed records` {
    private let record = ArmedRecord(files: [
        ArmedFile(
            device: .max, inode: 2, size: 3, changedNanoseconds: -4,
            sites: [ArmedFile.Site(offset: 5, bytes: [0x0f]), ArmedFile.Site(offset: .max, bytes: [0xcc])]),
        ArmedFile(device: 0, inode: 0, size: 0, changedNanoseconds: 0, sites: []),
    ])

    @Test func `reads back what it wrote`() {
        #expect(ArmedRecord(parsing: record.text) == record)
        #expect(ArmedRecord(parsing: ArmedRecord(files: []).text) == ArmedRecord(files: []))
    }

    @Test func `any truncation that loses something is noticed`() {
        for length in 0..<record.text.count {
            let part = ArmedRecord(parsing: String(record.text.prefix(length)))
            #expect(part == nil || part.map { record.files.starts(with: $0.files) || $0.files.count == 1 } == true)
            if !record.text.prefix(length).hasSuffix("\n") { #expect(part == nil) }
        }
    }

    @Test(arguments: [
        "", "nodespan armed 2\n", "nodespan armed 1\nsite 1 55\n", "nodespan armed 1\nfile 1 2 3\n",
        "nodespan armed 1\nfile 1 2 3 x\n", "nodespan armed 1\nfile 1 2 3 4\nsite 5 5\n",
        "nodespan armed 1\nfile 1 2 3 4\nsite 5 +5\n", "nodespan armed 1\nfile 1 2 3 4\nsite -5 55\n",
        "nodespan armed 1\nfile 1 2 3 4\nsite 5 5555555555555555\n", "nodespan armed 1\nfile 1 2 3 4\n\n",
    ])
    func `a text of another form is none`(text: String) {
        #expect(ArmedRecord(parsing: text) == nil)
    }
}
