package main

import (
	"bufio"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"time"
)

// rawConnection is an HTTP/1 connection of a client that decides on every byte.
type rawConnection struct {
	net.Conn
	reader  *bufio.Reader
	clients *clients
}

func newRawConnection(connection net.Conn, c *clients) *rawConnection {
	return &rawConnection{Conn: connection, reader: bufio.NewReader(connection), clients: c}
}

// exchange sends a text of some requests, and reads the answers that come.
func (c *rawConnection) exchange(requests string, count int) {
	c.clients.sent(int64(count))
	io.WriteString(c, requests)
	for i := 0; i < count && c.receive() != 0; i++ {
		c.clients.answered(1)
	}
}

// receive reads one response and its body, and returns the status, or 0 when the server has closed the connection.
func (c *rawConnection) receive() int {
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusSwitchingProtocols {
		io.Copy(io.Discard, response.Body)
	}
	return response.StatusCode
}

func (c *clients) rawTricks() []trick {
	tricks := []trick{c.pipeline, c.continued, c.expectUnknown, c.optionsOfServer, c.cutOffChunks, c.cutOffBody, c.vanish}
	for _, path := range []string{
		"/panic-nil", "/abort", "/panic-after-write", "/goexit", "/goexit-after-write", "/hijack", "/hijack-panic",
		"/hijack-goexit", "/timeout-panic",
	} {
		request := "GET " + path + " HTTP/1.1\r\nHost: tricks\r\n\r\n"
		tricks = append(tricks, func() {
			connection := c.dial()
			defer connection.Close()
			connection.exchange(request, 1)
		})
	}
	return tricks
}

// pipeline sends requests without waiting for answers.
func (c *clients) pipeline() {
	connection := c.dial()
	defer connection.Close()
	get := "GET /ok HTTP/1.1\r\nHost: tricks\r\n\r\n"
	post := "POST /read HTTP/1.1\r\nHost: tricks\r\nContent-Length: 4\r\n\r\nbody"
	connection.exchange(strings.Repeat(get+post, 4), 8)
	// And goes away before any answer.
	c.sent(4)
	io.WriteString(connection, strings.Repeat(get, 4))
}

// continued waits with the body until the server asks for it.
func (c *clients) continued() {
	connection := c.dial()
	defer connection.Close()
	c.sent(1)
	io.WriteString(connection, "POST /read HTTP/1.1\r\nHost: tricks\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
	if connection.receive() == http.StatusContinue {
		io.WriteString(connection, "body")
		if connection.receive() != 0 {
			c.answered(1)
		}
	}
	connection.exchange("POST /refuse HTTP/1.1\r\nHost: tricks\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n", 1)
}

// expectUnknown expects what the server doesn't know.
func (c *clients) expectUnknown() {
	connection := c.dial()
	defer connection.Close()
	io.WriteString(connection, "GET /ok HTTP/1.1\r\nHost: tricks\r\nExpect: the unexpected\r\n\r\n")
	if status := connection.receive(); status != http.StatusExpectationFailed {
		log.Fatalf("the answer to an unknown expectation is %d", status)
	}
	c.unhandled()
}

// optionsOfServer asks for the options of no resource.
func (c *clients) optionsOfServer() {
	connection := c.dial()
	defer connection.Close()
	io.WriteString(connection, "OPTIONS * HTTP/1.1\r\nHost: tricks\r\n\r\n")
	if status := connection.receive(); status != http.StatusOK {
		log.Fatalf("the answer to OPTIONS * is %d", status)
	}
	c.unhandled()
}

// cutOffChunks goes away in the middle of a chunk.
func (c *clients) cutOffChunks() {
	connection := c.dial()
	defer connection.Close()
	c.sent(1)
	io.WriteString(connection, "POST /read HTTP/1.1\r\nHost: tricks\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf")
}

// cutOffBody resets the connection with a body half sent.
func (c *clients) cutOffBody() {
	connection := c.dial()
	c.sent(1)
	io.WriteString(connection, "POST /read-some HTTP/1.1\r\nHost: tricks\r\nContent-Length: 1000000\r\n\r\nhalf")
	connection.Conn.(*net.TCPConn).SetLinger(0)
	connection.Close()
}

// vanish goes away in the middle of a response.
func (c *clients) vanish() {
	connection := c.dial()
	c.sent(1)
	io.WriteString(connection, "GET /big HTTP/1.1\r\nHost: tricks\r\n\r\n")
	connection.SetReadDeadline(time.Now().Add(time.Second))
	io.ReadFull(connection, make([]byte, 1000))
	connection.Conn.(*net.TCPConn).SetLinger(0)
	connection.Close()
}
