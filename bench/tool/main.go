// Command tool is the instrument of the gateway bench: `tool mock` plays the engines, `tool load` the clients.
// Both are one thread around epoll, so that they cost less than the gateway that they measure. Linux only.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
)

func main() {
	// One thread of ours; no collection while measuring, since hardly anything is allocated.
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(2 << 30)
	if len(os.Args) < 2 {
		fail("say mock or load")
	}
	switch os.Args[1] {
	case "mock":
		runMock(os.Args[2:])
	case "load":
		report := runLoad(os.Args[2:])
		if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
			fail(err.Error())
		}
	default:
		fail("say mock or load")
	}
}

func fail(problem string) {
	fmt.Fprintln(os.Stderr, "bench tool:", problem)
	os.Exit(1)
}
