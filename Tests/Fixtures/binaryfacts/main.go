// Binaryfacts prints what Go's own readers of symbol tables and DWARF find in an executable, one fact a line, fields
// separated by tabs: `F address name` for a function, `S name size` for a struct, `M struct field offset` for a field,
// `I address name` for a function inlined into the one at an address, `A address parameters` for the parameters of the
// function at an address, each as its size and the numbers of the registers that it is in at the start, if it is in any.
package main

import (
	"bufio"
	"debug/dwarf"
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
	data, err := file.DWARF()
	if err != nil {
		log.Fatal(err)
	}
	printStructs(out, data)
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

func printStructs(out io.Writer, data *dwarf.Data) {
	entries := data.Reader()
	for {
		entry, err := entries.Next()
		if err != nil {
			log.Fatal(err)
		}
		if entry == nil {
			return
		}
		if entry.Tag != dwarf.TagStructType {
			continue
		}
		kind, err := data.Type(entry.Offset)
		if err != nil {
			log.Fatal(err)
		}
		layout, ok := kind.(*dwarf.StructType)
		if !ok || layout.Incomplete {
			continue
		}
		fmt.Fprintf(out, "S\t%s\t%d\n", layout.StructName, layout.ByteSize)
		for _, field := range layout.Field {
			fmt.Fprintf(out, "M\t%s\t%s\t%d\n", layout.StructName, field.Name, field.ByteOffset)
		}
	}
}
