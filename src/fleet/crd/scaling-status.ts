import type { JsonSchema } from '../json-schema.ts'
import { amount, count, date, name, word } from './status-fields.ts'

/** A pool that the controller scales, and what it decided last. */
export const scalingSchema: JsonSchema = {
  type: 'object',
  required: ['model', 'role'],
  properties: {
    model: name('Name of the model.'),
    role: word('Role of its replicas: both, prefill or decode.'),
    replicas: count('Replicas that there were, ready or not.'),
    readyReplicas: count('Those of them that answered.'),
    wantedReplicas: count('Replicas that it was decided to have.'),
    askedReplicas: count('Replicas that the load asked for, before anything held it back.'),
    minReplicas: count('The fewest that the Fleet allows.'),
    maxReplicas: count('The most that the Fleet allows.'),
    reason: word('Why so many are wanted.'),
    signal: {
      type: 'object',
      description: 'The signal that asked for the most.',
      properties: {
        name: word('queue, requests, tokens, kv_cache or ttft.'),
        value: amount('Its figure: requests, tokens, a share from 0 to 1, or milliseconds.'),
        target: amount('What it is held against: the same for one replica; for kv_cache and ttft, for all of them.'),
        replicas: count('Replicas that it asked for.'),
        ignored: word('Why it asked for no more although it was above its target.'),
      },
    },
    heldBack: {
      type: 'array',
      description: 'What turned the replicas that were asked for into those that are wanted, in order.',
      maxItems: 16,
      items: {
        type: 'object',
        properties: {
          name: word('A window, the bounds, the pace, GPUs, a gateway that did not answer, or too few before.'),
          from: count('Replicas before it.'),
          to: count('Replicas after it.'),
        },
      },
    },
    windows: {
      type: 'object',
      description: 'How long a need has to last, milliseconds.',
      properties: {
        up: amount('upAfter.'),
        down: amount('downAfter.'),
        toZero: amount('toZeroAfter.'),
      },
    },
    lastChange: {
      type: 'object',
      description: 'When the number of replicas was changed last, and why.',
      properties: {
        at: date('When.'),
        from: count('Replicas before.'),
        to: count('Replicas after.'),
        reason: word('Why.'),
      },
    },
    decidedAt: date('When it was decided so.'),
  },
}
