import type { KeyOwner, Scope } from '../../access/index.ts'
import type { Translation } from './translation.ts'

/** What a local route is asked. */
export interface LocalRequest {
  /** The part of the path that `{model}`, or another name in braces, stands for. */
  readonly model: string | null
  /** Whose key it is; null where none is asked for. */
  readonly owner: KeyOwner | null
}

/** What a local route answers. */
export interface LocalAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

interface RouteBase {
  /** Path, with `{model}` for a model's name, which may hold slashes, or one other name in braces. */
  readonly path: string
  /** One line for the reference. */
  readonly summary: string
}

/** A route that an engine answers. */
export interface EngineRoute extends RouteBase {
  readonly kind: 'engine'
  readonly method: 'GET' | 'POST'
  /** Path at the engine. */
  readonly enginePath: string
  readonly translation?: Translation
  /** Whether it takes a form with a file in place of JSON. */
  readonly takesForm?: boolean
}

/** A route that the gateway answers itself. */
export interface LocalRoute extends RouteBase {
  readonly kind: 'local'
  readonly method: 'GET'
  /** What a key must open for it; `open` asks for none. */
  readonly scope: Scope | 'open'
  /** @throws Refusal */
  answer(asked: LocalRequest): LocalAnswer | Promise<LocalAnswer>
}

/** An engine's path that the gateway does not know, and passes on where the Fleet allows it. */
export interface UnknownRoute {
  readonly kind: 'unknown'
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly enginePath: string
}

/** A route as data: matching, methods and documentation come from it. */
export type Route = EngineRoute | LocalRoute

/** A route that a path leads to. */
export interface RouteMatch {
  readonly route: Route | UnknownRoute
  readonly model: string | null
}

/** Finds routes by path. Plain paths cost one look-up. */
export class RouteTable {
  readonly #plain = new Map<string, RouteMatch>()
  readonly #patterns: { readonly prefix: string; readonly suffix: string; readonly route: Route }[] = []

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const [prefix = '', suffix] = route.path.split(/\{\w+\}/)
      if (suffix === undefined) this.#plain.set(route.path, { route, model: null })
      else this.#patterns.push({ prefix, suffix, route })
    }
  }

  /** The route of a path without query, or undefined; each path has one route. */
  find(path: string): RouteMatch | undefined {
    const plain = this.#plain.get(path)
    if (plain !== undefined) return plain
    for (const { prefix, suffix, route } of this.#patterns) {
      const end = path.length - suffix.length
      if (end <= prefix.length || !path.startsWith(prefix) || !path.endsWith(suffix)) continue
      const model = decode(path.slice(prefix.length, end))
      if (model !== undefined) return { route, model }
    }
    return undefined
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
