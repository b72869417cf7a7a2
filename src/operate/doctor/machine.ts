/** How a program that was run ended. */
export interface RunResult {
  /** Null where a signal ended it, or it could not be started. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What an address answered. */
export type Answer = { readonly status: number; readonly body: string } | { readonly problem: string }

/** This machine, as checks see it; tests hand in a broken one. Nothing here rejects for what it finds. */
export interface Machine {
  /** Such as `24.12.0`. */
  readonly nodeVersion: string
  readonly cores: number
  readonly availableMemoryBytes: number
  /** Of the file system that holds the path, or the nearest folder above it that is there; undefined where none tells. */
  freeDiskBytes(path: string): Promise<number | undefined>
  /** Why an address cannot be listened on, as `EADDRINUSE`; undefined where it can. */
  whyTaken(host: string, port: number): Promise<string | undefined>
  /** Absolute path of a program on PATH. */
  findProgram(name: string): Promise<string | undefined>
  /** Runs a program without a shell; its output is cut at 1 MiB. Undefined where there is no such program. */
  run(program: string, args: readonly string[], options?: { readonly cwd?: string }): Promise<RunResult | undefined>
  /** Asks an address with GET. */
  ask(url: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Whether a file or folder is there. */
  isThere(path: string): Promise<boolean>
  /** Text of a small file; undefined where it cannot be read. */
  readText(path: string): Promise<string | undefined>
  /** Addresses of a host name; none where it is not known. */
  lookUp(host: string): Promise<readonly string[]>
}
