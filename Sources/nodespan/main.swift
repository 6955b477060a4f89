import Glibc
import NodespanCommands

StandardStreams.fillGaps()
exit(await Nodespan.runToExitStatus())
