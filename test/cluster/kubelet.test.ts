import { get } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kubernetes/index.ts'
import { until } from '../harness/until.ts'
import { useRunningCluster } from './harness/cluster/use-running-cluster.ts'

const cluster = useRunningCluster({ nodes: [{ name: 'gpu-0', gpus: 2 }, { name: 'cpu-0' }] })
const withinMs = 90_000
const image = 'tools.test/tools:1'

/** A Pod of one container that runs a shell script, or whatever it says beside. */
const pod = (name: string, script: string, container: object = {}, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 5,
    containers: [{ name: 'main', image, command: ['sh', '-c', script], ...container }],
    ...spec,
  },
})

const pods = '/api/v1/namespaces/default/pods'

async function create(path: string, body: object): Promise<void> {
  const answer = await cluster().client.post(path, body)
  expect([answer.status, answer.body.message]).toEqual([201, undefined])
}

async function readPod(name: string): Promise<Pod> {
  const { body } = await cluster().client.get(`${pods}/${name}`)
  return body as unknown as Pod
}

const mainOf = ({ status }: Pod) => status?.containerStatuses?.[0]

async function podThat(name: string, isSo: (pod: Pod) => boolean): Promise<Pod> {
  let last = await readPod(name)
  await until(
    async () => {
      last = await readPod(name)
      return isSo(last)
    },
    () => `${name}: ${JSON.stringify(last.status, null, 1)}\n${cluster().log()}`,
    withinMs,
  )
  return last
}

/** Polls until a text is there that contains all of `parts`. */
async function textThat(read: () => Promise<string>, ...parts: readonly string[]): Promise<string> {
  let last = ''
  await until(
    async () => {
      last = await read().catch((error: Error) => error.message)
      return parts.every((part) => last.includes(part))
    },
    () => `without ${parts.join(', ')}: ${last}`,
    withinMs,
  )
  return last
}

/** Asks over a connection of its own, as the first question of a client does. */
function askAnew(at: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const asked = get(`http://${at}/`, { agent: false }, (answer) => {
    let text = ''
    answer.on('data', (piece) => (text += piece)).on('end', () => resolve(text))
  })
  asked.on('error', () => resolve('nobody answers'))
  return promise
}

const httpServer = (answer: string) =>
  `exec node -e "require('http').createServer((q, a) => a.end(${answer})).listen(8000)"`
const http = { ports: [{ name: 'http', containerPort: 8000 }] }
const httpProbe = { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 }

const logs = (name: string, ...more: readonly string[]) => cluster().kubectl('logs', name, ...more)

