/// The program's functions in order of address: pclntab's table of (entry, record) pairs and the records it points to.
struct FunctionTable: Sendable {
    let image: Image
    let header: FunctionTableHeader
    let module: ModuleData

    /// A function's longest name, in bytes.
    static let nameLimit = 64 << 10

    /// Image-relative address of the table.
    var start: UInt64 { header.address + header.functions }

    /// The position in the table of the function that an address is in.
    func index(containing address: UInt64) throws(GoBinaryError) -> UInt64? {
        guard let offset = module.textSections.offset(of: address) else { return nil }
        var (low, high) = (UInt64(0), header.functionCount)
        while low < high {
            let middle = low + (high - low) / 2
            if try entry(middle) <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0, offset < (try entry(low)) else { return nil }
        return low - 1
    }

    func function(containing address: UInt64) throws(GoBinaryError) -> Function? {
        guard let index = try index(containing: address) else { return nil }
        return try function(FunctionRecord(index, in: self))
    }

    func function(_ record: FunctionRecord) throws(GoBinaryError) -> Function {
        try function(named: try name(at: try record.name()), entry: record.entry, next: record.end)
    }

    /// The last row has an entry only: the end of the code.
    private func entry(_ index: UInt64) throws(GoBinaryError) -> UInt32 {
        try image.load(UInt32.self, at: start + index * 8, "table of functions")
    }

    /// Makes a function of what the table has about it.
    func function(named name: String, entry: UInt32, next: UInt32) throws(GoBinaryError) -> Function {
        guard let addresses = module.textSections.addresses(from: entry, to: next),
            let offset = image.fileOffset(of: addresses.lowerBound, count: addresses.upperBound - addresses.lowerBound)
        else { throw .corrupt("function \(name) outside the program's code") }
        return Function(
            name: name, address: addresses.lowerBound, size: addresses.upperBound - addresses.lowerBound,
            fileOffset: offset)
    }

    /// The name at an offset in the names.
    func name(at offset: UInt32) throws(GoBinaryError) -> String {
        let what = "name of a function"
        let length = header.names.upperBound - header.names.lowerBound
        guard UInt64(offset) < length else { throw .corrupt(what) }
        let limit = min(length - UInt64(offset), UInt64(Self.nameLimit))
        let address = header.address + header.names.lowerBound + UInt64(offset)
        var window = Window(capacity: Int(min(limit, 256)))
        var bytes: [UInt8] = []
        while bytes.count < limit {
            guard let position = image.fileOffset(of: address + UInt64(bytes.count)) else { throw .corrupt(what) }
            try window.fill(from: image.file.source, at: position)
            let part = window.withBytes { $0.prefix { $0 != 0 }.map { $0 } }
            bytes += part
            if part.count < window.count { return String(programText: bytes) }
            guard window.count > 0 else { throw .truncated(what) }
        }
        throw .corrupt(what)
    }
}

extension FunctionTable {
    /// The function table and the module data that refers to it, or nil if the file has no function table.
    static func find(in image: Image) throws(GoBinaryError) -> FunctionTable? {
        if let header = try FunctionTableHeader.inSections(of: image),
            let module = try ModuleData.find(for: header, in: image)
        {
            return FunctionTable(image: image, header: header, module: module)
        }
        let headers = try FunctionTableHeader.scanning(image)
        for header in headers {
            guard let module = try ModuleData.find(for: header, in: image) else { continue }
            return FunctionTable(image: image, header: header, module: module)
        }
        guard headers.isEmpty else { throw .corrupt("function table (pclntab) without module data") }
        return nil
    }
}
