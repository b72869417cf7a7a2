import type { ApiKeys, KeyOwner } from '../../access/index.ts'
import type { AccessLog } from '../../observe/index.ts'
import type { ActiveExchanges } from './active-exchanges.ts'
import type { OriginList } from './cors.ts'
import type { ClientRequest } from './downstream/client-request.ts'
import type { ClientResponse } from './downstream/client-response.ts'
import type { DeadlineWheel } from './deadline-wheel.ts'
import type { ModelCatalogue } from './model-catalogue.ts'
import type { RecentRequests } from './recent-requests.ts'
import type { Translation } from './translation.ts'

/** What the Fleet says of every request. */
export interface PlaneSettings {
  readonly headerLimitBytes: number
  readonly bodyLimitBytes: number
  /** Silence after which a streaming client gets a comment; 0 is never. */
  readonly keepAliveAfterMs: number
  /** Keys that are asked for; null serves everybody. */
  readonly keys: ApiKeys | null
  /** Highest of the Fleet's priorities for keys that say none, and without keys; null is that of no name. */
  readonly highestPriority: string | null
  /** Origins whose pages may call; null for none. */
  readonly origins: OriginList | null
  /** Whether paths below /v1 that have no route go to an engine. */
  readonly passesUnknownPaths: boolean
}

/** What all exchanges of a data plane share. */
export interface DataPlane {
  readonly catalogue: ModelCatalogue
  readonly wheel: DeadlineWheel
  /** Replaced as a whole by a reload; a request keeps what it began with. */
  settings: PlaneSettings
  /** Replaced by a reload too. */
  accessLog: AccessLog
  /** Its last requests. */
  readonly recent: RecentRequests
  /** Exchanges under way, for draining. */
  readonly exchanges: ActiveExchanges
  /** Whether connections are to close after their answers. */
  isDraining: boolean
  /** Counts a body that was refused for its size. */
  readonly onBodyTooLarge: () => void
  /** Told of faults of ours; the client only hears `internal`. */
  readonly onFault: (error: unknown, requestId: string) => void
}

/** One request for an engine, as the ingress understood it. */
export interface ExchangeRequest {
  readonly request: ClientRequest
  readonly response: ClientResponse
  readonly requestId: string
  /** Path without query, for the access log. */
  readonly path: string
  /** Path and query at the engine. */
  readonly enginePath: string
  /** The model that the path names; it counts more than the body's. */
  readonly pathModel: string | null
  /** Whose key was presented; null where keys are not asked for. */
  readonly owner: KeyOwner | null
  readonly translation: Translation | null
  /** What the request carries: JSON, a form with a file, or nothing. */
  readonly bodyKind: 'json' | 'form' | 'none'
  /** Whether the gateway does not know the path and only passes it on. */
  readonly isUnknownPath: boolean
}
