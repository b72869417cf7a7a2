package main

import (
	"flag"
	"os"
	"time"
)

// settings of one run of the load.
type settings struct {
	port, conns, bodyBytes int
	families               int // groups of prompts with a beginning of their own; 0 for one prompt, always the same
	key                    string
	stream                 bool
	events                 int // of each stream
	interval               int // microseconds between two events
	hold                   bool
	idle                   bool
	ramp, warmup, duration time.Duration
	grace                  time.Duration // how long requests under way may take after the window
	probeEvery             time.Duration // how often a short stream begins while the window is open; 0 for none
	gateway, mock          int           // process ids, 0 for none
	gatewayCore, loadCore  int
}

func readSettings(args []string) settings {
	var s settings
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	flags.IntVar(&s.port, "port", 0, "where requests go")
	flags.StringVar(&s.key, "key", "", "bearer key")
	flags.IntVar(&s.conns, "conns", 1, "connections, each with one request at a time")
	flags.IntVar(&s.bodyBytes, "body-bytes", 1200, "size of a request body")
	flags.IntVar(&s.families, "families", 0, "groups of prompts that share three quarters; 0 for the same prompt always")
	flags.BoolVar(&s.stream, "stream", false, "ask for streams")
	flags.IntVar(&s.events, "events", 100, "events of a stream")
	flags.IntVar(&s.interval, "interval-us", 0, "microseconds between two events; 0 as fast as it goes")
	flags.BoolVar(&s.hold, "hold", false, "one request for each connection, begun evenly during the ramp")
	flags.BoolVar(&s.idle, "idle", false, "one request for each connection, then leave it open")
	flags.DurationVar(&s.ramp, "ramp", 0, "time until all connections are in use")
	flags.DurationVar(&s.warmup, "warmup", 300*time.Millisecond, "time after the ramp that is not counted")
	flags.DurationVar(&s.duration, "duration", time.Second, "time that is counted")
	flags.DurationVar(&s.grace, "grace", 10*time.Second, "time for requests under way after the window")
	flags.DurationVar(&s.probeEvery, "probe-every", 0, "with --hold: how often a further stream, of one event, begins in the window")
	flags.IntVar(&s.gateway, "gateway-pid", 0, "root of the process tree that is measured")
	flags.IntVar(&s.mock, "mock-pid", 0, "the mock's process")
	flags.IntVar(&s.gatewayCore, "gateway-core", 1, "core whose other users are noted")
	flags.IntVar(&s.loadCore, "load-core", 0, "core of the mock and the load")
	flags.Parse(args)
	return s
}

// load drives the connections. The window opens after ramp and warm-up; requests and events that arrive in it count.
type load struct {
	settings
	loop    *loop
	prompts [][]byte
	sent    int // requests so far, over all connections
	buffer  [256 << 10]byte
	conns   []*client
	byFD    map[int]*client
	report  report

	begun    int // connections that have sent something
	busy     int // requests under way
	isOpen   bool
	isOver   bool
	latency  []int64
	first    []int64
	delay    []int64
	openedAt int64

	probeAt     int64     // when the next probe begins
	probes      []*client // those that rest
	probeFirst  []int64
	probeStream []byte
}

func runLoad(args []string) report {
	s := readSettings(args)
	l := &load{settings: s, loop: newLoop(), byFD: map[int]*client{}}
	l.report.ErrorKinds = map[string]int{}
	for family := range max(1, s.families) {
		l.prompts = append(l.prompts, requestBytes(s, family))
	}
	probe := s
	probe.events = 1
	l.probeStream = requestBytes(probe, 0)
	l.latency = make([]int64, 0, 1<<20)
	l.first = make([]int64, 0, 1<<16)
	l.delay = make([]int64, 0, 1<<21)
	l.report.RSSBeforeBytes = rssOf(s.gateway)
	if s.idle {
		l.runIdle()
	} else {
		l.run()
	}
	l.report.LatencyUs, l.report.FirstTokenUs, l.report.DelayUs = spreadOf(l.latency), spreadOf(l.first), spreadOf(l.delay)
	l.report.ProbeFirstTokenUs = spreadOf(l.probeFirst)
	return l.report
}

