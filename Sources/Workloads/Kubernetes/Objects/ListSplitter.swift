/// Takes the objects out of a list (`{"metadata": {}, "items": [{}, {}]}`) while it is received, so that one at a time is
/// held: what the API server has at hand it sends all at once, however small the pages that were asked for.
struct ListSplitter {
    /// The list without its objects.
    private(set) var frame: [UInt8] = []
    /// The object that has begun.
    private(set) var object: [UInt8] = []
    private var depth = 0
    private var isInText = false
    private var isEscaped = false
    /// The last text of the list itself. Of an array that follows it is the name.
    private var name: [UInt8] = []
    private var isInItems = false

    private static let items = Array("items".utf8)

    private var isInObject: Bool { isInItems && depth > 2 }

    /// - Parameter byte: the next one.
    /// - Returns: the object that ends with it, as JSON.
    mutating func take(_ byte: UInt8) -> [UInt8]? {
        let wasInObject = isInObject
        if isInText {
            continueText(byte)
        } else {
            switch byte {
            case UInt8(ascii: "\""):
                isInText = true
                if depth == 1 { name = [] }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth == 2, byte == UInt8(ascii: "[") { isInItems = name == Self.items }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 1 { isInItems = false }
            case UInt8(ascii: ",") where isInItems && depth == 2: return nil
            default: break
            }
        }
        if isInObject {
            object.append(byte)
        } else if wasInObject {
            defer { object = [] }
            return object + [byte]
        } else {
            frame.append(byte)
        }
        return nil
    }

    private mutating func continueText(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInText = false
            return
        }
        if depth == 1 { name.append(byte) }
    }
}
