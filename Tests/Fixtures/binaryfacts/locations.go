package main

import (
	"debug/elf"
	"encoding/binary"
	"log"
)

// The location lists of a program, in the format of DWARF 4 or of DWARF 5.
type locations struct {
	bytes []byte
	isNew bool
}

func newLocations(file *elf.File) locations {
	for _, name := range []string{".debug_loclists", ".debug_loc"} {
		section := file.Section(name)
		if section == nil {
			continue
		}
		bytes, err := section.Data()
		if err != nil {
			log.Fatal(err)
		}
		return locations{bytes, name == ".debug_loclists"}
	}
	return locations{}
}

// The registers that a variable is in when its function starts, or nil if it isn't in registers as a whole.
func (l locations) registers(location any) []uint64 {
	offset, isList := location.(int64)
	if !isList || offset >= int64(len(l.bytes)) {
		return nil
	}
	list := l.bytes[offset:]
	if l.isNew {
		return entryOfList5(list)
	}
	return entryOfList4(list)
}

// Pairs of offsets and, behind each, a length and an expression; ^0 in front of the address that they count from.
func entryOfList4(list []byte) []uint64 {
	for len(list) >= 18 {
		begin := binary.LittleEndian.Uint64(list)
		end := binary.LittleEndian.Uint64(list[8:])
		list = list[16:]
		if begin == ^uint64(0) {
			continue
		}
		if begin != 0 || end == 0 {
			return nil
		}
		length := int(binary.LittleEndian.Uint16(list))
		return registers(list[2 : 2+length])
	}
	return nil
}

// DW_LLE_base_addressx (1) and DW_LLE_offset_pair (4) are what Go's linker writes.
func entryOfList5(list []byte) []uint64 {
	for len(list) > 0 {
		kind := list[0]
		list = list[1:]
		switch kind {
		case 1:
			_, count := binary.Uvarint(list)
			list = list[count:]
		case 4:
			begin, count := binary.Uvarint(list)
			list = list[count:]
			_, count = binary.Uvarint(list)
			list = list[count:]
			length, count := binary.Uvarint(list)
			if begin != 0 {
				return nil
			}
			return registers(list[count : count+int(length)])
		default:
			return nil
		}
	}
	return nil
}

// DW_OP_reg0 (0x50) and on, DW_OP_regx (0x90), each but a lone one with DW_OP_piece (0x93).
func registers(expression []byte) []uint64 {
	var found []uint64
	for len(expression) > 0 {
		operation := expression[0]
		expression = expression[1:]
		switch {
		case operation >= 0x50 && operation < 0x70:
			found = append(found, uint64(operation-0x50))
		case operation == 0x90:
			register, count := binary.Uvarint(expression)
			expression = expression[count:]
			found = append(found, register)
		case operation == 0x93:
			_, count := binary.Uvarint(expression)
			expression = expression[count:]
		default:
			return nil
		}
	}
	return found
}
