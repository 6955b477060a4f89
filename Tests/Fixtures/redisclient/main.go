// Command redisclient sends commands to a Redis server with go-redis, found in a GOPATH: each by itself, in a pipeline, and
// in a transaction.
//
//	redisclient ADDRESS [COUNT]
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

func once(ctx context.Context, client *redis.Client) error {
	if err := client.Set(ctx, "key", "value", time.Minute).Err(); err != nil {
		return err
	}
	value, err := client.Get(ctx, "key").Result()
	if err != nil {
		return err
	}
	fmt.Println("got", value)
	count := func(pipe redis.Pipeliner) error {
		pipe.Incr(ctx, "counter")
		pipe.Expire(ctx, "counter", time.Minute)
		return nil
	}
	if _, err := client.Pipelined(ctx, count); err != nil {
		return err
	}
	_, err = client.TxPipelined(ctx, count)
	return err
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 2 {
		log.Fatal("usage: redisclient ADDRESS [COUNT]")
	}
	count := 1
	if len(os.Args) > 2 {
		var err error
		if count, err = strconv.Atoi(os.Args[2]); err != nil {
			log.Fatal(err)
		}
	}
	client := redis.NewClient(&redis.Options{Addr: os.Args[1]})
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for i := 0; i < count; i++ {
		if err := once(ctx, client); err != nil {
			log.Fatal(err)
		}
	}
}
