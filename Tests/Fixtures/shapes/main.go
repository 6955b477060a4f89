// Shapes prints what reflection and its own memory tell about types, fields and itabs, one fact a line. Addresses count
// from that of the descriptor of Anchor.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"sort"
	"strings"
	"time"
	"unsafe"
)

type words struct{ first, second uintptr }

func address(of reflect.Type) int64 {
	return int64((*words)(unsafe.Pointer(&of)).second - (*words)(unsafe.Pointer(&anchor)).second)
}

var anchor = reflect.TypeOf(Anchor{})

func main() {
	seen := map[reflect.Type]bool{}
	for _, value := range structs {
		of := reflect.TypeOf(value)
		printNamed(of)
		printShapes(of, seen)
		for _, path := range append(paths(of, 1), "conn.fd.pfd.Sysfd", "ByValue.next.next.next.shared") {
			fmt.Printf("path %s %s %s\n", of, path, follow(of, path))
		}
	}
	for _, value := range others {
		of := reflect.TypeOf(value).Elem()
		printNamed(of)
		printShapes(of, seen)
	}
	printItabs()
}

func printNamed(of reflect.Type) {
	fmt.Printf(
		"named %q %q %d %d %d\n", of.PkgPath(), of.Name(), of.Kind(), address(of), address(reflect.PtrTo(of)))
}

// printShapes goes from a type to those that it consists of.
func printShapes(of reflect.Type, seen map[reflect.Type]bool) {
	if seen[of] {
		return
	}
	seen[of] = true
	shape, parts := shape(of)
	fmt.Printf("shape %d %s\n", address(of), shape)
	for _, part := range parts {
		printShapes(part, seen)
	}
}

func shape(of reflect.Type) (string, []reflect.Type) {
	var parts []reflect.Type
	part := func(of reflect.Type) string {
		parts = append(parts, of)
		return fmt.Sprintf("%d@%d", of.Kind(), address(of))
	}
	text := "basic"
	switch of.Kind() {
	case reflect.Array:
		text = fmt.Sprintf("array %d %s", of.Len(), part(of.Elem()))
	case reflect.Chan:
		text = fmt.Sprintf("chan %d %s", of.ChanDir(), part(of.Elem()))
	case reflect.Func:
		text = fmt.Sprintf("func %v", of.IsVariadic())
		for i := 0; i < of.NumIn(); i++ {
			text += " in " + part(of.In(i))
		}
		for i := 0; i < of.NumOut(); i++ {
			text += " out " + part(of.Out(i))
		}
	case reflect.Interface:
		text = "interface"
		for i := 0; i < of.NumMethod(); i++ {
			method := of.Method(i)
			text += fmt.Sprintf(" %s %v %s", method.Name, method.PkgPath == "", part(method.Type))
		}
	case reflect.Map:
		text = fmt.Sprintf("map %s %s", part(of.Key()), part(of.Elem()))
	case reflect.Ptr:
		text = "pointer " + part(of.Elem())
	case reflect.Slice:
		text = "slice " + part(of.Elem())
	case reflect.Struct:
		text = "struct"
		for i := 0; i < of.NumField(); i++ {
			parts = append(parts, of.Field(i).Type)
		}
	}
	return text, parts
}

// paths makes paths of the names of all fields that may be in a struct, and of some that aren't.
func paths(of reflect.Type, depth int) []string {
	names := map[string]bool{"missing": true, "": true, "_": true}
	collect(of, names, map[reflect.Type]bool{})
	var found []string
	for name := range names {
		found = append(found, name)
		field, ok := of.FieldByName(name)
		if inner := target(field.Type); depth > 0 && ok && name != "_" && inner != nil {
			for _, path := range paths(inner, depth-1) {
				found = append(found, name+"."+path)
			}
		}
	}
	sort.Strings(found)
	return found
}

func collect(of reflect.Type, names map[string]bool, seen map[reflect.Type]bool) {
	if seen[of] {
		return
	}
	seen[of] = true
	for i := 0; i < of.NumField(); i++ {
		field := of.Field(i)
		names[field.Name] = true
		if inner := target(field.Type); field.Anonymous && inner != nil {
			collect(inner, names, seen)
		}
	}
}

// target is the struct that a field is or points to.
func target(of reflect.Type) reflect.Type {
	if of != nil && of.Kind() == reflect.Ptr {
		of = of.Elem()
	}
	if of == nil || of.Kind() != reflect.Struct {
		return nil
	}
	return of
}

// follow does what a selector does, and notes the offsets, each behind one more pointer.
func follow(of reflect.Type, path string) string {
	hops := []uintptr{0}
	for _, name := range strings.Split(path, ".") {
		inner := target(of)
		if inner == nil || name == "_" {
			return "none"
		}
		found, ok := inner.FieldByName(name)
		if !ok {
			return "none"
		}
		for _, index := range found.Index {
			if of.Kind() == reflect.Ptr {
				of = of.Elem()
				hops = append(hops, 0)
			}
			field := of.Field(index)
			hops[len(hops)-1] += field.Offset
			of = field.Type
		}
	}
	return fmt.Sprintf("%v %d@%d", hops, of.Kind(), address(of))
}

// printItabs prints the first word of interface values and the code addresses behind it.
func printItabs() {
	connection := net.Conn(&net.TCPConn{})
	printItab(unsafe.Pointer(&connection), &connection, &net.TCPConn{})
	large := Large(&Worker{})
	// The linker leaves out methods that nothing calls.
	large.alpha()
	large.beta(nil)
	printItab(unsafe.Pointer(&large), &large, &Worker{})
	small := Small(Number(1))
	printItab(unsafe.Pointer(&small), &small, Number(1))
	failure := error(Number(2))
	printItab(unsafe.Pointer(&failure), &failure, Number(2))
	reader := io.Reader(&Worker{})
	printItab(unsafe.Pointer(&reader), &reader, &Worker{})
	parent, cancel := context.WithTimeout(context.WithValue(context.Background(), Number(1), 1), time.Hour)
	defer cancel()
	printItab(unsafe.Pointer(&parent), &parent, parent)
	wrapped := fmt.Errorf("%w", errors.New("inner"))
	printItab(unsafe.Pointer(&wrapped), &wrapped, wrapped)
}

func printItab(value unsafe.Pointer, typed, concrete any) {
	of := reflect.TypeOf(typed).Elem()
	itab := *(**[64]uintptr)(value)
	base := (*words)(unsafe.Pointer(&anchor)).second
	fmt.Printf(
		"itab %d %q %q %d", address(reflect.TypeOf(concrete)), of.PkgPath(), of.Name(),
		int64(uintptr(unsafe.Pointer(itab))-base))
	for slot := 0; slot < of.NumMethod(); slot++ {
		fmt.Printf(" %d", int64(itab[3+slot]-base))
	}
	fmt.Println()
}
