import { invalidValue, sendJson, type Route } from '../serving/index.ts'
import { faultFields } from './faults.ts'
import type { SimulatedBackend } from './simulated-backend.ts'

/** `GET` and `POST /simulated/faults`: shows and changes the faults of a running simulated engine. */
export function faultsRoutes(backend: SimulatedBackend): readonly Route[] {
  const path = '/simulated/faults'
  const show: Route['handle'] = ({ response }) =>
    sendJson(response, 200, { ...backend.faults.settings, state: backend.state() })
  return [
    { method: 'GET', path, isAlwaysOpen: true, handle: show },
    {
      method: 'POST',
      path,
      isAlwaysOpen: true,
      handle(exchange) {
        const checked = faultFields.safeParse(exchange.body)
        if (!checked.success) {
          const [issue] = checked.error.issues
          throw invalidValue(`${issue?.path.join('.')}: ${issue?.message}`)
        }
        const { state, failEvery = 0, hangEvery = 0, dieEvery = 0 } = checked.data
        backend.faults.set({ failEvery, hangEvery, dieEvery })
        if (state !== undefined) backend.setState(state)
        return show(exchange)
      },
    },
  ]
}
