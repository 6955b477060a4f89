package main

import (
	"errors"

	"google.golang.org/grpc/encoding"
)

// raw is a codec whose messages are bytes.
type raw struct{}

func (raw) Name() string { return "raw" }

func (raw) Marshal(message interface{}) ([]byte, error) {
	switch message := message.(type) {
	case []byte:
		return message, nil
	case *[]byte:
		return *message, nil
	case func():
		message()
	}
	return nil, errors.New("not bytes")
}

func (raw) Unmarshal(data []byte, message interface{}) error {
	into, ok := message.(*[]byte)
	if !ok {
		return errors.New("not a pointer to bytes")
	}
	*into = append([]byte(nil), data...)
	return nil
}

func init() { encoding.RegisterCodec(raw{}) }
