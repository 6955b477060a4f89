// Binaryfacts prints what Go's own readers of symbol tables and DWARF find in an executable, one fact a line, fields
// separated by tabs: `F address name` for a function, `I address name` for a function inlined into the one at an address,
// `A address parameters` for the parameters of the function at an address, each as its size and the numbers of the
// registers that it is in at the start, if it is in any; types.go says how types are printed. With the argument `types`
// behind the executable's path, there is nothing else.
package main

import (
	"bufio"
	"debug/elf"
	"fmt"
	"io"
	"log"
	"os"
)

func main() {
	file, err := elf.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	data, err := file.DWARF()
	if err != nil {
		log.Fatal(err)
	}
	printTypes(out, data)
	if len(os.Args) > 2 && os.Args[2] == "types" {
		return
	}
	printFunctions(out, file)
	printSubprograms(out, data, newLocations(file))
}

func printFunctions(out io.Writer, file *elf.File) {
	symbols, err := file.Symbols()
	if err != nil {
		log.Fatal(err)
	}
	for _, symbol := range symbols {
		if elf.ST_TYPE(symbol.Info) == elf.STT_FUNC {
			fmt.Fprintf(out, "F\t%d\t%s\n", symbol.Value, symbol.Name)
		}
	}
}
