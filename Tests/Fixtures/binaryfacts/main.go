// Binaryfacts prints what Go's own readers of symbol tables and DWARF find in an executable, one fact a line, fields
// separated by tabs: `F address name` for a function, `I address name` for a function inlined into the one at an address,
// `A address sizes` for the parameters of the function at an address; types.go says how types are printed.
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
	printTypes(out, data)
	printSubprograms(out, data)
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

// A subprogram without an address is described once, for those that are copies of it.
type description struct {
	name       string
	parameters []dwarf.Offset
}

func printSubprograms(out io.Writer, data *dwarf.Data) {
	described := map[dwarf.Offset]*description{}
	sizes := map[dwarf.Offset]int64{}
	var walk func(visit func(entry *dwarf.Entry, depth int))
	walk = func(visit func(entry *dwarf.Entry, depth int)) {
		depth := 0
		for entries := data.Reader(); ; {
			entry, err := entries.Next()
			if err != nil {
				log.Fatal(err)
			}
			if entry == nil {
				return
			}
			if entry.Tag == 0 {
				depth--
				continue
			}
			visit(entry, depth)
			if entry.Children {
				depth++
			}
		}
	}
	var subprogram *description
	walk(func(entry *dwarf.Entry, depth int) {
		switch {
		case entry.Tag == dwarf.TagSubprogram:
			name, _ := entry.Val(dwarf.AttrName).(string)
			subprogram = &description{name: name}
			described[entry.Offset] = subprogram
		case entry.Tag == dwarf.TagFormalParameter && depth == 2:
			kind, hasType := entry.Val(dwarf.AttrType).(dwarf.Offset)
			if result, _ := entry.Val(dwarf.AttrVarParam).(bool); !hasType || result {
				break
			}
			if _, known := sizes[kind]; !known {
				parameter, err := data.Type(kind)
				if err != nil {
					log.Fatal(err)
				}
				sizes[kind] = parameter.Size()
			}
			subprogram.parameters = append(subprogram.parameters, kind)
		}
	})
	var address uint64
	var hasAddress bool
	walk(func(entry *dwarf.Entry, depth int) {
		origin, _ := entry.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		switch entry.Tag {
		case dwarf.TagSubprogram:
			if address, hasAddress = entry.Val(dwarf.AttrLowpc).(uint64); !hasAddress {
				break
			}
			from := described[entry.Offset]
			if of, isCopy := described[origin]; isCopy {
				from = of
			}
			fmt.Fprintf(out, "A\t%d", address)
			for _, kind := range from.parameters {
				fmt.Fprintf(out, "\t%d", sizes[kind])
			}
			fmt.Fprintln(out)
		case dwarf.TagInlinedSubroutine:
			if of, isKnown := described[origin]; isKnown && hasAddress {
				fmt.Fprintf(out, "I\t%d\t%s\n", address, of.name)
			}
		}
	})
}
