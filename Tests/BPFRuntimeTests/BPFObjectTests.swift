import BPFRuntime
import CBPF
import Glibc
import TestSupport
import Testing

@Suite struct `BPF objects` {
    @Test func `a program that the verifier refuses fails with its verdict`() throws {
        let folder = try TemporaryFolder()
        let program = try TestProgram(
            """
            SEC("uprobe") int wild(void *context)
            {
                return *(volatile int *)((char *)context + 1000000);
            }

            """, in: folder.path)
        let image = try program.image()
        let error = #expect(throws: BPFError.self) { _ = try BPFObject(image, name: "wild") }
        #expect(error?.operation == "load object")
        #expect(error?.code == EACCES)
        #expect(error?.log.contains("dereference of modified ctx ptr") == true, "\(error?.log ?? "")")
    }

    @Test func `what is no object, and maps of another layout, are refused`() throws {
        let bytes: [UInt8] = Array(repeating: 7, count: 256)
        bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return }
            let image = ns_image(bytes: start, size: bytes.count)
            let error = #expect(throws: BPFError.self) { _ = try BPFObject(image, name: "sevens") }
            #expect(error?.operation == "open object")
        }
        let watch = try ProcessWatch()
        #expect(throws: BPFError("use map", on: "process/processes", code: EMSGSIZE)) {
            _ = try watch.object.map("processes", key: UInt32.self, value: UInt64.self)
        }
        #expect(throws: BPFError("find map", on: "process/nothing", code: ENOENT)) {
            _ = try watch.object.map("nothing", key: UInt32.self, value: UInt64.self)
        }
    }

    @Test func `a full map says so`() throws {
        let watch = try ProcessWatch()
        let processes = try watch.processes()
        for tgid in 0..<UInt32(NS_MAX_PROCESSES) {
            let image = ns_process_image(tgid: tgid, exec_id: 0, start_boottime_ns: 0)
            try processes.set(ns_process_settings(), for: image)
        }
        let next = ns_process_image(tgid: .max, exec_id: 0, start_boottime_ns: 0)
        #expect(throws: BPFError("update map", on: "process/processes", code: E2BIG)) {
            try processes.set(ns_process_settings(), for: next)
        }
        #expect(try processes.count() == Int(NS_MAX_PROCESSES))
        let first = ns_process_image(tgid: 0, exec_id: 0, start_boottime_ns: 0)
        #expect(try processes.remove(first))
        #expect(try !processes.remove(first))
        try processes.set(ns_process_settings(), for: next)
    }

    @Test func `objects share the maps of two that came before`() throws {
        let folder = try TemporaryFolder()
        let program = try TestProgram(
            """
            struct {
                __uint(type, BPF_MAP_TYPE_ARRAY);
                __uint(max_entries, 1);
                __type(key, __u32);
                __type(value, __u64);
            } common SEC(".maps");
            SEC("uprobe") int touch(void *context)
            {
                struct ns_process_image image = ns_current_process_image();
                __u32 only = 0;
                return bpf_map_lookup_elem(&processes, &image) && bpf_map_lookup_elem(&common, &only);
            }

            """, in: folder.path)
        let watch = try ProcessWatch()
        let first = try BPFObject(program.image(), name: "first", sharingMapsOf: watch.object)
        let alone = try BPFObject(program.image(), name: "alone", sharingMapsOf: watch.object)
        let second = try BPFObject(program.image(), name: "second", sharingMapsOf: watch.object, and: first)
        let image = ns_process_image(tgid: 1, exec_id: 2, start_boottime_ns: 3)
        try watch.processes().set(ns_process_settings(), for: image)
        let processes: BPFMap<ns_process_image, ns_process_settings> = try second.map("processes")
        #expect(try processes.keys().count == 1)
        try first.map("common", key: UInt32.self, value: UInt64.self).set(5, for: 0)
        #expect(try second.map("common", key: UInt32.self, value: UInt64.self).value(of: 0) == 5)
        #expect(try alone.map("common", key: UInt32.self, value: UInt64.self).value(of: 0) == 0)
    }
}
