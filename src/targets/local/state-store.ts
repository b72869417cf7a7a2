import { rm } from 'node:fs/promises'
import type { LocalReplicaState, LocalState } from '../../discovery/index.ts'
import { writeFileAtomic } from '../../files/index.ts'

/** The state of the running Fleet in memory, written to its file after each change. */
export class StateStore {
  readonly #path: string
  readonly #onProblem: (problem: string) => void
  #state: LocalState
  #isDirty = true
  #writing: Promise<void> | undefined
  #problem = ''
  #isClosed = false

  /** @param onProblem called once for each reason why the file cannot be written */
  constructor(path: string, state: LocalState, onProblem: (problem: string) => void) {
    this.#path = path
    this.#state = state
    this.#onProblem = onProblem
  }

  get state(): LocalState {
    return this.#state
  }

  changeGateway(part: Partial<NonNullable<LocalState['gateway']>>): void {
    const { gateway } = this.#state
    if (gateway !== null) this.#replace({ ...this.#state, gateway: { ...gateway, ...part } })
  }

  changeReplica(id: string, part: Partial<LocalReplicaState>): void {
    const replicas = [...this.#state.replicas]
    const index = replicas.findIndex((replica) => replica.id === id)
    const replica = replicas[index]
    if (replica === undefined) return
    replicas[index] = { ...replica, ...part }
    this.#replace({ ...this.#state, replicas })
  }

  addReplica(replica: LocalReplicaState): void {
    this.#replace({ ...this.#state, replicas: [...this.#state.replicas, replica] })
  }

  removeReplica(id: string): void {
    this.#replace({ ...this.#state, replicas: this.#state.replicas.filter((replica) => replica.id !== id) })
  }

  changeScaling(scaling: NonNullable<LocalState['scaling']>): void {
    this.#replace({ ...this.#state, scaling })
  }

  /** Resolves once the file holds the state as it is now, or could not be written. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  /** Removes the file: nothing runs any more. */
  async remove(): Promise<void> {
    this.#isClosed = true
    await this.#writing
    await rm(this.#path, { force: true })
  }

  #replace(state: LocalState): void {
    this.#state = state
    this.#isDirty = true
    void this.flush()
  }

  async #write(): Promise<void> {
    while (this.#isDirty && !this.#isClosed) {
      this.#isDirty = false
      try {
        await writeFileAtomic(this.#path, `${JSON.stringify(this.#state, undefined, 2)}\n`)
        this.#problem = ''
      } catch (error) {
        // A full disk must not stop a Fleet that serves; the next change tries again.
        const problem = error instanceof Error ? error.message : String(error)
        if (problem !== this.#problem) this.#onProblem(`${this.#path} cannot be written: ${problem}`)
        this.#problem = problem
      }
    }
  }
}
