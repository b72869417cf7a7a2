import type { ExecRequest, ExecResult } from './contract.ts'
import { channelNumbers, commandPath, exitCodeOf, podSubject } from './command-channels.ts'
import { cancelled, type ApiTransport } from './transport.ts'
import { openChannels } from './web-socket.ts'

/** Of each stream; what is beyond is left out. */
const outputLimitBytes = 1024 * 1024

/** Bytes up to a limit. */
class Collected {
  readonly #pieces: Buffer[] = []
  #room = outputLimitBytes

  add(bytes: Buffer): void {
    if (this.#room <= 0) return
    const piece = bytes.subarray(0, this.#room)
    this.#room -= piece.length
    this.#pieces.push(piece)
  }

  toString(): string {
    return Buffer.concat(this.#pieces).toString('utf8')
  }
}

/** Runs a command in a container and waits for its end. */
export async function execInPod(
  transport: ApiTransport,
  namespace: string,
  { pod, container, command, signal }: ExecRequest,
): Promise<ExecResult> {
  const subject = podSubject('exec', namespace, pod)
  const path = commandPath(subject, container, command, { stdout: true, stderr: true })
  const [stdout, stderr, status] = [new Collected(), new Collected(), new Collected()]
  const channels = await openChannels(transport, path, subject, (channel, bytes) => {
    if (channel === channelNumbers.output) stdout.add(bytes)
    else if (channel === channelNumbers.errors) stderr.add(bytes)
    else if (channel === channelNumbers.status) status.add(bytes)
  })
  const close = (): void => channels.close()
  signal?.addEventListener('abort', close, { once: true })
  if (signal?.aborted === true) close()
  await channels.closed
  signal?.removeEventListener('abort', close)
  if (signal?.aborted === true) throw cancelled(subject, signal.reason)
  const exitCode = exitCodeOf(status.toString(), subject, transport.server)
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() }
}
