package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"time"
)

// Anchor is what addresses count from.
type Anchor struct{ word uint64 }

// By value, by pointer, and both.
type Inner struct {
	pad    [3]uint32
	depth  int8
	shared string
	next   *Inner
}
type ByValue struct {
	head uint16
	Inner
}
type ByPointer struct {
	head uint64
	*Inner
	tail bool
}
type Deep struct {
	first int
	ByPointer
	*ByValue
}

// Inner's fields are twice at depth 1 here; those of Deeper are hidden by shallower ones.
type Left struct {
	Inner
	only int
}
type Right struct {
	*Inner
	shared float64
}
type Twice struct {
	Left
	Right
	own byte
}
type Hidden struct {
	Twice
	only string
}

// The same type twice at one depth, through two others.
type Diamond struct {
	*One
	Two
}
type One struct{ Base }
type Two struct{ Base }
type Base struct {
	value   int
	pointer *Diamond
}

// Types that contain pointers to each other.
type Cycle struct {
	*Wheel
	spoke int
}
type Wheel struct {
	*Cycle
	*Hub
	rim int
}
type Hub struct {
	Cycle *Cycle
	Wheel
	center int
}

// Embedded types that aren't structs, and blank fields.
type Number int
type Mixed struct {
	_ int
	Number
	error
	io.Reader
	*bufio.ReadWriter
	_    string
	last struct{ a, b int }
}
type Pair[K comparable, V any] struct {
	Key   K
	Value V
}
type Generic struct {
	Pair[string, *Inner]
	rest []Pair[int, Inner]
}

// Methods in the order of names, unexported ones last.
type Small interface{ One() int }
type Large interface {
	Small
	io.ReadWriteCloser
	Zeta(a int, rest ...string) (n int, err error)
	alpha() Inner
	beta(chan<- int)
}
type Worker struct{ n int }

func (w *Worker) One() int                             { return w.n }
func (w *Worker) Read(p []byte) (int, error)           { return len(p), nil }
func (w *Worker) Write(p []byte) (int, error)          { return len(p), nil }
func (w *Worker) Close() error                         { return nil }
func (w *Worker) Zeta(a int, s ...string) (int, error) { return a + len(s), nil }
func (w *Worker) alpha() Inner                         { return Inner{} }
func (w *Worker) beta(chan<- int)                      {}
func (n Number) One() int                              { return int(n) }
func (n Number) Error() string                         { return fmt.Sprint(int(n)) }

// Everything else that a type can be.
type Others struct {
	array     [7]Inner
	none      [0]string
	both      chan Inner
	receive   <-chan *Inner
	send      chan<- func()
	function  func(int, string, ...*Inner) (io.Reader, error)
	nothing   func()
	method    func(Large) Small
	table     map[string][]string
	wide      map[[200]byte][300]byte
	slim      map[uint8]struct{}
	wideKey   map[[130]byte]bool
	wideValue map[Number][129]byte
	slice     [][]int
	pointer   **Inner
	empty     any
	small     Small
	large     Large
	literal   interface{ Literal(map[int]bool) }
	complex   complex128
	duration  time.Duration
}
type (
	Array    [5]string
	Channel  chan Number
	Function func(Number) error
	Table    map[Number]Inner
	Slice    []Inner
	Text     string
	Empty    interface{}
	Pointer  *Inner
	Float    float32
)

var structs = []any{
	Anchor{}, Inner{}, ByValue{}, ByPointer{}, Deep{}, Left{}, Right{}, Twice{}, Hidden{}, Diamond{}, Cycle{}, Wheel{},
	Hub{}, Mixed{}, Generic{}, Worker{}, Others{}, bufio.ReadWriter{}, net.TCPConn{}, net.TCPAddr{}, net.Dialer{},
	net.OpError{}, time.Time{},
}
var others = []any{
	new(Array), new(Channel), new(Function), new(Table), new(Slice), new(Text), new(Empty), new(Number), new(Float),
	new(Small), new(Large), new(io.Reader), new(net.Conn), new(net.Error), new(context.Context), new(error),
	new(fmt.Stringer), new(time.Duration),
}
