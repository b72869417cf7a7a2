import { ClusterError, type RequestSubject } from './cluster-error.ts'
import type { ExecRequest, ExecResult } from './contract.ts'
import { cancelled, type ApiTransport } from './transport.ts'
import { openChannels } from './web-socket.ts'

const [stdoutChannel, stderrChannel, statusChannel] = [1, 2, 3]
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

interface ExecStatus {
  readonly status?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] }
}

/** Runs a command in a container and waits for its end. */
export async function execInPod(
  transport: ApiTransport,
  namespace: string,
  { pod, container, command, signal }: ExecRequest,
): Promise<ExecResult> {
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true' })
  if (container !== undefined) query.set('container', container)
  for (const part of command) query.append('command', part)
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec?${query.toString()}`
  const subject: RequestSubject = {
    verb: 'create',
    apiVersion: 'v1',
    kind: 'Pod',
    resource: 'pods',
    subresource: 'exec',
    namespace,
    name: pod,
  }
  const [stdout, stderr, status] = [new Collected(), new Collected(), new Collected()]
  const channels = await openChannels(transport, path, subject, (channel, bytes) => {
    if (channel === stdoutChannel) stdout.add(bytes)
    else if (channel === stderrChannel) stderr.add(bytes)
    else if (channel === statusChannel) status.add(bytes)
  })
  const close = (): void => channels.close()
  signal?.addEventListener('abort', close, { once: true })
  if (signal?.aborted === true) close()
  await channels.closed
  signal?.removeEventListener('abort', close)
  if (signal?.aborted === true) throw cancelled(subject, signal.reason)
  const text = status.toString()
  if (text === '') {
    const message = 'The connection ended before the command did.'
    throw new ClusterError({ reason: 'unreachable', message, subject, server: transport.server })
  }
  const said = JSON.parse(text) as ExecStatus
  const result = { stdout: stdout.toString(), stderr: stderr.toString() }
  if (said.status === 'Success') return { exitCode: 0, ...result }
  const code = said.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
  if (code === undefined) {
    const message = said.message ?? 'The command did not run.'
    throw new ClusterError({ reason: 'internal', message, subject, server: transport.server })
  }
  return { exitCode: Number(code), ...result }
}
