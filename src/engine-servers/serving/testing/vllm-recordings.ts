import recordings from './vllm-recordings.json' with { type: 'json' }

/** A request and what vLLM 0.32.0 answered; `source` in the JSON file says how it was made. */
export interface Recording {
  readonly name: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string
  }
  readonly status: number
  readonly contentType: string
  readonly body?: unknown
  readonly events?: readonly unknown[]
  readonly requestId?: string
}

export const vllmRecordings = recordings.cases as unknown as readonly Recording[]
