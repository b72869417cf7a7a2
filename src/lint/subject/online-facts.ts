/** What was said of a name by whoever has it. */
export interface OnlineAnswer {
  readonly exists: boolean
  /** Names that exist and are like it, the nearest first. */
  readonly near: readonly string[]
}

/** Names that were asked for, with what was answered; one that nobody could tell of is absent. */
export interface OnlineFacts {
  /** By id, such as `Qwen/Qwen3-8B`. */
  readonly models: ReadonlyMap<string, OnlineAnswer>
  /** By image as it is written. */
  readonly images: ReadonlyMap<string, OnlineAnswer>
  /** By chart as it is told, with the version that is asked for. */
  readonly charts: ReadonlyMap<string, OnlineAnswer>
}
