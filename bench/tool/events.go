package main

import (
	"bytes"
	"strconv"
)

// A content event carries when it was written and its number: "@" + 18 digits of nanoseconds + "#" + 6 digits.
const (
	stampDigits  = 18
	numberDigits = 6
	markLength   = 1 + stampDigits + 1 + numberDigits
)

const (
	eventHead = `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"bench",` +
		`"choices":[{"index":0,"delta":{"content":"`
	eventTail  = `"},"logprobs":null,"finish_reason":null}]}` + "\n\n"
	finish     = `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"bench",` + `"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}` + "\n\n"
	usageEvent = `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"bench",` + `"choices":[],"usage":{"prompt_tokens":300,"total_tokens":400,"completion_tokens":100}}` + "\n\n"
	doneEvent  = "data: [DONE]\n\n"
)

var eventTemplate = chunk(eventHead + "@" + string(bytes.Repeat([]byte("0"), stampDigits)) + "#" +
	string(bytes.Repeat([]byte("0"), numberDigits)) + eventTail)
var markAt = bytes.IndexByte(eventTemplate, '@')

func chunk(payload string) []byte {
	return []byte(strconv.FormatInt(int64(len(payload)), 16) + "\r\n" + payload + "\r\n")
}

// stampEvent writes moment and number into the template and returns it; valid until the next call.
func stampEvent(now int64, number int) []byte {
	putDigits(eventTemplate[markAt+1:markAt+1+stampDigits], now)
	putDigits(eventTemplate[markAt+2+stampDigits:markAt+markLength], int64(number))
	return eventTemplate
}

func putDigits(into []byte, value int64) {
	for i := len(into) - 1; i >= 0; i-- {
		into[i] = byte('0' + value%10)
		value /= 10
	}
}

func readDigits(from []byte) int64 {
	value := int64(0)
	for _, b := range from {
		value = value*10 + int64(b-'0')
	}
	return value
}

// eventReader finds the content events of one stream, wherever its bytes are cut.
type eventReader struct {
	carry  []byte
	next   int // number of the event that must come now
	seen   int
	lost   int // skipped numbers, and numbers that came twice or too late
	isDone bool
}

func (r *eventReader) reset() { *r = eventReader{carry: r.carry[:0]} }

// take reads a piece of the payload and hands on the moment at which each event was written.
func (r *eventReader) take(payload []byte, onEvent func(writtenAt int64)) {
	data := payload
	if len(r.carry) > 0 {
		r.carry = append(r.carry, payload...)
		data = r.carry
	}
	for {
		at := bytes.IndexByte(data, '@')
		if at < 0 {
			break
		}
		if len(data)-at < markLength {
			r.carry = append(r.carry[:0], data[at:]...)
			return
		}
		number := int(readDigits(data[at+2+stampDigits : at+markLength]))
		if number < r.next {
			r.lost++
		} else {
			r.lost += number - r.next
			r.next = number + 1
		}
		r.seen++
		onEvent(readDigits(data[at+1 : at+1+stampDigits]))
		data = data[at+markLength:]
	}
	const mark = "[DONE]"
	if bytes.Contains(data, []byte(mark)) {
		r.isDone = true
	}
	r.carry = append(r.carry[:0], data[max(0, len(data)-len(mark)+1):]...)
}

// lostOf says how many of `expected` events are missing, doubled or out of order once the stream is over.
func (r *eventReader) lostOf(expected int) int {
	lost := r.lost + max(0, expected-r.next)
	if !r.isDone && lost == 0 {
		return 1 // the end itself is lost
	}
	return lost
}
