// Command httpclient requests a URL with net/http: over HTTP/1, or over HTTP/2 where the server offers it by TLS. It prints
// the protocol, the status and the size of every response, or the type of the error and the error. Built with the tag
// gopath, it also speaks HTTP/2 without TLS, by golang.org/x/net.
//
//	httpclient [-insecure] [-body TEXT] [-h2c] ... URL [COUNT]
//	httpclient -serve
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Set where golang.org/x/net is there.
var clearTextHTTP2 func() http.RoundTripper

var (
	insecure  = flag.Bool("insecure", false, "accept any certificate")
	method    = flag.String("method", "", "the method, empty as Go takes it too, or POST with a body")
	body      = flag.String("body", "", "send this")
	agent     = flag.String("agent", "", "User-Agent")
	clearText = flag.Bool("h2c", false, "HTTP/2 without TLS")
	http1     = flag.Bool("http1", false, "no HTTP/2")
	wrapped   = flag.Bool("wrapped", false, "behind a RoundTripper that copies each request and asks again after a 503")
	timeout   = flag.Duration("timeout", time.Minute, "http.Client.Timeout")
	waiting   = flag.Duration("waiting", 0, "http.Transport.ResponseHeaderTimeout")
	cancel    = flag.Duration("cancel", 0, "cancel the context of each request after that time")
	workers   = flag.Int("workers", 0, "send the requests from that many goroutines, to URL/status/CODE?n=NUMBER")
	pause     = flag.Duration("pause", 0, "wait at the end")
)

func main() {
	log.SetFlags(0)
	serves := flag.Bool("serve", false, "answer instead of asking")
	flag.Parse()
	if *serves {
		serve()
	}
	if flag.NArg() < 1 {
		log.Fatal("usage: httpclient [options] URL [COUNT]")
	}
	count := 1
	if flag.NArg() > 1 {
		var err error
		if count, err = strconv.Atoi(flag.Arg(1)); err != nil {
			log.Fatal(err)
		}
	}
	client := &http.Client{Transport: transport(), Timeout: *timeout}
	if *workers > 0 {
		requestInParallel(client, flag.Arg(0), count)
	} else {
		for i := 0; i < count; i++ {
			request(client, flag.Arg(0))
		}
	}
	time.Sleep(*pause)
}

func transport() http.RoundTripper {
	var transport http.RoundTripper
	if *clearText {
		if clearTextHTTP2 == nil {
			log.Fatal("built without golang.org/x/net")
		}
		transport = clearTextHTTP2()
	} else {
		plain := &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: !*http1, MaxIdleConnsPerHost: 100,
			ResponseHeaderTimeout: *waiting, TLSClientConfig: &tls.Config{InsecureSkipVerify: *insecure},
		}
		if *http1 {
			plain.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
		}
		transport = plain
	}
	if *wrapped {
		transport = retrying{transport}
	}
	return transport
}

// retrying is what applications put around a transport.
type retrying struct {
	next http.RoundTripper
}

func (r retrying) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.next.RoundTrip(request.Clone(request.Context()))
	if err == nil && response.StatusCode == http.StatusServiceUnavailable {
		response.Body.Close()
		return r.next.RoundTrip(request.Clone(request.Context()))
	}
	return response, err
}

func request(client *http.Client, url string) {
	ctx := context.Background()
	if *cancel > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithCancel(ctx)
		defer time.AfterFunc(*cancel, stop).Stop()
	}
	proto, status, size, err := send(ctx, client, url)
	if err != nil {
		fmt.Printf("error %T %v\n", err, err)
		return
	}
	fmt.Println(proto, status, size)
}

func send(ctx context.Context, client *http.Client, url string) (string, int, int64, error) {
	var content io.Reader
	verb := *method
	if *body != "" {
		content = strings.NewReader(*body)
		if verb == "" {
			verb = http.MethodPost
		}
	}
	request, err := http.NewRequestWithContext(ctx, verb, url, content)
	if err != nil {
		return "", 0, 0, err
	}
	if *agent != "" {
		request.Header.Set("User-Agent", *agent)
	}
	if *method == "" && *body == "" {
		request.Method = ""
	}
	response, err := client.Do(request)
	if err != nil {
		return "", 0, 0, err
	}
	defer response.Body.Close()
	read, err := io.Copy(io.Discard, response.Body)
	return response.Proto, response.StatusCode, read, err
}

// requestInParallel asks for another status by each request, and prints how many were answered with it.
func requestInParallel(client *http.Client, base string, count int) {
	numbers := make(chan int)
	right := make(chan int, count)
	var group sync.WaitGroup
	for i := 0; i < *workers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := range numbers {
				code := 200 + n%300
				if code%100 == 4 || code/100 == 3 {
					// No redirects, and no body that may not be there.
					code = 200
				}
				_, status, _, err := send(context.Background(), client, fmt.Sprintf("%s/status/%d?n=%d", base, code, n))
				if err != nil {
					log.Println(err)
				} else if status == code {
					right <- n
				}
			}
		}()
	}
	for n := 0; n < count; n++ {
		numbers <- n
	}
	close(numbers)
	group.Wait()
	fmt.Println("right", len(right))
	os.Stdout.Sync()
}