func (l *load) run() {
	start := nanotime()
	openAt := start + int64(l.ramp+l.warmup)
	closeAt := openAt + int64(l.duration)
	for {
		now := nanotime()
		if !l.isOpen && !l.isOver && now >= openAt {
			l.openWindow()
		}
		if l.isOpen && now >= closeAt {
			l.closeWindow()
		}
		if l.isOver && (l.busy == 0 || now >= closeAt+int64(l.grace)) {
			break
		}
		next := closeAt
		switch {
		case l.begun < l.settings.conns && !l.isOver:
			next = l.beginDue(start, now)
		case !l.isOpen && !l.isOver:
			next = openAt
		case l.isOver:
			next = closeAt + int64(l.grace)
		case l.probeEvery > 0:
			next = min(closeAt, l.probeDue(now))
		}
		for _, event := range l.loop.wait(next) {
			l.onReady(event)
		}
	}
	l.report.Unfinished = l.busy
}

// beginDue starts the connections whose turn has come; it returns when the next one's comes.
func (l *load) beginDue(start, now int64) int64 {
	for l.begun < l.settings.conns {
		at := start + int64(l.ramp)*int64(l.begun)/int64(l.settings.conns)
		if at > now {
			return at
		}
		l.begin()
	}
	return now
}

// probeDue begins a probe when its turn has come; it returns when the next one's comes.
func (l *load) probeDue(now int64) int64 {
	if l.probeAt == 0 {
		l.probeAt = now
	}
	if now >= l.probeAt {
		l.probeAt += int64(l.probeEvery)
		l.probe()
	}
	return l.probeAt
}

func (l *load) openWindow() {
	l.isOpen = true
	l.report.GatewayCPUSeconds = -cpuOf(l.gateway)
	l.report.MockCPUSeconds = -cpuOf(l.mock)
	l.report.LoadCPUSeconds = -cpuOf(os.Getpid())
	l.report.GatewayCoreBusy = -coreBusy(l.gatewayCore)
	l.report.LoadCoreBusy = -coreBusy(l.loadCore)
	l.openedAt = nanotime()
}

func (l *load) closeWindow() {
	l.isOpen, l.isOver = false, true
	l.report.WindowSeconds = float64(nanotime()-l.openedAt) / 1e9
	l.report.GatewayCPUSeconds += cpuOf(l.gateway)
	l.report.MockCPUSeconds += cpuOf(l.mock)
	l.report.LoadCPUSeconds += cpuOf(os.Getpid())
	l.report.GatewayCoreBusy += coreBusy(l.gatewayCore)
	l.report.LoadCoreBusy += coreBusy(l.loadCore)
	l.report.RSSBytes = rssOf(l.gateway)
}

// runIdle opens all connections, a few at a time, and looks at the gateway's memory while they rest.
func (l *load) runIdle() {
	const atOnce = 32
	deadline := nanotime() + int64(60*time.Second)
	for nanotime() < deadline {
		for l.busy < atOnce && l.begun < l.settings.conns {
			l.begin()
		}
		if l.busy == 0 {
			break
		}
		for _, event := range l.loop.wait(deadline) {
			l.onReady(event)
		}
	}
	l.report.Unfinished = l.busy
	restUntil := nanotime() + int64(l.duration)
	for nanotime() < restUntil {
		for _, event := range l.loop.wait(restUntil) {
			l.onReady(event)
		}
	}
	l.report.RSSBytes = rssOf(l.gateway)
	l.report.OpenIdle = len(l.byFD)
	l.report.Requests = len(l.latency)
}

func cpuOf(pid int) float64 {
	if pid == 0 {
		return 0
	}
	return treeCPU(pid)
}

func rssOf(pid int) int {
	if pid == 0 {
		return 0
	}
	return treeRSS(pid)
}
