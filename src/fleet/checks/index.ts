import { formatPath } from '../diagnostic.ts'
import { addressesAreBaseUrls } from './addresses.ts'
import type { Check, CheckContext, Finding } from './check.ts'
import { hostsHaveAddresses, placementsNameHosts } from './hosts.ts'
import { listenersAreAddresses, reachableMeansProtected } from './listen.ts'
import { entriesAreNamedApart, namesMeanOneThing } from './names.ts'
import { policiesHaveWhatTheyNeed } from './policies.ts'
import { deadlinesGrow, scalesAreRanges, settingsFitTogether } from './ranges.ts'
import { grantedPrioritiesExist, referredModelsExist } from './references.ts'
import { nothingCarriesASecret, secretsHaveOnePlace } from './secrets.ts'
import { noFieldIsASecret } from './literal-secrets.ts'
import { enginesHaveWhatTheyNeed, sourcesAreKnown } from './sources.ts'
import { tlsIsNotServedYet } from './tls.ts'

/** Every rule that the schema cannot say. */
const checks: readonly Check[] = [
  namesMeanOneThing,
  entriesAreNamedApart,
  referredModelsExist,
  grantedPrioritiesExist,
  enginesHaveWhatTheyNeed,
  sourcesAreKnown,
  addressesAreBaseUrls,
  listenersAreAddresses,
  hostsHaveAddresses,
  placementsNameHosts,
  reachableMeansProtected,
  scalesAreRanges,
  settingsFitTogether,
  deadlinesGrow,
  secretsHaveOnePlace,
  nothingCarriesASecret,
  noFieldIsASecret,
  tlsIsNotServedYet,
  policiesHaveWhatTheyNeed,
]

/** Runs every check; a finding that follows from a field in `wrong` (formatted paths) is left out. */
export function runChecks(context: CheckContext, wrong: ReadonlySet<string>): Finding[] {
  const found = checks.flatMap((check) => check(context))
  // What else is wrong with a secret would quote it.
  const secrets = new Set(found.filter(({ hidesText }) => hidesText === true).map(({ path }) => formatPath(path)))
  const findings = found.filter(({ path, hidesText }) => hidesText === true || !secrets.has(formatPath(path)))
  if (wrong.size === 0) return findings
  return findings.filter(({ path, from = [] }) => ![path, ...from].some((field) => touches(formatPath(field), wrong)))
}

/** Whether a field, one above it or one below it is wrong. */
function touches(field: string, wrong: ReadonlySet<string>): boolean {
  for (const path of wrong) {
    if (path === field || isBelow(field, path) || isBelow(path, field)) return true
  }
  return false
}

const isBelow = (path: string, above: string) => path.startsWith(`${above}.`) || path.startsWith(`${above}[`)
