import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { LogLine, LogQuery } from '../contract.ts'
import { readState } from './read-state.ts'
import { isLogOf } from './replica-names.ts'
import { logFileOf, stateFolderOf, type StateFolder } from './state-folder.ts'

/** How often a followed log is looked at. */
const pollMs = 200
const pieceBytes = 64 * 1024

/** A log that is read on from where it was left, across its rotation. */
class LogTail {
  readonly source: string
  readonly #path: string
  #file: FileHandle | undefined
  #position = 0
  #decoder = new StringDecoder('utf8')
  #rest = ''

  constructor(source: string, path: string) {
    this.source = source
    this.#path = path
  }

  /** The last `count` lines; reads on from their end. */
  async last(count: number): Promise<readonly string[]> {
    this.#file = await openIfThere(this.#path)
    if (this.#file === undefined) return []
    const { size } = await this.#file.stat()
    const pieces: Buffer[] = []
    let start = size
    let breaks = 0
    while (start > 0 && breaks <= count) {
      const length = Math.min(pieceBytes, start)
      start -= length
      const { buffer } = await this.#file.read(Buffer.alloc(length), 0, length, start)
      breaks += buffer.reduce((sum, byte) => (byte === 0x0a ? sum + 1 : sum), 0)
      pieces.unshift(buffer)
    }
    this.#position = size
    const lines = this.#split(Buffer.concat(pieces))
    return count === 0 ? [] : lines.slice(-count)
  }

  /** The whole lines that were added since. */
  async added(): Promise<readonly string[]> {
    const lines = await this.#readOn()
    if (!(await this.#wasRotated())) return lines
    // What came between the last read and the rotation is in the old file, which is still open.
    const lastOfOld = await this.#readOn()
    await this.close()
    this.#position = 0
    this.#file = await openIfThere(this.#path)
    return [...lines, ...lastOfOld, ...(await this.#readOn())]
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  async #readOn(): Promise<readonly string[]> {
    const lines: string[] = []
    this.#file ??= await openIfThere(this.#path)
    while (this.#file !== undefined) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, this.#position)
      if (bytesRead === 0) break
      this.#position += bytesRead
      lines.push(...this.#split(buffer.subarray(0, bytesRead)))
    }
    return lines
  }

  #split(content: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(content)).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines
  }

  async #wasRotated(): Promise<boolean> {
    const [now, ours] = await Promise.all([stat(this.#path).catch(() => undefined), this.#file?.stat()])
    return now !== undefined && ours !== undefined && (now.ino !== ours.ino || now.size < this.#position)
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/** What sources are sorted by. */
const order = (source: string) => (source === 'gateway' ? '' : source)

/** The logs that a question is about: the gateway's first, then replicas by name. */
async function sourcesOf(folder: StateFolder, subject: string | undefined): Promise<readonly string[]> {
  const files = await readdir(folder.logsFolder).catch(() => [])
  const stored = await readState(folder)
  const modelOf = new Map(stored.kind === 'state' ? stored.state.replicas.map(({ id, model }) => [id, model]) : [])
  const sources = files.filter((file) => file.endsWith('.log')).map((file) => file.slice(0, -'.log'.length))
  return sources
    .filter((source) => subject === undefined || isLogOf(source, subject, modelOf))
    .sort((a, b) => order(a).localeCompare(order(b), 'en', { numeric: true }))
}

async function nothingFoundError(folder: StateFolder, subject: string | undefined): Promise<UserError> {
  const all = await sourcesOf(folder, undefined)
  if (all.length === 0) {
    return new UserError({
      what: `Fleet “${folder.fleet}” has no logs on this machine`,
      where: folder.logsFolder,
      mend: 'Logs begin when it is started.',
      command: 'fairlead up',
    })
  }
  return new UserError({
    what: `Fleet “${folder.fleet}” has no log of “${subject ?? ''}”`,
    where: folder.logsFolder,
    mend: `There are logs of ${all.join(', ')}; a model’s name means all of its replicas.`,
  })
}

/** The last lines of the logs of a Fleet, log after log, then new ones as they come. */
export async function* readLogs(fleet: string, environment: Environment, query: LogQuery): AsyncGenerator<LogLine> {
  const folder = stateFolderOf(environment, fleet)
  const tails = new Map<string, LogTail>()
  const { subject, signal } = query
  try {
    for (const source of await sourcesOf(folder, subject)) {
      const tail = new LogTail(source, logFileOf(folder, source))
      tails.set(source, tail)
      for (const text of await tail.last(query.tail)) yield { source, text }
    }
    if (tails.size === 0) throw await nothingFoundError(folder, subject)
    while (query.follow && !signal.aborted) {
      await delay(pollMs, undefined, { signal }).catch(() => undefined)
      for (const source of await sourcesOf(folder, subject)) {
        if (!tails.has(source)) tails.set(source, new LogTail(source, logFileOf(folder, source)))
      }
      for (const { source, tail } of [...tails].map(([source, tail]) => ({ source, tail }))) {
        for (const text of await tail.added()) yield { source, text }
      }
    }
  } finally {
    await Promise.all([...tails.values()].map((tail) => tail.close()))
  }
}
