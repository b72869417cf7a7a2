import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that the kernel gives to connections that go out (32768 and up on Linux), above those that servers have by habit. */
const lowest = 12_000
const highest = 29_998

/**
 * A port for a process that has to be told its port, with the next one free too (the admin listener's). The kernel gives it to
 * no connection in the meantime, which a port from `listen(0)` may be given to before its process comes to listen.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
    if ((await isFree(port)) && (await isFree(port + 1))) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}