describe('a Pod as processes', () => {
  it('runs its command with its arguments and variables, at an address of its own', async () => {
    await create(
      pods,
      pod('words', 'echo "$0 $1 $GREETING $NAME $ADDRESS"; id -u; hostname; exec sleep 1000', {
        args: ['one', '$(NAME)'],
        env: [
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'ADDRESS', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          { name: 'GREETING', value: 'hello-$(NAME)' },
        ],
      }),
    )
    const running = await podThat('words', ({ status }) => status?.phase === 'Running')
    const address = running.status?.podIP ?? ''
    expect(address).toMatch(/^10\.244\./)
    const text = await textThat(() => logs('words'), 'words\n')
    expect(text.trim().split('\n')).toEqual([`one words hello-words words ${address}`, '0', 'words'])
  })

  it('is on the node that has what it asks for, and no node has more GPUs than it has', async () => {
    const gpus = { resources: { limits: { 'nvidia.com/gpu': 2 } } }
    await create(pods, pod('both-gpus', 'echo $NVIDIA_VISIBLE_DEVICES; exec sleep 1000', gpus))
    await podThat('both-gpus', ({ status }) => status?.phase === 'Running')
    await textThat(() => logs('both-gpus'), 'GPU-gpu-0-0,GPU-gpu-0-1')
    await create(pods, pod('third-gpu', 'true', { resources: { limits: { 'nvidia.com/gpu': 1 } } }))
    const waiting = await podThat('third-gpu', ({ status }) => status?.conditions?.[0]?.reason === 'Unschedulable')
    expect(waiting.status?.conditions?.[0]?.message).toContain('Insufficient nvidia.com/gpu')
    // A Pod that somebody binds past the scheduler is refused by the node.
    const bound = pod('bound', 'true', { resources: { limits: { 'nvidia.com/gpu': 1 } } }, { nodeName: 'gpu-0' })
    await create(pods, bound)
    expect((await podThat('bound', ({ status }) => status?.phase === 'Failed')).status?.reason).toBe(
      'OutOfnvidia.com/gpu',
    )
    await cluster().kubectl('delete', 'pod', 'both-gpus', 'bound')
    await podThat(
      'third-gpu',
      ({ status }) =>
        status?.conditions?.some(({ type, status }) => type === 'PodScheduled' && status === 'True') ?? false,
    )
  })

  it('reads ConfigMaps and Secrets as files and variables, sees new content, and waits for what is not there', async () => {
    await create('/api/v1/namespaces/default/configmaps', {
      metadata: { name: 'settings' },
      data: { 'a.txt': 'first', b: 'bee' },
    })
    await create(
      pods,
      pod(
        'reader',
        'echo "$SETTINGS_b $TOKEN $(cat /etc/secret/token)"; while :; do cat /etc/settings/a.txt; echo; sleep 0.2; done',
        {
          envFrom: [{ prefix: 'SETTINGS_', configMapRef: { name: 'settings' } }],
          env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'late', key: 'token' } } }],
          volumeMounts: [
            { name: 'settings', mountPath: '/etc/settings', readOnly: true },
            { name: 'secret', mountPath: '/etc/secret' },
          ],
        },
        {
          volumes: [
            { name: 'settings', configMap: { name: 'settings' } },
            { name: 'secret', secret: { secretName: 'late', optional: true } },
          ],
        },
      ),
    )
    const waiting = await podThat(
      'reader',
      (each) => mainOf(each)?.state?.waiting?.reason === 'CreateContainerConfigError',
    )
    expect(mainOf(waiting)?.state?.waiting?.message).toBe('secret "late" not found')
    await create('/api/v1/namespaces/default/secrets', { metadata: { name: 'late' }, stringData: { token: 'hush' } })
    await textThat(() => logs('reader'), 'bee hush hush', 'first')
    await cluster().client.merge('/api/v1/namespaces/default/configmaps/settings', { data: { 'a.txt': 'second' } })
    await textThat(() => logs('reader'), 'second')
  })

  it('shares volumes between its containers and keeps those of the node and of claims', async () => {
    await create('/api/v1/persistentvolumes', {
      metadata: { name: 'disk' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/volumes/disk' },
        storageClassName: 'static',
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['cpu-0'] }] },
            ],
          },
        },
      },
    })
    await create('/api/v1/namespaces/default/persistentvolumeclaims', {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'static', resources: { requests: { storage: '1Gi' } } },
    })
    const shared = { name: 'shared', mountPath: '/shared' }
    await create(
      pods,
      pod(
        'volumes',
        'cat /shared/one /data/kept; touch /bin/x 2>&1 | head -c 40; exec sleep 1000',
        {
          volumeMounts: [shared, { name: 'data', mountPath: '/data' }],
          securityContext: { readOnlyRootFilesystem: true },
        },
        {
          initContainers: [
            {
              name: 'first',
              image,
              command: ['sh', '-c', 'echo one > /shared/one; echo kept > /data/kept'],
              volumeMounts: [shared, { name: 'data', mountPath: '/data' }],
            },
          ],
          volumes: [
            { name: 'shared', emptyDir: { medium: 'Memory' } },
            { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
          ],
        },
      ),
    )
    const running = await podThat('volumes', ({ status }) => status?.phase === 'Running')
    expect(running.status?.initContainerStatuses?.[0]?.state?.terminated?.reason).toBe('Completed')
    await textThat(() => logs('volumes'), 'one\nkept\n', 'cannot touch')
  })

  it('asks the API server as its service account, inside the cluster', async () => {
    const ask = `const token = fs.readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/token', 'utf8')
      const ca = fs.readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt')
      https.get({ host: 'kubernetes.default.svc', path: '/api/v1/namespaces/default/pods', ca, headers: { authorization: 'Bearer ' + token } },
        (answer) => answer.on('data', (text) => console.log(answer.statusCode, String(text))))`
    await create(pods, pod('asker', '', { command: ['node', '-e', ask] }, { restartPolicy: 'Never' }))
    const text = await textThat(() => logs('asker'), '403')
    expect(text).toContain('system:serviceaccount:default:default')
    await podThat('asker', ({ status }) => status?.phase === 'Succeeded')
  })
})

