package main

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// client is one connection of the load.
type client struct {
	fd     int
	out    outbox
	isBusy bool
	sentAt int64
	// Whether it is one more stream, of one event, beside those that are held.
	isProbe bool

	headBytes []byte
	inBody    bool
	isChunked bool
	closes    bool
	left      int // bytes of the body that are to come; -1 until the connection ends
	chunks    dechunker
	events    eventReader
	answered  bool // the first event was seen
}

const words = "the tide turned and the harbour lights came on one by one along the northern quay, "

// requestBytes is one whole request of a family of prompts. The fields that the mock acts on come first in its body.
func requestBytes(s settings, family int) []byte {
	fields := ""
	if s.stream {
		fields = fmt.Sprintf(`"stream":true,"max_tokens":%d,"seed":%d,`, s.events, s.interval)
	}
	open := `{"model":"bench",` + fields + `"messages":[{"role":"system","content":"Answer briefly."},{"role":"user","content":"`
	const shut = `"}]}`
	room := max(1, s.bodyBytes-len(open)-len(shut))
	said := words
	if s.families > 0 {
		said = fmt.Sprintf("berth %06d: %s", family, words)
	}
	body := open + strings.Repeat(said, room/len(said)+1)[:room] + shut
	return []byte(fmt.Sprintf("POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nauthorization: Bearer %s\r\n"+
		"content-type: application/json\r\naccept: */*\r\nuser-agent: bench\r\ncontent-length: %d\r\n\r\n%s", s.port, s.key, len(body), body))
}

// nextRequest is the families' requests in turn; each has a number of its own where the last quarter begins.
func (l *load) nextRequest() []byte {
	request := l.prompts[l.sent%len(l.prompts)]
	if l.families > 0 {
		copy(request[len(request)*3/4:], fmt.Sprintf("%012d", l.sent))
	}
	l.sent++
	return request
}

// begin opens one more connection and sends its first request.
func (l *load) begin() {
	l.begun++
	c := &client{}
	if l.connect(c) {
		l.send(c)
	}
}

// probe begins a stream on a connection that rests, or on a new one.
func (l *load) probe() {
	if last := len(l.probes) - 1; last >= 0 {
		c := l.probes[last]
		l.probes = l.probes[:last]
		l.send(c)
		return
	}
	c := &client{isProbe: true}
	if l.connect(c) {
		l.send(c)
	}
}

// wanted is how many events a stream was asked for.
func (l *load) wanted(c *client) int {
	if c.isProbe {
		return 1
	}
	return l.settings.events
}

func (l *load) connect(c *client) bool {
	fd, err := dial(l.port)
	if err != nil {
		l.fail(nil, "connect: "+err.Error())
		return false
	}
	*c = client{fd: fd, events: c.events, isProbe: c.isProbe}
	l.byFD[fd] = c
	l.loop.watch(fd, false, true)
	return true
}

func (l *load) send(c *client) {
	c.isBusy, c.inBody, c.answered = true, false, false
	c.headBytes, c.chunks = c.headBytes[:0], dechunker{}
	c.events.reset()
	l.busy++
	request := l.probeStream
	if !c.isProbe {
		request = l.nextRequest()
	}
	c.sentAt = nanotime()
	if !c.out.send(l.loop, c.fd, request) {
		l.fail(c, "write")
	}
}

// fail counts an error; the connection is replaced unless there are too many of them.
func (l *load) fail(c *client, kind string) {
	l.report.Errors++
	l.report.ErrorKinds[kind]++
	if c == nil {
		return
	}
	if c.isBusy {
		l.busy--
		if l.stream && c.inBody {
			l.report.Lost += c.events.lostOf(l.wanted(c))
		}
	}
	c.isBusy = false
	l.drop(c)
	l.again(c)
}

func (l *load) drop(c *client) {
	delete(l.byFD, c.fd)
	syscall.Close(c.fd)
	c.fd = -1
}

