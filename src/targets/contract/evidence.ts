/** One piece of what a target knows of a Fleet, for somebody who looks for a cause from afar. */
export interface Evidence {
  /** Where it lies in a bundle, such as `objects/deployment-demo-llama.yaml`; its ending says its form. */
  readonly path: string
  /**
   * Text, or a value that becomes JSON or YAML by the ending of the path. Values of Secrets are never read; what may hold a
   * secret otherwise, whoever shows it takes out. An error says why it cannot be had.
   */
  readonly read: (signal: AbortSignal) => Promise<unknown>
}
