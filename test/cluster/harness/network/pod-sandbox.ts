import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { addresses } from './addresses.ts'
import { bridge } from './bridge.ts'
import { run } from './run.ts'

/**
 * What the containers of a Pod share: an address, a host name, and memory between processes (IPC). A process that only sleeps
 * holds it, as the pause container does in a real cluster.
 */
export class PodSandbox {
  readonly address: string
  readonly #link: string
  readonly #pause: ChildProcess

  private constructor(address: string, link: string, pause: ChildProcess) {
    this.address = address
    this.#link = link
    this.#pause = pause
  }

  static async start(address: string, hostName: string): Promise<PodSandbox> {
    const script = 'hostname "$0" && echo ready && exec sleep infinity'
    const pause = spawn('unshare', ['--net', '--uts', '--ipc', 'sh', '-c', script, hostName], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(pause, 'exit').then(() => Promise.reject(new Error('the sandbox of a Pod ended')))
    await Promise.race([once(pause.stdout, 'data'), ended])
    ended.catch(() => {})
    // A link's name has at most 15 characters.
    const link = `pod${address.split('.').slice(2).join('-')}`
    const sandbox = new PodSandbox(address, link, pause)
    try {
      await run('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pause.pid))
      await run('ip', 'link', 'set', link, 'master', bridge, 'up')
      const { podPrefixLength, gateway } = addresses
      const inside = `ip link set lo up && ip address add ${address}/${podPrefixLength} dev eth0 &&
        ip link set eth0 up && ip route add default via ${gateway} &&
        sysctl -q -w net.ipv4.ip_unprivileged_port_start=0`
      await run('nsenter', '--target', String(pause.pid), '--net', 'sh', '-c', inside)
      return sandbox
    } catch (error) {
      sandbox.stop()
      throw error
    }
  }

  /** What to put before a command so that it runs in this sandbox. */
  get enter(): readonly string[] {
    return ['/usr/bin/nsenter', '--target', String(this.#pause.pid), '--net', '--uts', '--ipc', '--']
  }

  /** Takes the cable out: what is sent to this Pod is lost without an answer, as when its node lost power. */
  async unplug(): Promise<void> {
    await run('ip', 'link', 'set', this.#link, 'down')
  }

  stop(): void {
    this.#pause.kill('SIGKILL')
  }
}
