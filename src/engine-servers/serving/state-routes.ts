import { sendJson, sendText, type Exchange } from './exchange.ts'

/** `GET /health`: 200 when ready, 503 while loading or draining, 500 when the backend has failed. */
export function handleHealth({ backend, isDraining, response }: Exchange): void {
  const state = isDraining ? 'draining' : backend.state()
  const status = { ready: 200, loading: 503, draining: 503, failed: 500 }[state]
  sendJson(response, status, { status: state })
}

/** `GET /version`. */
export function handleVersion({ response, version }: Exchange): void {
  sendJson(response, 200, { version })
}

/** `GET /v1/models`: one entry for each name. */
export function handleModels({ backend, response, startedAt }: Exchange): void {
  const root = backend.modelNames[0]
  sendJson(response, 200, {
    object: 'list',
    data: backend.modelNames.map((id) => ({
      id,
      object: 'model',
      created: startedAt,
      owned_by: 'fairlead',
      root: backend.adapters?.has(id) === true ? id : root,
      parent: backend.adapters?.has(id) === true ? root : null,
      max_model_len: backend.contextLength,
    })),
  })
}

/** `GET /metrics`, Prometheus text format 0.0.4. */
export async function handleMetrics({ metrics, response }: Exchange): Promise<void> {
  sendText(response, 200, metrics.contentType, await metrics.text())
}
