import type { Environment } from '../files/index.ts'

/** Where references are looked up. */
export interface SecretContext {
  readonly environment: Environment
  /** Folder that relative paths of files start from: that of the Fleet file. */
  readonly baseFolder: string
  /** Folder with a folder for each Kubernetes Secret, in which a file is a key; FAIRLEAD_SECRETS_FOLDER when absent. */
  readonly secretsFolder?: string | undefined
}
