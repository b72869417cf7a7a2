import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from '../../../kubernetes/index.ts'
import { renderFleet } from '../../kubernetes/testing/render.ts'
import { trialOf } from './trial.ts'

const chat = { name: 'chat', engine: 'simulated', replicas: 2 }
const rendered = (...models: readonly object[]): readonly KubernetesObject[] => renderFleet({ models }).objects

const titles = (objects: readonly KubernetesObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
const find = (objects: readonly KubernetesObject[], kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name)

const command = (object: unknown) =>
  (object as { spec: { template: { spec: { containers: { command: string[] }[] } } } }).spec.template.spec.containers[0]
    ?.command
const withTemplate = (template: string) => rendered({ ...chat, engine: 'vllm', source: 'hf://a/b', chat: { template } })

// proves B7 (simulated)
describe('a trial', () => {
  const before = rendered(chat, { ...chat, name: 'other' })
  const after = rendered(
    { ...chat, simulated: { ttft: '1s' } },
    { ...chat, name: 'other', replicas: 3 },
    { ...chat, name: 'new' },
  )
  const { models, objects } = trialOf(before, after, 1)
  const stable = find(after, 'Deployment', 'lab-chat')

  it('is of the models whose pods change, and of nothing else', () => {
    expect(models).toEqual([{ label: 'chat', deployment: 'lab-chat-canary', service: 'lab-chat-canary' }])
    expect(titles(objects).filter((title) => !title.includes('NetworkPolicy'))).toEqual([
      'Service lab-chat-canary',
      'Deployment lab-chat-canary',
    ])
  })

  it('has pods as they will be, which nothing of the others matches', () => {
    const canary = find(objects, 'Deployment', 'lab-chat-canary') as unknown as Record<string, never>
    expect(canary).toMatchObject({
      spec: {
        replicas: 1,
        selector: { matchLabels: { 'fairlead.dev/model': 'chat', 'fairlead.dev/role': 'canary' } },
        template: { metadata: { labels: { 'fairlead.dev/role': 'canary', 'fairlead.dev/variant': 'canary' } } },
      },
    })
    expect(stable).toMatchObject({ spec: { selector: { matchLabels: { 'fairlead.dev/role': 'both' } } } })
    expect(command(canary)).toEqual(command(stable))
    expect(command(canary)).not.toEqual(command(find(before, 'Deployment', 'lab-chat')))
  })

  it('gets no requests until its share is raised', () => {
    expect(find(objects, 'Service', 'lab-chat-canary')).toMatchObject({
      metadata: { labels: { 'fairlead.dev/canary-of': 'lab-chat', 'fairlead.dev/canary-share': '0' } },
      spec: { selector: { 'fairlead.dev/role': 'canary' } },
    })
  })

  it('has files of its own where they change, since pods that serve read the others', () => {
    const trial = trialOf(withTemplate('{{ one }}'), withTemplate('{{ two }}'), 1)
    expect(titles(trial.objects)).toContain('ConfigMap lab-templates-canary')
    expect(JSON.stringify(find(trial.objects, 'Deployment', 'lab-chat-canary'))).toContain('"lab-templates-canary"')
  })

  it.each<[string, readonly object[], readonly object[], RegExp]>([
    ['nothing changes', [chat], [chat], /nothing to try/],
    ['only the number of replicas does', [chat], [{ ...chat, replicas: 5 }], /nothing to try/],
    [
      'the name of a canary is taken',
      [chat, { ...chat, name: 'chat-canary' }],
      [
        { ...chat, simulated: { ttft: '1s' } },
        { ...chat, name: 'chat-canary' },
      ],
      /another model’s/,
    ],
  ])('is refused where %s', (_title, was, is, what) => {
    expect(() => trialOf(rendered(...was), rendered(...is), 1)).toThrow(what)
  })
})
