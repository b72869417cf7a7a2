import { loadFleet, requireFleet, type Fleet } from '../../../fleet/index.ts'
import { makePlan, type PlanWarning } from '../../../plan/index.ts'
import { filesOf, type OutputFile } from '../../rendering/output/index.ts'
import { composeRenderer } from '../index.ts'

/** A project as it is written, and what is said of it. */
export interface RenderedProject {
  readonly fleet: Fleet
  readonly files: readonly OutputFile[]
  readonly notes: readonly PlanWarning[]
  /** Text of a file; fails where there is none. */
  readonly textOf: (path: string) => string
}

/** The project of a Fleet that is given as its text. */
export function renderProject(text: string, { gateway = true, version = '1.2.3' } = {}): RenderedProject {
  const fleet = requireFleet(loadFleet(text, { file: 'fleet.yaml', purpose: 'compose' }))
  return renderFleet(fleet, { text, gateway, version })
}

/** The project of a Fleet. */
export function renderFleet(fleet: Fleet, { text = '', gateway = true, version = '1.2.3' } = {}): RenderedProject {
  const plan = makePlan(fleet, { target: 'compose' })
  const options = { version, fleetText: text, overrides: {}, gateway }
  const { artifacts, notes } = composeRenderer.render(plan, options)
  const files = filesOf(artifacts)
  const textOf = (path: string) => {
    const file = files.find((each) => each.path === path)
    if (file === undefined) throw new Error(`there is no ${path}`)
    return file.text
  }
  return { fleet, files, notes, textOf }
}
