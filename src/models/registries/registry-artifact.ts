/** What a registry says that a source means now. */
export interface RegistryArtifact {
  /** The version, by its number or name. */
  readonly version: string
  /** Where its files are, in the registry’s words. */
  readonly uri: string
}
