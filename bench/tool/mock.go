package main

import (
	"bytes"
	"container/heap"
	"flag"
	"fmt"
	"math"
	"strconv"
	"strings"
	"syscall"
)

// runMock serves an OpenAI-compatible engine on each port until it is killed. It keeps no settings: a request says
// in its own fields how it wants to be answered: "stream", "max_tokens" (events of a stream) and "seed"
// (microseconds between two events; 0 is one event of every stream in turn, as an engine's steps are).
func runMock(args []string) {
	flags := flag.NewFlagSet("mock", flag.ExitOnError)
	ports := flags.String("ports", "", "ports to serve, with commas")
	flags.Parse(args)
	m := &mock{loop: newLoop(), listeners: map[int]bool{}, conns: map[int]*engineConn{}}
	for _, text := range strings.Split(*ports, ",") {
		port, err := strconv.Atoi(text)
		if err != nil {
			fail("not a port: " + text)
		}
		fd, err := listen(port)
		if err != nil {
			fail(fmt.Sprintf("port %d: %v", port, err))
		}
		m.listeners[fd] = true
		m.loop.watch(fd, false, true)
	}
	fmt.Println("ready")
	m.run()
}

type mock struct {
	loop      *loop
	listeners map[int]bool
	conns     map[int]*engineConn
	paced     dueQueue
	burst     []*engineConn
	buffer    [256 << 10]byte
}

type engineConn struct {
	fd       int
	in       []byte
	out      outbox
	isOpen   bool
	number   int // next event
	events   int // of the stream that runs; 0 when none does
	interval int64
	dueAt    int64
	usage    bool
}

func (m *mock) run() {
	for {
		until := int64(math.MaxInt64)
		if len(m.burst) > 0 {
			until = 0
		} else if len(m.paced) > 0 {
			until = m.paced[0].dueAt
		}
		if until == math.MaxInt64 {
			until = nanotime() + 1e9
		}
		for _, event := range m.loop.wait(until) {
			m.onReady(int(event.Fd), event.Events)
		}
		for now := nanotime(); len(m.paced) > 0 && m.paced[0].dueAt <= now; {
			conn := m.paced[0]
			if m.writeEvent(conn) {
				conn.dueAt += conn.interval
				heap.Fix(&m.paced, 0)
			} else {
				heap.Pop(&m.paced)
			}
		}
		m.stepBurst()
	}
}

func (m *mock) stepBurst() {
	running := m.burst[:0]
	for _, conn := range m.burst {
		// A stream whose socket is full waits for the next step.
		if len(conn.out.pending) > 0 && conn.isOpen || m.writeEvent(conn) {
			running = append(running, conn)
		}
	}
	m.burst = running
}

func (m *mock) onReady(fd int, events uint32) {
	if m.listeners[fd] {
		for {
			accepted, _, err := syscall.Accept4(fd, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
			if err != nil {
				return
			}
			if prepare(accepted) == nil {
				m.conns[accepted] = &engineConn{fd: accepted, isOpen: true}
				m.loop.watch(accepted, false, true)
			}
		}
	}
	conn := m.conns[fd]
	if conn == nil {
		return
	}
	if events&syscall.EPOLLOUT != 0 && !conn.out.flush(m.loop, fd) {
		m.close(conn)
		return
	}
	if events&(syscall.EPOLLIN|syscall.EPOLLERR|syscall.EPOLLHUP) != 0 {
		n, err := syscall.Read(fd, m.buffer[:])
		if err == syscall.EAGAIN {
			return
		}
		if err != nil || n == 0 {
			m.close(conn)
			return
		}
		m.onBytes(conn, m.buffer[:n])
	}
}

func (m *mock) close(conn *engineConn) {
	if conn.isOpen {
		conn.isOpen = false
		delete(m.conns, conn.fd)
		syscall.Close(conn.fd)
	}
}

func (m *mock) onBytes(conn *engineConn, data []byte) {
	if len(conn.in) > 0 {
		conn.in = append(conn.in, data...)
		data = conn.in
	}
	for len(data) > 0 && conn.events == 0 {
		h, at, isWhole := readHead(data)
		if isWhole && h.isChunked {
			m.answer(conn, 501, `{"error":{"message":"the mock reads Content-Length only"}}`)
			m.close(conn)
			return
		}
		end := at + max(0, h.length)
		if !isWhole || len(data) < end {
			break
		}
		m.serve(conn, h.line, data[at:end])
		data = data[end:]
	}
	conn.in = append(conn.in[:0], data...)
}

const answerBody = `{"id":"chatcmpl-bench","object":"chat.completion","created":1760000000,"model":"bench","choices":[{"index":0,` +
	`"message":{"role":"assistant","content":"The harbour master checks each mooring line before the tide turns, and again an hour after.","refusal":null,"tool_calls":[]},` +
	`"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":300,"total_tokens":320,"completion_tokens":20}}`

func (m *mock) answer(conn *engineConn, status int, body string) {
	m.send(conn, []byte(fmt.Sprintf("HTTP/1.1 %d OK\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\nserver: uvicorn\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", status, len(body), body)))
}

var wholeAnswer = []byte(fmt.Sprintf("HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\nserver: uvicorn\r\ncontent-length: %d\r\ncontent-type: application/json\r\n\r\n%s", len(answerBody), answerBody))
var streamHead = []byte("HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\nserver: uvicorn\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n")

func (m *mock) serve(conn *engineConn, line string, body []byte) {
	if !strings.HasPrefix(line, "POST ") {
		m.answer(conn, 200, `{"object":"list","data":[]}`)
		return
	}
	first := body[:min(len(body), 1024)]
	if !bytes.Contains(first, []byte(`"stream":true`)) {
		m.send(conn, wholeAnswer)
		return
	}
	conn.number, conn.events = 0, max(1, field(first, `"max_tokens":`))
	conn.interval = int64(field(first, `"seed":`)) * 1000
	conn.usage = bytes.Contains(body, []byte(`"include_usage":true`))
	m.send(conn, streamHead)
	if conn.interval == 0 {
		m.burst = append(m.burst, conn)
		return
	}
	conn.dueAt = nanotime()
	heap.Push(&m.paced, conn)
}

// writeEvent sends the stream's next event, or its end after the last; it says whether the stream goes on.
func (m *mock) writeEvent(conn *engineConn) bool {
	if !conn.isOpen {
		return false
	}
	if conn.number < conn.events {
		m.send(conn, stampEvent(nanotime(), conn.number))
		conn.number++
		return conn.isOpen
	}
	end := finish
	if conn.usage {
		end += usageEvent
	}
	conn.events = 0
	m.send(conn, append(chunk(end+doneEvent), "0\r\n\r\n"...))
	return false
}

func (m *mock) send(conn *engineConn, data []byte) {
	if conn.isOpen && !conn.out.send(m.loop, conn.fd, data) {
		m.close(conn)
	}
}

// field is the number after a field's name, 0 when it is absent.
func field(data []byte, name string) int {
	at := bytes.Index(data, []byte(name))
	if at < 0 {
		return 0
	}
	value := 0
	for _, b := range data[at+len(name):] {
		if b < '0' || b > '9' {
			break
		}
		value = value*10 + int(b-'0')
	}
	return value
}

// dueQueue orders streams by the moment of their next event.
type dueQueue []*engineConn

func (q dueQueue) Len() int           { return len(q) }
func (q dueQueue) Less(i, j int) bool { return q[i].dueAt < q[j].dueAt }
func (q dueQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *dueQueue) Push(conn any)     { *q = append(*q, conn.(*engineConn)) }
func (q *dueQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
