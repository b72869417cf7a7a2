import { Refusal } from './refusal.ts'
import type { RouteMatch } from './route.ts'

/** Paths that change an engine for everybody; they are not for clients. */
const administrative = new Set(['/v1/load_lora_adapter', '/v1/unload_lora_adapter'])

/**
 * Plain segments only: an engine that resolves dots, doubled slashes or escapes would see another path than the one
 * that was judged here.
 */
const plainPath = /^\/v1(?:\/[A-Za-z0-9_~:@-][A-Za-z0-9._~:@-]*)+$/

/**
 * What engines' APIs below /v1 are asked with. None of them takes PUT or PATCH, and what HEAD asks for no engine tells
 * otherwise than GET.
 */
const methods = ['GET', 'POST', 'DELETE'] as const

/**
 * Where a path without a route goes: `/v1/…` or `/models/{model}/v1/…` to an engine, everything else nowhere.
 * @throws Refusal for a method that no engine is asked with
 */
export function unknownRoute(path: string, method: string | undefined): RouteMatch | undefined {
  const at = path.startsWith('/models/') ? path.lastIndexOf('/v1/') : 0
  const enginePath = path.slice(Math.max(at, 0))
  if (!plainPath.test(enginePath) || administrative.has(enginePath)) return undefined
  const known = methods.find((each) => each === method)
  if (known === undefined) {
    const allow = methods.join(', ')
    const message = `${path} is asked with one of ${allow}, not ${method ?? 'nothing'}.`
    throw new Refusal('bad_request', message, { status: 405, headers: ['allow', allow] })
  }
  const route = { kind: 'unknown', method: known, enginePath } as const
  if (at <= 0) return { route, model: null }
  try {
    return { route, model: decodeURIComponent(path.slice('/models/'.length, at)) }
  } catch {
    return undefined
  }
}
