package main

import (
	"bytes"
	"strings"
	"testing"
)

func stream(numbers ...int) []byte {
	var out bytes.Buffer
	for _, number := range numbers {
		out.Write(stampEvent(int64(1000+number), number))
	}
	out.Write(chunk(finish + doneEvent))
	out.WriteString("0\r\n\r\n")
	return out.Bytes()
}

// A reader that loses events at unlucky cuts would blame gateways for it.
func TestEventsAreFoundWhereverTheBytesAreCut(t *testing.T) {
	whole := stream(0, 1, 2)
	for cut := 0; cut <= len(whole); cut++ {
		var chunks dechunker
		var events eventReader
		seen := []int64{}
		over := false
		for _, piece := range [][]byte{whole[:cut], whole[cut:]} {
			isOver, ok := chunks.next(piece, func(payload []byte) {
				events.take(payload, func(at int64) { seen = append(seen, at) })
			})
			if !ok {
				t.Fatalf("cut at %d: bad chunk", cut)
			}
			over = over || isOver
		}
		if !over || len(seen) != 3 || seen[2] != 1002 || events.lostOf(3) != 0 {
			t.Fatalf("cut at %d: over %v, seen %v, lost %d", cut, over, seen, events.lostOf(3))
		}
	}
}

// A gateway that drops, doubles or reorders events, or cuts the end off, must show.
func TestLossesAreCounted(t *testing.T) {
	for _, c := range []struct {
		name    string
		numbers []int
		isDone  bool
		lost    int
	}{
		{"all there", []int{0, 1, 2, 3}, true, 0},
		{"one in the middle", []int{0, 2, 3}, true, 1},
		{"the last", []int{0, 1, 2}, true, 1},
		{"twice", []int{0, 1, 1, 2, 3}, true, 1},
		{"no [DONE]", []int{0, 1, 2, 3}, false, 1},
		{"nothing came", nil, false, 4},
	} {
		var events eventReader
		for _, number := range c.numbers {
			payload := stampEvent(1, number)
			events.take(payload, func(int64) {})
		}
		if c.isDone {
			events.take([]byte(doneEvent), func(int64) {})
		}
		if lost := events.lostOf(4); lost != c.lost {
			t.Errorf("%s: %d lost, not %d", c.name, lost, c.lost)
		}
	}
}

func TestChunksWithExtensionsAndTrailers(t *testing.T) {
	var chunks dechunker
	got := ""
	isOver, ok := chunks.next([]byte("5;a=b\r\nhello\r\n1 \r\n!\r\n0\r\nx: y\r\n\r\n"), func(p []byte) { got += string(p) })
	if !isOver || !ok || got != "hello!" {
		t.Fatalf("over %v, ok %v, %q", isOver, ok, got)
	}
	if _, ok := (&dechunker{}).next([]byte("zz\r\n"), func([]byte) {}); ok {
		t.Fatal("a size that is no number passes")
	}
}

func TestHeads(t *testing.T) {
	h, at, isWhole := readHead([]byte("HTTP/1.1 503 No\r\nContent-Length: 7\r\nConnection: close\r\n\r\nbody"))
	if !isWhole || h.status() != 503 || h.length != 7 || !h.closes || at != 57 {
		t.Fatalf("%+v at %d", h, at)
	}
	if _, _, isWhole := readHead([]byte("HTTP/1.1 200 OK\r\n")); isWhole {
		t.Fatal("half a head is whole")
	}
}

func TestPercentilesByNearestRank(t *testing.T) {
	values := []int64{}
	for i := int64(100); i >= 1; i-- {
		values = append(values, i*1000)
	}
	if s := spreadOf(values); s.P50 != 50 || s.P99 != 99 || s.Max != 100 || s.Count != 100 {
		t.Fatalf("%+v", s)
	}
}

func TestRequestsHaveTheSizeAskedFor(t *testing.T) {
	request := string(requestBytes(settings{bodyBytes: 1200, stream: true, events: 8}, 0))
	_, body, _ := strings.Cut(request, "\r\n\r\n")
	if len(body) != 1200 || !strings.Contains(request, "content-length: 1200\r\n") || !strings.Contains(body, `"max_tokens":8`) {
		t.Fatalf("%d bytes: %.200s", len(body), request)
	}
}

// A probe is one more stream beside those that are held: it has its own first token and its own number of events.
func TestProbesAreCountedApart(t *testing.T) {
	l := &load{settings: settings{stream: true, hold: true, events: 100}, loop: newLoop(), byFD: map[int]*client{}}
	l.report.ErrorKinds = map[string]int{}
	held, probe := &client{isBusy: true}, &client{isBusy: true, isProbe: true}
	l.busy = 2
	for _, c := range []*client{held, probe} {
		c.events.take(stampEvent(1000, 0), func(writtenAt int64) { l.onEvent(c, writtenAt, 5000) })
		c.events.take([]byte(doneEvent), func(int64) {})
	}
	if len(l.first) != 1 || len(l.probeFirst) != 1 {
		t.Fatalf("first tokens: %d of held streams, %d of probes", len(l.first), len(l.probeFirst))
	}
	l.finish(probe, 6000, false)
	if l.report.Lost != 0 || len(l.probes) != 1 {
		t.Fatalf("%d events of the probe lost, %d rest", l.report.Lost, len(l.probes))
	}
	l.finish(held, 6000, false)
	if l.report.Lost != 99 {
		t.Fatalf("%d events of the held stream lost, not 99", l.report.Lost)
	}
}
