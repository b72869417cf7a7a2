/** How whoever reads a secret comes to a new value of it. */
export type SecretPickup =
  /** It follows the file that holds it. */
  | 'reload'
  /** It reads it when it starts: `restart` brings it. */
  | 'restart'
  /** It is given it when it is made: the next `apply` brings it. */
  | 'apply'

/** A field of the Fleet that refers to a secret. */
export interface SecretUse {
  /** Such as `access.keys[0].value`; empty where the Fleet’s objects refer to it without a field of their own. */
  readonly path: string
  /** Line of the field in the Fleet file, 1-based, where that is known. */
  readonly line?: number
  /** Who reads it: `gateway`, or names of models. */
  readonly readers: readonly string[]
  readonly pickup: SecretPickup
}

/** A secret that a Fleet refers to, and where a target keeps it; never its value. */
export interface FleetSecret {
  /** As the Fleet and the command line name it: a variable, a file, or a Kubernetes Secret. */
  readonly name: string
  /** Key of the Kubernetes Secret; absent for variables and files. */
  readonly key?: string
  /** What it is: a key of ours, which Fairlead can make, a file of such keys, a login of an image registry, or a value of others. */
  readonly kind: 'api-key' | 'keys-file' | 'registry-login' | 'value'
  /** Where the target keeps it, such as `variable HF_TOKEN` or `key HF_TOKEN of Secret lab-secrets`. */
  readonly place: string
  /** The key of a Kubernetes Secret that it is, on targets on Kubernetes. */
  readonly object?: SecretObject
  readonly uses: readonly SecretUse[]
  /** Whether something on the target reads it. */
  readonly isRead: boolean
}

/** A key of a Kubernetes Secret. */
export interface SecretObject {
  readonly namespace: string
  readonly name: string
  /** Absent where pods name the Secret as a whole. */
  readonly key?: string
}

/** Whether a secret is there. */
export interface SecretState extends FleetSecret {
  /** `unknown` where this account may not look; `unused` where nothing on the target reads it. */
  readonly state: 'present' | 'absent' | 'unknown' | 'unused'
  /** Why it is so, or who makes it; empty where there is nothing to say. */
  readonly detail: string
  /** What mends its absence where `fairlead secrets set` does not. */
  readonly mend?: string
}

/** A secret that is written. */
export interface SetSecretRequest {
  readonly name: string
  /** Told apart by it where several have the name. */
  readonly key?: string
  /** Whether it is taken over from another owner. */
  readonly force?: boolean
  /** The value, asked for once, when the target knows that it can write it. */
  readonly value: (secret: FleetSecret) => Promise<string>
}

/** What writing a secret did. */
export interface SetSecretResult {
  readonly secret: FleetSecret
  /** Whether another value was there. */
  readonly replaced: boolean
  /** What to know beside. */
  readonly notes: readonly string[]
}
