// Command httpclient requests a URL with net/http: over HTTP/1, or over HTTP/2 where the server offers it by TLS. It prints
// the protocol and status of every response. Built with the tag gopath, it also speaks HTTP/2 without TLS, by
// golang.org/x/net.
//
//	httpclient [-insecure] [-body TEXT] [-h2c] URL [COUNT]
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Set where golang.org/x/net is there.
var clearTextHTTP2 func() http.RoundTripper

func main() {
	log.SetFlags(0)
	insecure := flag.Bool("insecure", false, "accept any certificate")
	body := flag.String("body", "", "POST this")
	clearText := flag.Bool("h2c", false, "HTTP/2 without TLS")
	flag.Parse()
	if flag.NArg() < 1 {
		log.Fatal("usage: httpclient [-insecure] [-body TEXT] [-h2c] URL [COUNT]")
	}
	count := 1
	if flag.NArg() > 1 {
		var err error
		if count, err = strconv.Atoi(flag.Arg(1)); err != nil {
			log.Fatal(err)
		}
	}
	var transport http.RoundTripper = &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: *insecure},
	}
	if *clearText {
		if clearTextHTTP2 == nil {
			log.Fatal("built without golang.org/x/net")
		}
		transport = clearTextHTTP2()
	}
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	for i := 0; i < count; i++ {
		if err := request(client, flag.Arg(0), *body); err != nil {
			log.Fatal(err)
		}
	}
}

func request(client *http.Client, url, body string) error {
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	read, err := io.Copy(io.Discard, response.Body)
	fmt.Println(response.Proto, response.StatusCode, read)
	return err
}
