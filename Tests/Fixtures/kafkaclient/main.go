// Command kafkaclient writes messages to a topic of a Kafka broker, or reads them, with kafka-go, found in a GOPATH.
//
//	kafkaclient write ADDRESS TOPIC COUNT
//	kafkaclient read ADDRESS TOPIC COUNT [GROUP]
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"
)

func write(ctx context.Context, address, topic string, count int) error {
	writer := &kafka.Writer{
		Addr: kafka.TCP(address), Topic: topic, AllowAutoTopicCreation: true, BatchTimeout: 10 * time.Millisecond,
	}
	for i := 0; i < count; i++ {
		message := kafka.Message{
			Key: []byte(strconv.Itoa(i)), Value: []byte("written"),
			Headers: []kafka.Header{{Key: "kind", Value: []byte("test")}},
		}
		if err := writer.WriteMessages(ctx, message); err != nil {
			writer.Close()
			return err
		}
		fmt.Println("wrote", i)
	}
	return writer.Close()
}

func read(ctx context.Context, address, topic string, count int, group string) error {
	reader := kafka.NewReader(kafka.ReaderConfig{Brokers: []string{address}, Topic: topic, GroupID: group})
	for i := 0; i < count; i++ {
		message, err := reader.ReadMessage(ctx)
		if err != nil {
			reader.Close()
			return err
		}
		fmt.Println("read", message.Partition, message.Offset, string(message.Key))
	}
	return reader.Close()
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 5 {
		log.Fatal("usage: kafkaclient write ADDRESS TOPIC COUNT | read ADDRESS TOPIC COUNT [GROUP]")
	}
	count, err := strconv.Atoi(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	switch os.Args[1] {
	case "write":
		err = write(ctx, os.Args[2], os.Args[3], count)
	case "read":
		group := ""
		if len(os.Args) > 5 {
			group = os.Args[5]
		}
		err = read(ctx, os.Args[2], os.Args[3], count, group)
	default:
		log.Fatalf("neither write nor read: %s", os.Args[1])
	}
	if err != nil {
		log.Fatal(err)
	}
}
