/** Variables of ours that are no fields of a Fleet. */
const reserved = new Set([
  'FAIRLEAD_ADMIN_OPEN',
  'FAIRLEAD_API_KEY',
  'FAIRLEAD_DEBUG',
  'FAIRLEAD_ENGINE_API_KEY',
  'FAIRLEAD_ENGINE_FOLDER',
  'FAIRLEAD_FLEET',
  'FAIRLEAD_HEALTH_URL',
  'FAIRLEAD_LAUNCHER_PIPE',
  'FAIRLEAD_LOG_LEVEL',
  'FAIRLEAD_SECRETS_FOLDER',
  'FAIRLEAD_URL',
])

/** What Kubernetes and Docker links put into containers beside a service called fairlead (`FAIRLEAD_PORT_8080_TCP_ADDR`). */
const serviceLink =
  /^FAIRLEAD_(?:\w+_)?(?:SERVICE_(?:HOST|PORT)(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?)?)$/

/** Whether a variable that begins with `FAIRLEAD_` is known to mean no field. `FAIRLEAD_TEST_…` belongs to test suites. */
export function isReservedVariable(name: string): boolean {
  return reserved.has(name) || name.startsWith('FAIRLEAD_TEST_') || serviceLink.test(name)
}
