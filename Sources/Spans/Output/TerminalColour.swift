/// Parameters of the SGR control function (ECMA-48, section 8.3.117).
enum TerminalColour: String {
    case plain = "0"
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case cyan = "36"
}
