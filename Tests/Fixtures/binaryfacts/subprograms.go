package main

import (
	"debug/dwarf"
	"fmt"
	"io"
	"log"
)

// A subprogram without an address is described once, for those that are copies of it.
type description struct {
	name       string
	parameters []*parameter
}

type parameter struct {
	entry     dwarf.Offset
	size      int64
	registers []uint64
}

func printSubprograms(out io.Writer, data *dwarf.Data, locations locations) {
	described := map[dwarf.Offset]*description{}
	sizes := map[dwarf.Offset]int64{}
	var subprogram *description
	walk(data, func(entry *dwarf.Entry, depth int) {
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
			subprogram.parameters = append(
				subprogram.parameters, &parameter{entry: entry.Offset, size: sizes[kind]})
		}
	})

	var current *description
	var address uint64
	end := func() {
		if current == nil {
			return
		}
		fmt.Fprintf(out, "A\t%d", address)
		for _, parameter := range current.parameters {
			fmt.Fprintf(out, "\t%d", parameter.size)
			for _, register := range parameter.registers {
				fmt.Fprintf(out, " %d", register)
			}
			parameter.registers = nil
		}
		fmt.Fprintln(out)
		current = nil
	}
	walk(data, func(entry *dwarf.Entry, depth int) {
		origin, _ := entry.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		switch entry.Tag {
		case dwarf.TagSubprogram:
			end()
			start, hasAddress := entry.Val(dwarf.AttrLowpc).(uint64)
			if !hasAddress {
				break
			}
			address, current = start, described[entry.Offset]
			if of, isCopy := described[origin]; isCopy {
				current = of
			}
		case dwarf.TagFormalParameter:
			if current == nil || depth != 2 {
				break
			}
			for _, parameter := range current.parameters {
				if parameter.entry == entry.Offset || parameter.entry == origin {
					parameter.registers = locations.registers(entry.Val(dwarf.AttrLocation))
				}
			}
		case dwarf.TagInlinedSubroutine:
			if of, isKnown := described[origin]; isKnown && current != nil {
				fmt.Fprintf(out, "I\t%d\t%s\n", address, of.name)
			}
		}
	})
	end()
}

func walk(data *dwarf.Data, visit func(entry *dwarf.Entry, depth int)) {
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
