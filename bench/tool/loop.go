package main

import (
	"syscall"
	"unsafe"
)

// nanotime is CLOCK_MONOTONIC in nanoseconds, the same in every process of the machine.
//
//go:linkname nanotime runtime.nanotime
func nanotime() int64

// loop waits for sockets and for moments.
type loop struct {
	fd     int
	events [512]syscall.EpollEvent
}

func newLoop() *loop {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		fail("epoll_create1: " + err.Error())
	}
	return &loop{fd: fd}
}

func (l *loop) watch(fd int, wantsWrite, isNew bool) {
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
	if wantsWrite {
		event.Events |= syscall.EPOLLOUT
	}
	operation := syscall.EPOLL_CTL_MOD
	if isNew {
		operation = syscall.EPOLL_CTL_ADD
	}
	if err := syscall.EpollCtl(l.fd, operation, fd, &event); err != nil {
		fail("epoll_ctl: " + err.Error())
	}
}

const sysEpollPwait2 = 441 // the same number on every architecture; Linux 5.11 and newer

// wait returns the sockets that are ready; at `until` (nanotime) at the latest, at once when that is past.
// Moments are met to microseconds, which epoll_wait with its milliseconds would not do.
func (l *loop) wait(until int64) []syscall.EpollEvent {
	left := until - nanotime()
	if left < 0 {
		left = 0
	}
	timeout := syscall.NsecToTimespec(left)
	// Raw: Go's scheduler is not told of the wait, for it would hand our one processor over and take it back each time.
	n, _, errno := syscall.RawSyscall6(sysEpollPwait2, uintptr(l.fd), uintptr(unsafe.Pointer(&l.events[0])),
		uintptr(len(l.events)), uintptr(unsafe.Pointer(&timeout)), 0, 0)
	if errno != 0 {
		if errno == syscall.EINTR {
			return nil
		}
		fail("epoll_pwait2: " + errno.Error())
	}
	return l.events[:n]
}

func address(port int) *syscall.SockaddrInet4 {
	return &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}
}

func listen(port int) (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return 0, err
	}
	if err := syscall.Bind(fd, address(port)); err != nil {
		return 0, err
	}
	return fd, syscall.Listen(fd, 4096)
}

// dial connects, waiting for it: on loopback that is the time of two context switches.
func dial(port int) (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if err := syscall.Connect(fd, address(port)); err != nil {
		syscall.Close(fd)
		return 0, err
	}
	return fd, prepare(fd)
}

func prepare(fd int) error {
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	return syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
}

// outbox sends bytes and keeps what the socket does not take yet.
type outbox struct{ pending []byte }

// send takes `data` over only when the socket is full.
func (o *outbox) send(l *loop, fd int, data []byte) bool {
	if len(o.pending) > 0 {
		o.pending = append(o.pending, data...)
		return true
	}
	n, err := syscall.Write(fd, data)
	if err == syscall.EAGAIN {
		n, err = 0, nil
	}
	if err != nil {
		return false
	}
	if n < len(data) {
		o.pending = append(o.pending, data[n:]...)
		l.watch(fd, true, false)
	}
	return true
}

// flush goes on with what is pending; call it when the socket takes more.
func (o *outbox) flush(l *loop, fd int) bool {
	n, err := syscall.Write(fd, o.pending)
	if err == syscall.EAGAIN {
		return true
	}
	if err != nil {
		return false
	}
	o.pending = append(o.pending[:0], o.pending[n:]...)
	if len(o.pending) == 0 {
		l.watch(fd, false, false)
	}
	return true
}
