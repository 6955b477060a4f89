import Glibc
import NodespanCommands

exit(await Nodespan.runToExitStatus())
