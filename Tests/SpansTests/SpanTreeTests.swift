import Testing

@testable import Spans

@Suite struct SpanTreeTests {
    private func shape(_ rows: [SpanTree.Row]) -> [String] {
        rows.map { "\($0.relation) \($0.span.spanID.value) \($0.isLast.map { $0 ? "└" : "├" }.joined())" }
    }

    @Test func rootsAndRemoteParentsAreShownAtOnce() {
        var tree = SpanTree()
        #expect(shape(tree.add(sampleSpan(id: 1), nowNS: 0)) == ["root 1 "])
        #expect(
            shape(tree.add(sampleSpan(id: 2, parent: 1, parentIsRemote: true), nowNS: 0)) == ["remoteParent 2 "])
    }

    @Test func childrenAreShownBelowTheirParentInTheOrderOfTheirStart() {
        var tree = SpanTree()
        let spans = [
            sampleSpan(id: 4, parent: 3), sampleSpan(id: 3, parent: 1, startUnixNano: 20),
            sampleSpan(id: 2, parent: 1, startUnixNano: 10), sampleSpan(trace: 2, id: 9, parent: 1),
        ]
        for span in spans { #expect(tree.add(span, nowNS: 0).isEmpty) }
        #expect(
            shape(tree.add(sampleSpan(id: 1, parent: 77, parentIsRemote: true), nowNS: 0))
                == ["remoteParent 1 ", "child 2 ├", "child 3 └", "child 4 └└"])
        #expect(shape(tree.drain()) == ["orphan 9 "])
    }

    @Test func waitingEndsInTimeAndKeepsTreesTogether() {
        var tree = SpanTree(patienceNS: 10)
        _ = tree.add(sampleSpan(id: 3, parent: 2), nowNS: 0)
        _ = tree.add(sampleSpan(id: 2, parent: 1), nowNS: 5)
        _ = tree.add(sampleSpan(trace: 2, id: 8, parent: 1), nowNS: 9)
        #expect(tree.expire(nowNS: 9).isEmpty)
        #expect(shape(tree.expire(nowNS: 10)) == ["orphan 2 ", "child 3 └"])
        #expect(shape(tree.expire(nowNS: 19)) == ["orphan 8 "])
        #expect(tree.drain().isEmpty)
    }

    @Test func onlySoManyWait() {
        var tree = SpanTree(capacity: 2)
        #expect(tree.add(sampleSpan(id: 1, parent: 11), nowNS: 0).isEmpty)
        #expect(tree.add(sampleSpan(id: 2, parent: 12), nowNS: 0).isEmpty)
        #expect(shape(tree.add(sampleSpan(id: 3, parent: 13), nowNS: 0)) == ["orphan 1 "])
        #expect(shape(tree.drain()) == ["orphan 2 ", "orphan 3 "])
    }

    @Test func aRingOfParentsIsShownOnce() {
        var tree = SpanTree()
        _ = tree.add(sampleSpan(id: 1, parent: 2), nowNS: 0)
        _ = tree.add(sampleSpan(id: 2, parent: 1), nowNS: 0)
        _ = tree.add(sampleSpan(id: 3, parent: 3), nowNS: 0)
        #expect(Set(tree.drain().map(\.span.spanID.value)) == [1, 2, 3])
        #expect(tree.drain().isEmpty)
    }

    /// Whatever comes in whatever order, every span comes out exactly once.
    @Test func nothingIsLostAndNothingIsShownTwice() {
        var generator = SplitMix(state: 7)
        var tree = SpanTree(patienceNS: 50, capacity: 20)
        var shown: [UInt64] = []
        for id in 1...2_000 as ClosedRange<UInt64> {
            let hasParent = Bool.random(using: &generator)
            let parent = UInt64.random(in: max(1, id &- min(id, 30))...(id + 30), using: &generator)
            let span = sampleSpan(trace: id % 2, id: id, parent: hasParent ? parent : nil)
            shown += tree.add(span, nowNS: id).map(\.span.spanID.value)
            shown += tree.expire(nowNS: id).map(\.span.spanID.value)
        }
        shown += tree.drain().map(\.span.spanID.value)
        #expect(shown.sorted() == Array(1...2_000))
    }
}
