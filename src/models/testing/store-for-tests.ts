import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { modelsFolder, type Environment } from '../../files/index.ts'
import type { ProgressReporter } from '../../progress/index.ts'
import type { ModelStore, PullContext } from '../contract.ts'
import type { DownloadSettings } from '../download/index.ts'
import { openModelStore } from '../store/index.ts'

/** Small pieces and short waits, so that every fault has room in a file of a few megabytes. */
export const quickSettings: DownloadSettings = {
  connections: 4,
  pieceBytes: 256 * 1024,
  connectTimeoutMs: 5000,
  stallMs: 10_000,
  stallBytes: 1024,
  attempts: 4,
  firstBackoffMs: 5,
  longestBackoffMs: 20,
  saveEveryMs: 50,
}

/** A progress reporter that keeps what it is told. */
export class KeptProgress implements ProgressReporter {
  readonly lines: string[] = []
  /** The highest figure of the last step. */
  doneBytes = 0
  totalBytes: number | undefined

  step(title: string, totalBytes?: number): ReturnType<ProgressReporter['step']> {
    this.lines.push(title)
    this.doneBytes = 0
    this.totalBytes = totalBytes
    return {
      advance: (doneBytes, totalBytes) => {
        this.doneBytes = doneBytes
        this.totalBytes = totalBytes ?? this.totalBytes
      },
      update: () => undefined,
      succeed: () => this.lines.push(`${title}: done`),
      fail: (message) => this.lines.push(`${title}: ${message}`),
    }
  }

  note(message: string): void {
    this.lines.push(message)
  }
}

/** A store in a temporary home of its own. */
export class TestStore {
  readonly home: string
  readonly environment: Environment
  readonly store: ModelStore
  readonly progress = new KeptProgress()

  static async open(environment: Environment = {}, settings: DownloadSettings = quickSettings): Promise<TestStore> {
    return new TestStore(await mkdtemp(join(tmpdir(), 'fairlead-models-')), environment, settings)
  }

  private constructor(home: string, environment: Environment, settings: DownloadSettings) {
    this.home = home
    this.environment = { PATH: process.env['PATH'], HOME: home, ...environment }
    this.store = openModelStore(this.environment, settings)
  }

  get root(): string {
    return modelsFolder(this.environment)
  }

  context(signal: AbortSignal = new AbortController().signal): PullContext {
    return { environment: this.environment, progress: this.progress, signal }
  }

  /** Files below the store's folder, relative, without locks. */
  async files(): Promise<readonly string[]> {
    const entries = await readdir(this.root, { recursive: true, withFileTypes: true }).catch(() => [])
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1))
      .sort()
  }

  async remove(): Promise<void> {
    await rm(this.home, { recursive: true, force: true })
  }
}

/** The parts of the `UserError` that a promise rejects with. */
export async function userErrorOf(promise: Promise<unknown>): Promise<{ what: string; why?: string; mend?: string }> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error && 'parts' in error) return error.parts as { what: string; why?: string; mend?: string }
    throw error
  }
  throw new Error('it was expected to fail')
}
