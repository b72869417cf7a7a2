import type { AttachRequest } from './contract.ts'
import { channelNumbers, commandPath, exitCodeOf, podSubject } from './command-channels.ts'
import { cancelled, type ApiTransport } from './transport.ts'
import { openChannels, type Channels } from './web-socket.ts'

/** What is typed or piped faster than the pod takes it waits above this. */
const mostWaitingBytes = 4 * 1024 * 1024
const lookAgainMs = 20
/** A Status is a few hundred bytes. */
const statusLimitBytes = 64 * 1024

/** Runs a command in a container, or joins what it runs, and passes the streams on until it ends. */
export async function attachToPod(
  transport: ApiTransport,
  namespace: string,
  { pod, container, command, streams, signal }: AttachRequest,
): Promise<number> {
  const { input, output, errors, terminal } = streams
  const subject = podSubject(command === undefined ? 'attach' : 'exec', namespace, pod)
  const tty = terminal !== undefined
  // With a terminal there is one stream for both (remotecommand.Options of client-go).
  const path = commandPath(subject, container, command ?? [], {
    stdin: input !== undefined,
    stdout: true,
    stderr: !tty,
    tty,
  })
  let status = ''
  const channels = await openChannels(transport, path, subject, (channel, bytes) => {
    if (channel === channelNumbers.output) output.write(bytes)
    else if (channel === channelNumbers.errors) errors.write(bytes)
    else if (channel === channelNumbers.status && status.length < statusLimitBytes) status += bytes.toString('utf8')
  })
  const close = (): void => channels.close()
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()
  const stopSizes = terminal === undefined ? () => {} : tellSizes(channels, terminal)
  const leaveRaw = terminal?.enterRaw() ?? (() => {})
  const stopInput = input === undefined ? () => {} : sendInput(channels, input)
  try {
    await channels.closed
  } finally {
    stopInput()
    leaveRaw()
    stopSizes()
    signal.removeEventListener('abort', close)
  }
  if (signal.aborted) throw cancelled(subject, signal.reason)
  // Who joins a container that ends is told nothing by older servers.
  return command === undefined && status === '' ? 0 : exitCodeOf(status, subject, transport.server)
}

function tellSizes(channels: Channels, terminal: NonNullable<AttachRequest['streams']['terminal']>): () => void {
  const tell = (): void => {
    const size = terminal.size()
    if (size === undefined) return
    // The fields of remotecommand.TerminalSize in client-go.
    channels.send(channelNumbers.resize, Buffer.from(JSON.stringify({ Width: size.columns, Height: size.rows })))
  }
  tell()
  return terminal.onResize(tell)
}

/** Sends what comes until its end, which the server is told. */
function sendInput(channels: Channels, input: NonNullable<AttachRequest['streams']['input']>): () => void {
  let timer: NodeJS.Timeout | undefined
  const onData = (bytes: Buffer | string): void => {
    channels.send(channelNumbers.input, Buffer.from(bytes))
    if (channels.waitingBytes <= mostWaitingBytes || timer !== undefined) return
    input.pause()
    timer = setInterval(() => {
      if (channels.waitingBytes > mostWaitingBytes) return
      clearInterval(timer)
      timer = undefined
      input.resume()
    }, lookAgainMs)
  }
  const onEnd = (): void => channels.end(channelNumbers.input)
  input.on('data', onData).on('end', onEnd)
  return () => {
    clearInterval(timer)
    input.off('data', onData).off('end', onEnd).pause()
  }
}
