import { z } from 'zod'
import { bytes, cpus, duration } from './units.ts'
import { list, share, text } from './names.ts'

/** How long each phase of a request may take. */
export const deadlines = z.strictObject({
  connect: duration().prefault('5s').describe('Until a connection to a replica stands.'),
  ttft: duration()
    .prefault('5m')
    .describe(
      'Until the first byte of a streamed answer. Of an answer in one piece another replica is asked where its own has told nothing for as long, to probes neither.',
    ),
  idle: duration().prefault('2m').describe('Between two pieces of a streamed answer.'),
  total: duration().prefault('30m').describe('Until the answer is complete.'),
})

/** What happens when a replica fails before it answers. */
export const retry = z.strictObject({
  attempts: z.int().min(1).max(10).default(3).describe('Tries in all, each on another replica, before the first byte.'),
  statuses: list(z.int().min(429).max(599), 32)
    .default([429, 502, 503, 504])
    .describe('Statuses of an engine that send a request to another replica; broken connections always do.'),
  backoff: duration()
    .prefault('50ms')
    .describe('Longest wait before a replica is asked a second time; doubles with each try, and is drawn at random.'),
  budget: z
    .strictObject({
      share: share().default(0.2).describe('Retries as a share of the requests of the last ten seconds.'),
      perSecond: z.number().min(0).max(1e6).default(10).describe('Retries a second that are allowed beside the share.'),
    })
    .prefault({})
    .describe('How many retries and second tries there may be, so that trouble does not multiply load.'),
  hedgeAfter: duration()
    .optional()
    .describe('Sends a second try after this time without a first byte; never when absent.'),
})

/** Certificate of a listener. */
const tls = z.strictObject({
  certFile: text(4096).describe('Certificate chain (PEM); read again when it changes.'),
  keyFile: text(4096).describe('Its key (PEM).'),
  clientCaFile: text(4096).optional().describe('Authorities that clients’ certificates must come from (PEM).'),
})

/** The process that clients talk to. */
export const gateway = z.strictObject({
  listen: text(253).default('127.0.0.1:8080').describe('Address and port for clients; port 0 takes a free one.'),
  admin: text(253)
    .optional()
    .describe('Address and port for /metrics and administration; loopback, port + 1, when absent.'),
  workers: z
    .int()
    .min(1)
    .max(256)
    .default(1)
    .describe('Threads that serve clients on one port (Linux, FreeBSD); with 2 and more, another one controls them.'),
  bodyLimit: bytes().prefault('32Mi').describe('Largest request body.'),
  headerLimit: bytes().prefault('16Ki').describe('Largest request head.'),
  tls: tls.optional().describe('Serves HTTPS.'),
  deadlines: deadlines.prefault({}).describe('How long each phase of a request may take.'),
  keepAliveAfter: duration()
    .prefault('10s')
    .describe('A stream whose engine is silent for this long gets 200 and a comment line, then more; 0s is never.'),
  retry: retry.prefault({}).describe('What happens when a replica fails before it answers.'),
  health: z
    .strictObject({
      interval: duration().prefault('2s').describe('Between two probes of a replica.'),
      timeout: duration().prefault('2s').describe('Longest wait for a probe’s answer.'),
      unhealthyAfter: z
        .int()
        .min(1)
        .max(100)
        .default(2)
        .describe('Failed probes in a row until a replica gets nothing new.'),
    })
    .prefault({})
    .describe('How the gateway watches replicas.'),
  ejection: z
    .strictObject({
      failures: z.int().min(1).max(1000).default(5).describe('Failed requests in a row that eject a replica.'),
      time: duration()
        .prefault('30s')
        .describe('Until an ejected replica gets a trial request; twice as long each time that it fails again.'),
      maxShare: share().default(0.5).describe('Share of a model’s replicas that may be ejected at once; never all.'),
    })
    .prefault({})
    .describe('When a replica that answers probes but fails requests is set aside.'),
  drain: z
    .strictObject({
      timeout: duration().prefault('30s').describe('Time that open streams get to finish when the gateway stops.'),
      settle: duration()
        .prefault('1s')
        .describe(
          'Time, out of `timeout`, in which it still accepts while /readyz says 503, so that load balancers turn away.',
        ),
    })
    .prefault({})
    .describe('How the gateway stops.'),
  cors: z
    .strictObject({
      origins: list(text(2048), 256).default([]).describe('Origins that browsers may call from.'),
    })
    .prefault({})
    .describe('Which web pages may call.'),
  passUnknownPaths: z
    .boolean()
    .default(false)
    .describe('Whether paths below /v1 that the gateway does not know go to the engine, for GET, POST and DELETE.'),
  trustedProxies: list(text(64), 64).default([]).describe('Addresses or networks whose X-Forwarded-For is believed.'),
  proxyProtocol: z.boolean().default(false).describe('Whether connections begin with a PROXY protocol header.'),
  replicas: z.int().min(1).max(100).default(1).describe('Copies of the gateway, where the target runs several.'),
  resources: z
    .strictObject({
      cpu: cpus().optional().describe('CPU cores that are reserved.'),
      cpuLimit: cpus().optional().describe('CPU cores at the most.'),
      memory: bytes().optional().describe('Memory limit.'),
      memoryRequest: bytes().optional().describe('Memory that is reserved; as much as `memory` when absent.'),
    })
    .prefault({})
    .describe('What a gateway asks of its host.'),
})
