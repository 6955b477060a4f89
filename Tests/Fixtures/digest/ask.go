package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
)

// ask sends requests one after the other, all those of a kind by one connection, and prints "asked" after each line that it
// has read.
func ask(addresses []string) error {
	senders := map[string]func(*content) error{}
	for i, kind := range kinds {
		var err error
		if senders[kind], err = newSender(kind, addresses[i], 0); err != nil {
			return err
		}
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		kind, count := "", 0
		if _, err := fmt.Sscan(lines.Text(), &kind, &count); err != nil || senders[kind] == nil {
			return fmt.Errorf("not KIND COUNT: %q", lines.Text())
		}
		for i := 0; i < count; i++ {
			if err := senders[kind](&content{id: "Ask", method: http.MethodGet}); err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
		}
		fmt.Println("asked", kind)
	}
	return lines.Err()
}
