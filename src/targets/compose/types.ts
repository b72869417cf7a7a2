import type { Comment } from '../rendering/index.ts'
import type { ComposeVariable } from './variable.ts'

/** Text, or a variable of the person’s `.env` that Compose puts in its place. */
export type ComposeText = string | ComposeVariable

/** A health check (Compose specification, services, `healthcheck`). */
export interface HealthCheck {
  readonly test: readonly string[]
  readonly interval: string
  readonly timeout: string
  readonly retries: number
  readonly start_period?: string
  readonly start_interval?: string
}

/** A mount in its long form, which says what it is and refuses a host’s path that is not there. */
export interface Mount {
  readonly type: 'volume' | 'bind'
  readonly source: string
  readonly target: string
  readonly read_only?: true
  readonly bind?: { readonly create_host_path: false }
}

/** A secret as a file of a container. */
export interface SecretMount {
  readonly source: string
  readonly target: string
}

/** GPUs of the host: so many, or these. */
export interface DeviceReservation {
  readonly driver: 'nvidia'
  readonly count?: number | 'all'
  readonly device_ids?: readonly string[]
  readonly capabilities: readonly ['gpu', ...string[]]
}

/** A service of a Compose project, as far as we write one. Keys in the order in which they are written. */
export interface ComposeService {
  readonly image: string
  readonly profiles?: readonly string[]
  readonly pull_policy?: 'always' | 'never'
  readonly user?: string
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly scale?: number
  readonly restart: 'no' | 'unless-stopped'
  readonly stop_grace_period?: string
  readonly depends_on?: Readonly<
    Record<string, { readonly condition: 'service_healthy' | 'service_completed_successfully' }>
  >
  readonly environment?: Readonly<Record<string, ComposeText>>
  readonly env_file?: readonly string[]
  readonly secrets?: readonly SecretMount[]
  readonly volumes?: readonly Mount[]
  readonly tmpfs?: readonly string[]
  readonly ports?: readonly string[]
  readonly networks?: Readonly<Record<string, { readonly aliases: readonly string[] } | null>>
  readonly extra_hosts?: Readonly<Record<string, string>>
  readonly healthcheck?: HealthCheck
  readonly shm_size?: string
  readonly ulimits?: Readonly<Record<string, number>>
  readonly deploy?: {
    readonly resources: {
      readonly limits?: { readonly cpus?: string; readonly memory?: string }
      readonly reservations?: { readonly memory?: string; readonly devices?: readonly DeviceReservation[] }
    }
  }
  readonly read_only?: true
  readonly cap_drop?: readonly string[]
  readonly cap_add?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> }
}

/** A Compose file, as far as we write one. */
export interface ComposeFile {
  readonly name: string
  readonly services: Readonly<Record<string, ComposeService>>
  readonly networks: Readonly<Record<string, object | null>>
  readonly volumes?: Readonly<Record<string, object | null>>
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>
}

/** A service with its name, and why values of it are what they are; paths of comments begin inside the service. */
export interface ServiceEntry {
  readonly name: string
  readonly service: ComposeService
  readonly comments?: readonly Comment[]
}

/** A file beside the Compose file. */
export interface ProjectFile {
  readonly path: string
  readonly text: string
}

/** What a part of a project brings: services, and what they need beside them. */
export interface ProjectPart {
  readonly services: readonly ServiceEntry[]
  readonly volumes?: readonly string[]
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>
  readonly files?: readonly ProjectFile[]
}
