//go:build gopath

package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

func init() {
	clearTextHTTP2 = func() http.RoundTripper {
		return &http2.Transport{
			AllowHTTP: true,
			DialTLS: func(network, address string, _ *tls.Config) (net.Conn, error) {
				return net.Dial(network, address)
			},
		}
	}
	receiveHTTP2 = func(connection net.Conn, reader *bufio.Reader) error {
		peer := &peer{framer: http2.NewFramer(connection, reader), isCall: map[uint32]bool{}}
		peer.encoder = hpack.NewEncoder(&peer.encoded)
		peer.decoder = hpack.NewDecoder(4096, nil)
		return peer.run()
	}
}

// peer is the far end of a connection of HTTP/2.
type peer struct {
	framer  *http2.Framer
	decoder *hpack.Decoder
	encoder *hpack.Encoder
	encoded bytes.Buffer
	// The header block at hand.
	frames []string
	block  []byte
	ends   bool
	// By stream, whether the request is a gRPC call.
	isCall map[uint32]bool
}

func (peer *peer) run() error {
	if err := peer.framer.WriteSettings(); err != nil {
		return err
	}
	for {
		frame, err := peer.framer.ReadFrame()
		if err != nil {
			return err
		}
		switch frame := frame.(type) {
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				err = peer.framer.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !frame.IsAck() {
				err = peer.framer.WritePing(true, frame.Data)
			}
		case *http2.HeadersFrame:
			peer.frames, peer.block, peer.ends = nil, nil, frame.StreamEnded()
			err = peer.add(frame.FrameHeader, frame.HeaderBlockFragment(), frame.HeadersEnded())
		case *http2.ContinuationFrame:
			err = peer.add(frame.FrameHeader, frame.HeaderBlockFragment(), frame.HeadersEnded())
		case *http2.DataFrame:
			if frame.StreamEnded() {
				err = peer.answer(frame.StreamID)
			}
		}
		if err != nil {
			return err
		}
	}
}

func (peer *peer) add(header http2.FrameHeader, fragment []byte, isLast bool) error {
	peer.frames = append(peer.frames, fmt.Sprintf("%s %d", header.Type, header.Length))
	peer.block = append(peer.block, fragment...)
	if !isLast {
		return nil
	}
	fields, err := peer.decoder.DecodeFull(peer.block)
	if err != nil {
		return err
	}
	var texts []string
	for _, field := range fields {
		texts = append(texts, field.Name+": "+field.Value)
		if field.Name == "content-type" && strings.HasPrefix(field.Value, "application/grpc") {
			peer.isCall[header.StreamID] = true
		}
	}
	received{
		Protocol: "HTTP/2", Stream: header.StreamID, Frames: peer.frames, Block: hex.EncodeToString(peer.block),
		Fields: texts,
	}.print()
	if peer.ends {
		return peer.answer(header.StreamID)
	}
	return nil
}

func (peer *peer) answer(stream uint32) error {
	if !peer.isCall[stream] {
		return peer.header(stream, true, ":status", "200")
	}
	delete(peer.isCall, stream)
	if err := peer.header(stream, false, ":status", "200", "content-type", "application/grpc"); err != nil {
		return err
	}
	// grpc.health.v1.HealthCheckResponse with status SERVING, not compressed.
	if err := peer.framer.WriteData(stream, false, []byte{0, 0, 0, 0, 2, 8, 1}); err != nil {
		return err
	}
	return peer.header(stream, true, "grpc-status", "0")
}

func (peer *peer) header(stream uint32, endsStream bool, pairs ...string) error {
	peer.encoded.Reset()
	for i := 0; i < len(pairs); i += 2 {
		if err := peer.encoder.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]}); err != nil {
			return err
		}
	}
	return peer.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: stream, BlockFragment: peer.encoded.Bytes(), EndStream: endsStream, EndHeaders: true,
	})
}
