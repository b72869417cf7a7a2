package main

import "sort"

// spread is how a duration was distributed, in microseconds.
type spread struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// report is what one run of the load says. Counts and times are of the window, `errors` and `lost` of the whole run.
type report struct {
	WindowSeconds float64 `json:"windowSeconds"`
	Requests      int     `json:"requests"`
	Events        int     `json:"events"`
	AllRequests   int     `json:"allRequests"` // of the whole run
	AllEvents     int     `json:"allEvents"`
	LatencyUs     spread  `json:"latencyUs"`
	FirstTokenUs  spread  `json:"firstTokenUs"`
	DelayUs       spread  `json:"delayUs"`
	// Of probes: streams that begin one after the other while others are held.
	ProbeFirstTokenUs spread `json:"probeFirstTokenUs"`

	Errors     int            `json:"errors"`
	ErrorKinds map[string]int `json:"errorKinds"`
	Lost       int            `json:"lost"`
	Unfinished int            `json:"unfinished"`

	GatewayCPUSeconds float64 `json:"gatewayCpuSeconds"`
	MockCPUSeconds    float64 `json:"mockCpuSeconds"`
	LoadCPUSeconds    float64 `json:"loadCpuSeconds"`
	GatewayCoreBusy   float64 `json:"gatewayCoreBusy"`
	LoadCoreBusy      float64 `json:"loadCoreBusy"`

	RSSBeforeBytes int `json:"rssBeforeBytes"`
	RSSBytes       int `json:"rssBytes"`
	OpenIdle       int `json:"openIdle"`
}

// spreadOf sorts the nanoseconds in place; percentiles by nearest rank.
func spreadOf(nanoseconds []int64) spread {
	n := len(nanoseconds)
	if n == 0 {
		return spread{}
	}
	sort.Slice(nanoseconds, func(i, j int) bool { return nanoseconds[i] < nanoseconds[j] })
	rank := func(share float64) float64 {
		at := int(share*float64(n)+0.999999) - 1
		return float64(nanoseconds[min(n-1, max(0, at))]) / 1000
	}
	return spread{Count: n, P50: rank(0.5), P99: rank(0.99), Max: float64(nanoseconds[n-1]) / 1000}
}
