package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"sync"
)

// received is a request as it arrived.
type received struct {
	Protocol string `json:"protocol"`
	// HTTP/1: the request line and the headers.
	Header string `json:"header,omitempty"`
	// HTTP/2: the frames of the header block, the block in hexadecimal, and its fields.
	Stream uint32   `json:"stream,omitempty"`
	Frames []string `json:"frames,omitempty"`
	Block  string   `json:"block,omitempty"`
	Fields []string `json:"fields,omitempty"`
}

var output sync.Mutex

func (request received) print() {
	output.Lock()
	defer output.Unlock()
	json.NewEncoder(os.Stdout).Encode(request)
}

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// Set where golang.org/x/net is there: serves a connection behind its preface.
var receiveHTTP2 func(connection net.Conn, reader *bufio.Reader) error

func receive() error {
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	certificate, err := selfSigned()
	if err != nil {
		return err
	}
	protocols := []string{"http/1.1"}
	if receiveHTTP2 != nil {
		protocols = []string{"h2", "http/1.1"}
	}
	encrypted, err := tls.Listen(
		"tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: protocols})
	if err != nil {
		return err
	}
	fmt.Printf("listening %s\nlistening tls %s\n", plain.Addr(), encrypted.Addr())
	go accept(encrypted)
	accept(plain)
	return nil
}

func accept(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			if err := receiveFrom(connection); err != nil && !errors.Is(err, io.EOF) {
				log.Print(err)
			}
		}()
	}
}

func receiveFrom(connection net.Conn) error {
	reader := bufio.NewReader(connection)
	if start, err := reader.Peek(3); err != nil {
		return err
	} else if string(start) == "PRI" && receiveHTTP2 != nil {
		if _, err := io.ReadFull(reader, make([]byte, len(preface))); err != nil {
			return err
		}
		return receiveHTTP2(connection, reader)
	}
	for {
		header, err := readHeader(reader)
		if err != nil {
			return err
		}
		received{Protocol: "HTTP/1.1", Header: header}.print()
		if err := readBody(connection, reader, header); err != nil {
			return err
		}
		if _, err := io.WriteString(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); err != nil {
			return err
		}
	}
}

// readHeader reads up to an empty line.
func readHeader(reader *bufio.Reader) (string, error) {
	var header strings.Builder
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return "", err
		}
		header.WriteString(line)
		if line == "\r\n" {
			return header.String(), nil
		}
	}
}

func readBody(connection net.Conn, reader *bufio.Reader, text string) error {
	lines := strings.SplitN(text, "\r\n", 2)
	parsed, err := textproto.NewReader(bufio.NewReader(strings.NewReader(lines[1]))).ReadMIMEHeader()
	if err != nil {
		return err
	}
	header := http.Header(parsed)
	if header.Get("Expect") == "100-continue" {
		if _, err := io.WriteString(connection, "HTTP/1.1 100 Continue\r\n\r\n"); err != nil {
			return err
		}
	}
	if header.Get("Transfer-Encoding") == "chunked" {
		if _, err := io.Copy(io.Discard, httputil.NewChunkedReader(reader)); err != nil {
			return err
		}
		_, err := readHeader(reader)
		return err
	}
	length, _ := strconv.ParseInt(header.Get("Content-Length"), 10, 64)
	_, err = io.CopyN(io.Discard, reader, length)
	return err
}
