import type { Answer, Machine, RunResult } from '../machine.ts'

/** What a machine of a test is like; what is left out is well. */
export interface FakeMachine extends Partial<Pick<Machine, 'nodeVersion' | 'cores' | 'availableMemoryBytes'>> {
  /** Answers of programs by the beginning of their command line; the longest that fits counts. `null` is not there. */
  readonly programs?: Readonly<Record<string, Partial<RunResult> | string | null>>
  /** Bytes that are free anywhere. */
  readonly freeDiskBytes?: number
  /** Ports that others listen on. */
  readonly taken?: readonly number[]
  /** Answers by the beginning of an address. */
  readonly answers?: Readonly<Record<string, Answer>>
  /** Texts of files by path. */
  readonly files?: Readonly<Record<string, string>>
  readonly hosts?: Readonly<Record<string, readonly string[]>>
}

/** The value of the longest key that the text begins with. */
function startOf<Value>(table: Readonly<Record<string, Value>> | undefined, text: string): Value | undefined {
  const [best] = Object.keys(table ?? {})
    .filter((key) => text.startsWith(key))
    .toSorted((one, other) => other.length - one.length)
  return best === undefined ? undefined : table?.[best]
}

/** A machine of a test. */
export function fakeMachine(made: FakeMachine): Machine {
  return {
    nodeVersion: made.nodeVersion ?? '24.12.0',
    cores: made.cores ?? 16,
    availableMemoryBytes: made.availableMemoryBytes ?? 256 * 2 ** 30,
    freeDiskBytes: () => Promise.resolve(made.freeDiskBytes ?? 2 ** 40),
    whyTaken: (_host, port) => Promise.resolve(made.taken?.includes(port) === true ? 'EADDRINUSE' : undefined),
    findProgram: (name) =>
      Promise.resolve(
        startOf(made.programs, name) === undefined || startOf(made.programs, name) === null
          ? undefined
          : `/usr/bin/${name}`,
      ),
    run: (program, args) => {
      const answer = startOf(made.programs, [program, ...args].join(' '))
      if (answer === undefined || answer === null) return Promise.resolve(undefined)
      return Promise.resolve({
        code: 0,
        stdout: '',
        stderr: '',
        ...(typeof answer === 'string' ? { stdout: answer } : answer),
      })
    },
    ask: (url) => Promise.resolve(startOf(made.answers, url) ?? { problem: 'ENOTFOUND' }),
    isThere: (path) => Promise.resolve(made.files?.[path] !== undefined),
    readText: (path) => Promise.resolve(made.files?.[path]),
    lookUp: (host) => Promise.resolve(made.hosts?.[host] ?? []),
  }
}