// again sends the next request of a connection where there is one to send.
func (l *load) again(c *client) {
	if l.isOver || l.hold || l.idle || l.report.Errors > 1000 {
		return
	}
	if c.fd >= 0 || l.connect(c) {
		l.send(c)
	}
}

func (l *load) onReady(event syscall.EpollEvent) {
	c := l.byFD[int(event.Fd)]
	if c == nil {
		return
	}
	if event.Events&syscall.EPOLLOUT != 0 && len(c.out.pending) > 0 && !c.out.flush(l.loop, c.fd) {
		l.fail(c, "write")
		return
	}
	if event.Events&(syscall.EPOLLIN|syscall.EPOLLERR|syscall.EPOLLHUP) == 0 {
		return
	}
	n, err := syscall.Read(c.fd, l.buffer[:])
	if err == syscall.EAGAIN {
		return
	}
	switch {
	case n > 0 && err == nil:
		l.onBytes(c, l.buffer[:n], nanotime())
	case c.isBusy && c.inBody && c.left < 0 && !c.isChunked && err == nil:
		l.finish(c, nanotime(), true)
	case c.isBusy && err != nil:
		l.fail(c, "reset")
	case c.isBusy:
		l.fail(c, "closed before the answer was whole")
	default:
		l.drop(c)
		l.probes = slices.DeleteFunc(l.probes, func(resting *client) bool { return resting == c })
		l.again(c)
	}
}

func (l *load) onBytes(c *client, data []byte, now int64) {
	if !c.isBusy {
		l.fail(c, "bytes that nobody asked for")
		return
	}
	if !c.inBody {
		c.headBytes = append(c.headBytes, data...)
		h, at, isWhole := readHead(c.headBytes)
		if !isWhole {
			return
		}
		if status := h.status(); status != 200 {
			l.fail(c, fmt.Sprintf("status %d", status))
			return
		}
		c.inBody, c.isChunked, c.left, c.closes = true, h.isChunked, h.length, h.closes
		data = c.headBytes[at:]
		if h.length == 0 {
			l.finish(c, now, c.closes)
			return
		}
	}
	onPayload := func(payload []byte) {
		if l.stream {
			c.events.take(payload, func(writtenAt int64) { l.onEvent(c, writtenAt, now) })
		}
	}
	if c.isChunked {
		isOver, ok := c.chunks.next(data, onPayload)
		if !ok {
			l.fail(c, "bad chunk")
		} else if isOver {
			l.finish(c, now, c.closes)
		}
		return
	}
	onPayload(data)
	if c.left >= 0 {
		if c.left -= len(data); c.left == 0 {
			l.finish(c, now, c.closes)
		} else if c.left < 0 {
			l.fail(c, "more bytes than declared")
		}
	}
}

func (l *load) onEvent(c *client, writtenAt, now int64) {
	if !c.answered {
		c.answered = true
		// Streams that are held begin before the window; their first tokens count all the same.
		if c.isProbe {
			l.probeFirst = append(l.probeFirst, now-c.sentAt)
		} else if l.isOpen || l.hold {
			l.first = append(l.first, now-c.sentAt)
		}
	}
	l.report.AllEvents++
	if l.isOpen {
		l.report.Events++
		l.delay = append(l.delay, now-writtenAt)
	}
}

// finish ends a request whose answer is whole.
func (l *load) finish(c *client, now int64, isClosed bool) {
	c.isBusy = false
	l.busy--
	l.report.AllRequests++
	if l.stream {
		if lost := c.events.lostOf(l.wanted(c)); lost > 0 {
			l.report.Lost += lost
			l.report.ErrorKinds["events lost"]++
		}
	}
	if l.isOpen || l.idle {
		l.report.Requests++
		l.latency = append(l.latency, now-c.sentAt)
	}
	if isClosed {
		l.drop(c)
	} else if c.isProbe {
		l.probes = append(l.probes, c)
	}
	l.again(c)
}
