package main

import (
	"debug/dwarf"
	"fmt"
	"io"
	"log"
)

// Attributes of Go's own, cmd/internal/dwarf/dwarf.go.
const (
	goKind          dwarf.Attr = 0x2900
	goEmbeddedField dwarf.Attr = 0x2903
	// Where the type's descriptor is, from the start of all descriptors; 0 if the program has none, or it isn't told.
	goRuntimeType dwarf.Attr = 0x2904
)

const (
	kindMap           = 21
	kindPointer       = 22
	kindStruct        = 25
	kindUnsafePointer = 26
)

// A type as DWARF has it. `of` is the type that a typedef names or a pointer points to.
type debugType struct {
	tag     dwarf.Tag
	name    string
	size    int64
	kind    int64
	runtime uint64
	of      dwarf.Offset
	fields  []debugField
}

type debugField struct {
	name     string
	offset   int64
	embedded bool
	of       dwarf.Offset
}

type debugTypes map[dwarf.Offset]*debugType

// printTypes prints `T descriptor kind name` for every type that has a descriptor, `S descriptor size name` for a struct
// that has one, `M offset kind descriptor embedded name` for each of the fields of the struct before it, and
// `K descriptor implementation group-size keys-offset key-stride elems-offset elem-stride` for a map.
func printTypes(out io.Writer, data *dwarf.Data) {
	types, order := readTypes(data)
	for _, offset := range order {
		kind := types[offset]
		if kind.runtime == 0 {
			continue
		}
		fmt.Fprintf(out, "T\t%d\t%d\t%s\n", kind.runtime, kind.kind, kind.name)
		if kind.kind == kindMap {
			types.printMap(out, kind)
		}
		if kind.kind != kindStruct {
			continue
		}
		fmt.Fprintf(out, "S\t%d\t%d\t%s\n", kind.runtime, kind.size, kind.name)
		for _, field := range kind.fields {
			of := types.described(field.of)
			fmt.Fprintf(
				out, "M\t%d\t%d\t%d\t%v\t%s\n", field.offset, of.kind, of.runtime, field.embedded, field.name)
		}
	}
}

func readTypes(data *dwarf.Data) (debugTypes, []dwarf.Offset) {
	types := debugTypes{}
	var order []dwarf.Offset
	entries := data.Reader()
	// The type whose children come next.
	var parent *debugType
	for {
		entry, err := entries.Next()
		if err != nil {
			log.Fatal(err)
		}
		if entry == nil {
			return types, order
		}
		switch entry.Tag {
		case dwarf.TagMember:
			field := debugField{of: reference(entry)}
			field.name, _ = entry.Val(dwarf.AttrName).(string)
			field.offset, _ = entry.Val(dwarf.AttrDataMemberLoc).(int64)
			field.embedded, _ = entry.Val(goEmbeddedField).(bool)
			parent.fields = append(parent.fields, field)
		case dwarf.TagStructType, dwarf.TagTypedef, dwarf.TagPointerType, dwarf.TagArrayType, dwarf.TagBaseType,
			dwarf.TagSubroutineType:
			kind := &debugType{tag: entry.Tag, of: reference(entry)}
			kind.name, _ = entry.Val(dwarf.AttrName).(string)
			kind.size, _ = entry.Val(dwarf.AttrByteSize).(int64)
			kind.kind, _ = entry.Val(goKind).(int64)
			kind.runtime, _ = entry.Val(goRuntimeType).(uint64)
			kind.complete()
			types[entry.Offset] = kind
			order = append(order, entry.Offset)
			if entry.Children {
				parent = kind
			}
		}
	}
}

// complete adds what the linker leaves out of types that it makes entries for itself (cmd/link/internal/ld/dwarf.go).
func (kind *debugType) complete() {
	switch {
	case kind.name == "unsafe.Pointer":
		kind.kind = kindUnsafePointer
	case kind.name == "uintptr":
		// An address, where others have an offset.
		kind.runtime = 0
	case kind.kind == 0 && kind.tag == dwarf.TagPointerType:
		kind.kind = kindPointer
	}
}

func reference(entry *dwarf.Entry) dwarf.Offset {
	offset, _ := entry.Val(dwarf.AttrType).(dwarf.Offset)
	return offset
}

// described goes from a typedef that only names a type to that type.
func (types debugTypes) described(offset dwarf.Offset) *debugType {
	kind := types[offset]
	for kind.tag == dwarf.TagTypedef && kind.kind == 0 {
		kind = types[kind.of]
	}
	return kind
}

// printMap goes from the map's header to its buckets or groups, which DWARF has as if they were Go types.
func (types debugTypes) printMap(out io.Writer, kind *debugType) {
	header := types.pointee(kind.of)
	if header.has("buckets") {
		bucket := types.pointee(header.field("buckets").of)
		keys, values := bucket.field("keys"), bucket.field("values")
		fmt.Fprintf(
			out, "K\t%d\tclassic\t%d\t%d\t%d\t%d\t%d\n", kind.runtime, bucket.size, keys.offset,
			types.size(types.bare(keys.of).of), values.offset, types.size(types.bare(values.of).of))
		return
	}
	table := types.pointee(types.bare(header.field("dirPtr").of).of)
	group := types.pointee(types.bare(table.field("groups").of).field("data").of)
	slots := group.field("slots")
	slot := types.bare(types.bare(slots.of).of)
	fmt.Fprintf(
		out, "K\t%d\tswiss\t%d\t%d\t%d\t%d\t%d\n", kind.runtime, group.size,
		slots.offset+slot.field("key").offset, slot.size, slots.offset+slot.field("elem").offset, slot.size)
}

// bare is the type that a typedef, or a typedef of one, names.
func (types debugTypes) bare(offset dwarf.Offset) *debugType {
	kind := types[offset]
	for kind.tag == dwarf.TagTypedef {
		kind = types[kind.of]
	}
	return kind
}

func (types debugTypes) pointee(offset dwarf.Offset) *debugType {
	return types.bare(types.bare(offset).of)
}

func (types debugTypes) size(offset dwarf.Offset) int64 {
	kind := types.bare(offset)
	if kind.tag == dwarf.TagPointerType || kind.tag == dwarf.TagSubroutineType {
		return 8
	}
	return kind.size
}

func (kind *debugType) field(name string) debugField {
	for _, field := range kind.fields {
		if field.name == name {
			return field
		}
	}
	log.Fatalf("%s has no field %s", kind.name, name)
	return debugField{}
}

func (kind *debugType) has(name string) bool {
	for _, field := range kind.fields {
		if field.name == name {
			return true
		}
	}
	return false
}
