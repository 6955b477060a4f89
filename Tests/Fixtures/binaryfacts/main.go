// Binaryfacts prints what Go's own readers of symbol tables and DWARF find in an executable, one fact a line, fields
// separated by tabs: `F address name` for a function; types.go says how types are printed.
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
	printFunctions(out, file)
	printTypes(out, file)
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