describe('the life of a container', () => {
  it('is ready once its probes say so, leaves its Service when they do not, and is restarted', async () => {
    const script = httpServer("require('fs').existsSync('/tmp/broken') ? (a.statusCode = 500, '') : 'well'")
    await create(
      pods,
      pod('probed', script, {
        ...http,
        startupProbe: httpProbe,
        readinessProbe: httpProbe,
        livenessProbe: { ...httpProbe, failureThreshold: 4, initialDelaySeconds: 1 },
      }),
    )
    await create('/api/v1/namespaces/default/services', {
      metadata: { name: 'probed' },
      spec: { selector: { app: 'probed' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    })
    await podThat('probed', (each) => mainOf(each)?.ready === true)
    const at = await cluster().forward('probed.default.svc', 80)
    await textThat(() => askAnew(at), 'well')
    await cluster().order('execute', 'default', 'probed', 'main', ['touch', '/tmp/broken'])
    await podThat('probed', (each) => mainOf(each)?.ready === false)
    await textThat(() => askAnew(at), 'nobody answers')
    const again = await podThat('probed', (each) => mainOf(each)?.restartCount === 1 && mainOf(each)?.ready === true)
    expect(mainOf(again)?.lastState?.terminated).toBeDefined()
    const events = await cluster().kubectl('get', 'events', '-o', 'jsonpath={.items[*].message}')
    expect(events).toContain('Liveness probe failed: HTTP probe failed with statuscode: 500')
  })

  it('waits longer and longer after crashes, and keeps the log of the one before', async () => {
    await create(pods, pod('crashing', 'echo "start at $(date +%s)"; exit 3'))
    const looping = await podThat(
      'crashing',
      (each) => mainOf(each)?.state?.waiting?.reason === 'CrashLoopBackOff' && (mainOf(each)?.restartCount ?? 0) >= 2,
    )
    expect(mainOf(looping)?.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' })
    expect(await logs('crashing', '--previous')).toContain('start at')
    await cluster().kubectl('delete', 'pod', 'crashing')
  })

  it('tells an end for want of memory, and a pull that fails', async () => {
    await create(pods, pod('hungry', 'exec sleep 1000'))
    await podThat('hungry', (each) => mainOf(each)?.ready === true)
    await cluster().order('runOutOfMemory', 'default', 'hungry', 'main')
    const ended = await podThat('hungry', (each) => mainOf(each)?.lastState?.terminated !== undefined)
    expect(mainOf(ended)?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
    await cluster().order('failPulls', 'tools:2', '401 Unauthorized')
    await create(pods, pod('locked-out', 'true', { image: 'tools.test/tools:2' }))
    const out = await podThat('locked-out', (each) => mainOf(each)?.state?.waiting?.reason === 'ImagePullBackOff')
    expect(mainOf(out)?.state?.waiting?.message).toContain('401 Unauthorized')
    await cluster().order('failPulls', 'tools:2')
    await podThat('locked-out', (each) => mainOf(each)?.state?.waiting === undefined)
    await cluster().kubectl('delete', 'pod', 'hungry', 'locked-out')
  })

  it('gets SIGTERM after preStop and time to end, and SIGKILL when that is over', async () => {
    const trap = `trap 'echo asked; sleep 1; echo left; exit 0' TERM; echo up; while :; do sleep 0.1; done`
    const preStop = { exec: { command: ['sh', '-c', 'echo before >> /proc/1/fd/1'] } }
    await create(pods, pod('polite', trap, { lifecycle: { preStop } }))
    await create(
      pods,
      pod('stubborn', `trap '' TERM; echo up; while :; do sleep 0.1; done`, {}, { terminationGracePeriodSeconds: 2 }),
    )
    await textThat(() => logs('polite'), 'up')
    await textThat(() => logs('stubborn'), 'up')
    const heard = cluster().kubectl('logs', '--follow', 'polite')
    const startedAt = performance.now()
    await cluster().kubectl('delete', 'pod', 'polite', 'stubborn')
    expect(performance.now() - startedAt).toBeGreaterThan(1_900)
    expect((await heard).trim().split('\n')).toEqual(['up', 'before', 'asked', 'left'])
  })
})

const deployment = (version: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'main',
            image,
            command: ['sh', '-c', httpServer(`'${version}'`)],
            ...http,
            readinessProbe: httpProbe,
          },
        ],
      },
    },
  },
})
const deployments = '/apis/apps/v1/namespaces/default/deployments'

