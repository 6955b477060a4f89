/// Builds a program called "repeating" that executes itself as often as its argument says, and returns its path.
package func repeatingProgram(in folder: String) throws -> String {
    let (source, binary) = ("\(folder)/repeating.c", "\(folder)/repeating")
    let text = """
        #include <stdio.h>
        #include <stdlib.h>
        #include <unistd.h>
        int main(int count, char **arguments)
        {
            char left[16];
            int times = atoi(arguments[1]);
            if (times == 0)
                return 0;
            snprintf(left, sizeof(left), "%d", times - 1);
            return execl(arguments[0], arguments[0], left, NULL);
        }

        """
    try writeFile(source, Array(text.utf8))
    let made = try Command.run(["/usr/bin/env", "cc", "-static", "-O1", "-o", binary, source])
    guard made.code == 0 else { throw NotCompiled(errors: made.errors) }
    return binary
}

package struct NotCompiled: Error {
    package let errors: String
}
