package main

import (
	"bytes"
	"strconv"
)

// head is what framing needs of an HTTP/1.1 head.
type head struct {
	line      string // request line or status line
	length    int    // Content-Length, -1 when absent
	isChunked bool
	closes    bool
}

var headEnd = []byte("\r\n\r\n")

// readHead returns the head at the start of data and where the body begins; false when it is not complete yet.
func readHead(data []byte) (head, int, bool) {
	end := bytes.Index(data, headEnd)
	if end < 0 {
		return head{}, 0, false
	}
	h := head{length: -1}
	for i, line := range bytes.Split(data[:end], headEnd[:2]) {
		if i == 0 {
			h.line = string(line)
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("content-length")):
			if n, err := strconv.Atoi(string(value)); err == nil {
				h.length = n
			}
		case bytes.EqualFold(name, []byte("transfer-encoding")):
			h.isChunked = bytes.EqualFold(value, []byte("chunked"))
		case bytes.EqualFold(name, []byte("connection")):
			h.closes = bytes.EqualFold(value, []byte("close"))
		}
	}
	return h, end + len(headEnd), true
}

func (h head) status() int {
	if len(h.line) < 12 {
		return 0
	}
	code, _ := strconv.Atoi(h.line[9:12])
	return code
}

// Where a dechunker stands.
const (
	inSize = iota
	inExtension
	inData
	afterData
	inTrailer
)

// dechunker takes the framing of chunks away (RFC 9112 section 7.1), wherever the bytes are cut.
type dechunker struct {
	state, left, digits, lineLength int
}

// next hands on the payload in data piece by piece; it says whether the last chunk with its trailer is over.
func (d *dechunker) next(data []byte, onPayload func([]byte)) (isOver bool, ok bool) {
	for at := 0; at < len(data); {
		b := data[at]
		switch d.state {
		case inSize:
			at++
			if digit, isDigit := hexDigit(b); isDigit && d.digits < 8 {
				d.left, d.digits = d.left<<4|digit, d.digits+1
			} else if b == '\n' && d.digits > 0 {
				d.afterSize()
			} else if d.digits == 0 || (b != '\r' && b != ';' && b != ' ') {
				return false, false
			} else if b != '\r' {
				d.state = inExtension
			}
		case inExtension:
			at++
			if b == '\n' {
				d.afterSize()
			}
		case inData:
			n := min(d.left, len(data)-at)
			onPayload(data[at : at+n])
			at, d.left = at+n, d.left-n
			if d.left == 0 {
				d.state = afterData
			}
		case afterData:
			at++
			if b == '\n' {
				d.state, d.digits = inSize, 0
			} else if b != '\r' {
				return false, false
			}
		case inTrailer:
			at++
			if b == '\n' {
				if d.lineLength == 0 {
					return true, at == len(data)
				}
				d.lineLength = 0
			} else if b != '\r' {
				d.lineLength++
			}
		}
	}
	return false, true
}

func (d *dechunker) afterSize() {
	if d.left == 0 {
		d.state, d.lineLength = inTrailer, 0
	} else {
		d.state = inData
	}
}

func hexDigit(b byte) (int, bool) {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0'), true
	case b|32 >= 'a' && b|32 <= 'f':
		return int(b|32-'a') + 10, true
	}
	return 0, false
}
