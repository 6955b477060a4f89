package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync"
)

// sendLoad sends requests on several connections at once, on each one after the other, with ids of their own. It prints
// how many were answered.
func sendLoad(base, cases string, requests, connections int) {
	paths := strings.Split(cases, ",")
	var group sync.WaitGroup
	var mutex sync.Mutex
	answered := 0
	for connection := 0; connection < connections; connection++ {
		group.Add(1)
		go func(connection int) {
			defer group.Done()
			client := &http.Client{Transport: &http.Transport{
				MaxConnsPerHost: 1, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
			}}
			for number := 0; number < requests; number++ {
				path := paths[(connection+number)%len(paths)]
				separator := "?"
				if strings.Contains(path, "?") {
					separator = "&"
				}
				response, err := client.Get(fmt.Sprintf("%s%s%sid=%d.%d", base, path, separator, connection, number))
				if err != nil {
					log.Print(err)
					continue
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
				mutex.Lock()
				answered++
				mutex.Unlock()
			}
		}(connection)
	}
	group.Wait()
	fmt.Printf("answered %d\n", answered)
}
