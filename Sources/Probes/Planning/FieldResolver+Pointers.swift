internal import CBPF
internal import CodeSites

/// Pointers that functions keep on their stacks.
extension FieldResolver {
    /// Sets where a pointer is, if the code shows that.
    mutating func resolve(
        _ need: PointerNeed, at sites: inout SiteResolver, tally: inout Tally
    ) throws(PlanningError) {
        let what = "\(need.field.type) on the stack at \(need.program)"
        let field: ResolvedField
        switch try offset(of: need.field.field, in: need.field.type, shape: need.field.shape) {
        case .success(let found): field = found
        case .failure(let absence):
            tally.miss(absence.what ?? what, reason: absence.reason, need: .required)
            return
        }
        let origin = try sites.origin(ofArgument: need.argument, of: need.program)
        guard let origin, origin.fieldOffset == UInt64(field.offset), origin.size == Int(need.field.shape.size),
            let place = ns_offset(fitting: origin.stackOffset)
        else {
            tally.miss(what, reason: "the code doesn't show where it is", need: .required)
            return
        }
        facts[keyPath: need.fact] = place
    }
}
