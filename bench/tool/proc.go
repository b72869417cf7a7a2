package main

import (
	"bytes"
	"os"
	"strconv"
)

const ticksPerSecond = 100 // USER_HZ, a constant of Linux's interface on every architecture that Node runs on

// processTree is a process and all its descendants.
func processTree(root int) []int {
	tree := []int{root}
	for i := 0; i < len(tree); i++ {
		threads, _ := os.ReadDir("/proc/" + strconv.Itoa(tree[i]) + "/task")
		for _, thread := range threads {
			children, _ := os.ReadFile("/proc/" + strconv.Itoa(tree[i]) + "/task/" + thread.Name() + "/children")
			for _, child := range bytes.Fields(children) {
				if pid, err := strconv.Atoi(string(child)); err == nil {
					tree = append(tree, pid)
				}
			}
		}
	}
	return tree
}

// treeCPU is user and system time of the tree in seconds: of all threads, and of children that ended.
func treeCPU(root int) float64 {
	ticks := 0
	for _, pid := range processTree(root) {
		stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		// The second field is a name in parentheses that may hold blanks; utime is field 14 (proc(5)).
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		for i := 11; i < 15 && i < len(fields); i++ {
			n, _ := strconv.Atoi(string(fields[i]))
			ticks += n
		}
	}
	return float64(ticks) / ticksPerSecond
}

// treeRSS is the resident memory of the tree in bytes; pages that two of them share count twice.
func treeRSS(root int) int {
	total := 0
	for _, pid := range processTree(root) {
		statm, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
		if fields := bytes.Fields(statm); len(fields) > 1 {
			pages, _ := strconv.Atoi(string(fields[1]))
			total += pages * os.Getpagesize()
		}
	}
	return total
}

// coreBusy is the time in seconds that a core was not idle, whoever used it, the hypervisor's share included.
func coreBusy(core int) float64 {
	stat, _ := os.ReadFile("/proc/stat")
	name := []byte("cpu" + strconv.Itoa(core))
	for _, line := range bytes.Split(stat, []byte("\n")) {
		fields := bytes.Fields(line)
		if len(fields) < 9 || !bytes.Equal(fields[0], name) {
			continue
		}
		ticks := 0
		for i := 1; i <= 8; i++ {
			if i != 4 && i != 5 { // idle, iowait
				n, _ := strconv.Atoi(string(fields[i]))
				ticks += n
			}
		}
		return float64(ticks) / ticksPerSecond
	}
	return 0
}
