/// Takes a function's traceback information about its arguments apart: pairs of an offset and a size, and marks between
/// them (`internal/abi.TraceArgs...`).
struct ArgumentReader {
    /// By argument.
    private(set) var arguments: [Argument] = []
    private(set) var shape = ""

    struct Argument {
        var components: [Component] = []
        /// It has components that aren't listed, as far as is known.
        var isPartial = false
        /// Part of it looks like an array, which would put all of it on the stack: four or more components of one size, or
        /// several of one size below a pointer's. Strings, slices and interfaces don't.
        var mayBeArray = false
    }

    struct Component {
        /// Both in bytes; neither is told for a component far from the first one. Offsets count from the first argument on
        /// the stack. Arguments in registers have room behind those on the stack and the results there.
        let place: (offset: Int, size: Int)?
    }

    /// `TraceArgsMaxLen` is 171.
    private static let limit: UInt64 = 256

    init(at address: UInt64, _ image: Image) throws(GoBinaryError) {
        let what = "arguments of a function"
        var depth = 0
        var current = Argument()
        // Sizes of the components directly in each aggregate that is open, 0 for an aggregate.
        var siblings: [[Int]] = []
        var position = address
        while position - address < Self.limit {
            let byte = try image.load(UInt8.self, at: position, what)
            position = try position.plus(1, what)
            switch byte {
            case 0xff:
                return
            case 0xfe:
                write("{")
                depth += 1
                siblings.append([])
            case 0xfd:
                guard depth > 0 else { throw .corrupt(what) }
                shape += "}"
                depth -= 1
                let sizes = siblings.removeLast()
                if let first = sizes.first, sizes.count > 1, sizes.allSatisfy({ $0 == first }) {
                    current.mayBeArray = current.mayBeArray || first < 8 || sizes.count > 3
                }
                if depth > 0 { siblings[depth - 1].append(0) }
            case 0xfc:
                write("...")
                current.isPartial = true
            case 0xfb:
                write("_")
                current.components.append(Component(place: nil))
            default:
                let size = try image.load(UInt8.self, at: position, what)
                position = try position.plus(1, what)
                write("\(size)")
                current.components.append(Component(place: (Int(byte), Int(size))))
                if depth > 0 { siblings[depth - 1].append(Int(size)) }
            }
            if depth == 0 {
                // What isn't listed at the end may be any number of arguments.
                if byte != 0xfc { arguments.append(current) }
                current = Argument()
            }
        }
        throw .corrupt(what)
    }

    private mutating func write(_ text: String) {
        shape += (shape.isEmpty || shape.last == "{" ? "" : " ") + text
    }
}

extension ArgumentReader {
    /// - Parameter registers: how many integer registers the architecture passes arguments in, or nil if it isn't known
    ///   how the function is called.
    func located(registers: Int?) -> [FunctionArguments.Component] {
        guard let registers else {
            return arguments.enumerated().flatMap { number, argument in
                argument.components.map { component in
                    FunctionArguments.Component(argument: number, size: component.place?.size, location: .unknown)
                }
            }
        }
        let onStack = argumentsOnStack(registers: registers)
        var next: Int? = 0
        var located: [FunctionArguments.Component] = []
        for (number, argument) in arguments.enumerated() {
            if argument.mayBeArray, !onStack[number] { next = nil }
            for component in argument.components {
                var location = FunctionArguments.Location.unknown
                if onStack[number] {
                    location = component.place.map { .stack($0.offset) } ?? .unknown
                } else if let register = next, let place = component.place, place.size <= 8, register < registers {
                    location = .register(register)
                    next = register + 1
                } else {
                    next = nil
                }
                located.append(
                    FunctionArguments.Component(argument: number, size: component.place?.size, location: location))
            }
            if argument.isPartial, !onStack[number] { next = nil }
        }
        return located
    }

    /// Each argument is in registers as a whole or on the stack as a whole. Both kinds are in order, and the room for what
    /// is in registers is behind what is on the stack.
    private func argumentsOnStack(registers: Int) -> [Bool] {
        let offsets = arguments.map { $0.components.first?.place?.offset }
        // On the stack is what is in front of an earlier argument, and all that is in front of that.
        var lastOnStack = -1
        var largest = -1
        for offset in offsets.compactMap(\.self) {
            if offset < largest { lastOnStack = max(lastOnStack, offset) }
            largest = max(largest, offset)
        }
        // And what needs more registers than are left, as long as it is known how many are.
        var left: Int? = registers
        var result: [Bool] = []
        for (argument, offset) in zip(arguments, offsets) {
            let isInFront = offset.map { $0 <= lastOnStack } ?? false
            let isTooLarge = left.map { argument.components.count > $0 } ?? false
            if !isInFront, !isTooLarge {
                left = argument.mayBeArray || argument.isPartial ? nil : left.map { $0 - argument.components.count }
            }
            result.append(isInFront || isTooLarge)
        }
        return result
    }
}
