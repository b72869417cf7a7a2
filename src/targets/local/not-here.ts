import { UserError } from '../../errors/index.ts'
import type { Target } from '../contract.ts'

/** The verbs that a Fleet on this machine has nothing for, each with what to do instead. */
export const notOnThisMachine: Pick<Target, 'scale' | 'rollout' | 'revisions' | 'rollback' | 'portForward'> = {
  async scale(fleetName, { model, replicas }) {
    throw new UserError({
      what: `Target local takes the replicas of ${model} from the Fleet file`,
      why: 'Its processes and their ports are laid out when the Fleet starts.',
      mend: `Write \`replicas: ${replicas}\` at the model, and start the Fleet again.`,
      command: `fairlead down ${fleetName} && fairlead up`,
    })
  },
  async rollout(fleetName) {
    throw new UserError({
      what: 'Target local updates no Fleet while it runs',
      why: 'One machine rarely has room for an old and a new replica side by side.',
      mend: 'Change the Fleet file and start the Fleet again; the gateway finishes open answers first.',
      command: `fairlead down ${fleetName} && fairlead up`,
    })
  },
  revisions: () => Promise.resolve([]),
  async rollback(fleetName) {
    throw new UserError({
      what: 'Target local keeps no revisions',
      why: 'A Fleet on this machine is what its file says when it starts.',
      mend: 'Take the earlier Fleet file, from version control perhaps, and start the Fleet again.',
      command: `fairlead down ${fleetName} && fairlead up`,
    })
  },
  async portForward(fleetName) {
    throw new UserError({
      what: 'Everything of target local listens on this machine already',
      mend: 'Its addresses are in the status:',
      command: `fairlead status ${fleetName}`,
    })
  },
}
