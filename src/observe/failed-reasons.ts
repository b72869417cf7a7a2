import { reasons, type Reason } from '../errors/index.ts'

/** Reasons for which a request fails through no fault of its sender: those that answer with 500 or more. */
const serverReasons: readonly Reason[] = (Object.keys(reasons) as Reason[]).filter(
  (reason) => reasons[reason].httpStatus >= 500,
)

/** The condition on `fairlead_gateway_requests_total` for them; it also finds streams that broke after their 200. */
export const failedReasons = `reason=~"${serverReasons.join('|')}"`