describe('what controllers make of Pods', () => {
  it('a Deployment becomes ready, its Service has its addresses by name, and an update replaces Pod after Pod', async () => {
    await create('/api/v1/namespaces/default/services', {
      metadata: { name: 'web' },
      spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ name: 'http', port: 8000, targetPort: 'http' }] },
    })
    await create(deployments, deployment('one'))
    await cluster().kubectl('rollout', 'status', 'deployment/web', '--timeout=120s')
    const look = `setTimeout(() => {}, 600000); setInterval(() => dns.lookup('web', { all: true }, (error, all) => console.log(error?.code ?? all.length)), 200)`
    await create(pods, pod('looker', '', { command: ['node', '-e', look] }))
    await textThat(() => logs('looker'), '2\n')
    const slices = await cluster().kubectl(
      'get',
      'endpointslices',
      '-l',
      'kubernetes.io/service-name=web',
      '-o',
      'jsonpath={.items[*].endpoints[*].addresses}',
    )
    expect(slices.match(/10\.244\./g)).toHaveLength(2)
    await cluster().client.apply(`${deployments}/web?fieldManager=test&force=true`, deployment('two'))
    await cluster().kubectl('rollout', 'status', 'deployment/web', '--timeout=120s')
    const at = await cluster().forward('web.default.svc', 8000)
    expect(await askAnew(at)).toBe('two')
    await cluster().kubectl('scale', 'deployment/web', '--replicas=0')
    await textThat(() => logs('looker', '--tail=1'), 'ENOTFOUND')
  })

  it('a Job tries again until it has succeeded', async () => {
    await create('/apis/batch/v1/namespaces/default/jobs', {
      metadata: { name: 'job' },
      spec: {
        template: {
          spec: {
            restartPolicy: 'OnFailure',
            containers: [
              {
                name: 'main',
                image,
                command: ['sh', '-c', 'test -e /tries/1 && exit 0; touch /tries/1; exit 1'],
                volumeMounts: [{ name: 'tries', mountPath: '/tries' }],
              },
            ],
            volumes: [{ name: 'tries', emptyDir: {} }],
          },
        },
      },
    })
    const told = await cluster().kubectl('wait', '--for=condition=complete', 'job/job', '--timeout=120s')
    expect(told).toContain('condition met')
  })

  it('a node that loses its power loses its Pods to another one', async () => {
    await cluster().kubectl('scale', 'deployment/web', '--replicas=2')
    await cluster().kubectl('rollout', 'status', 'deployment/web', '--timeout=120s')
    await cluster().order('powerOff', 'cpu-0')
    await textThat(() => cluster().kubectl('get', 'node', 'cpu-0'), 'NotReady')
    const placed = () =>
      cluster().kubectl(
        'get',
        'pods',
        '-l',
        'app=web',
        '--field-selector=spec.nodeName=gpu-0',
        '-o',
        'jsonpath={.items[*].status.containerStatuses[*].ready}',
      )
    expect(await textThat(placed, 'true true')).toBe('true true')
  })
})
