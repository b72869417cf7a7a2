/**
 * A thread that serves clients. Everything that it knows it was told by the control thread (`threads/messages.ts`); it
 * has sockets of its own, writes its own row of the shared counts, and loads nothing that only the control thread needs.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { cellsAt, createLogger, createSeriesTable, SharedCells } from '../observe/contract.ts'
import { collectStart } from './control/after-start.ts'
import { drainServers } from './control/drain.ts'
import { openListener } from './control/open-listener.ts'
import { accessLogOf, settingsOf } from './control/plane-settings.ts'
import { ActiveExchanges } from './data-plane/active-exchanges.ts'
import type { DataPlane } from './data-plane/data-plane.ts'
import { DeadlineWheel } from './data-plane/deadline-wheel.ts'
import { createIngress } from './data-plane/ingress.ts'
import { ModelCatalogue } from './data-plane/model-catalogue.ts'
import { RecentRequests } from './data-plane/recent-requests.ts'
import { RouteTable } from './data-plane/route.ts'
import { sharing, SentRequests } from './data-plane/sent-requests.ts'
import { ExactReaders } from './exact/exact-readers.ts'
import { engineRoutes } from './routes/engine-routes.ts'
import { clientRoutes } from './routes/local-routes.ts'
import { balanceConnections } from './threads/balance.ts'
import { CountMemory } from './threads/count-memory.ts'
import type { FromWorker, Snapshot, ToWorker, WorkerData } from './threads/messages.ts'
import { ModelCells } from './threads/model-places.ts'
import { PostedLines } from './threads/posted-lines.ts'
import { RemoteMetrics } from './threads/remote-metrics.ts'
import { RemoteRooms } from './threads/remote-rooms.ts'
import { ReplicaBoard } from './threads/replica-board.ts'
import { ReplicaSet } from './threads/replica-set.ts'
import { fromServingData } from './threads/serving-data.ts'

if (parentPort === null) throw new Error('a worker of the gateway runs in a thread that the gateway starts')
const port = parentPort
const data = workerData as WorkerData
const post = (message: FromWorker): void => port.postMessage(message)

const { row, rows, workers } = data
const lines = new PostedLines((text) => post({ type: 'log', text }))
const logger = createLogger({ ...data.log, destination: lines })
const cells = new SharedCells()
const series = createSeriesTable((name, labels, length) => {
  const place = { ...cells.allocate(length), name, labels }
  post({ type: 'series', place })
  return cellsAt(place)
})
sharing.secret = data.promptSecret
sharing.sent = new SentRequests(rows, row, data.sent)
const { serving } = data.snapshot
if (serving === null) throw new Error('the first snapshot of a worker is whole')
let config = fromServingData(serving, workers)
let { places } = serving
const models = new ModelCells(data.models)
const rooms = new RemoteRooms(post)
const placeOf = (model: string) => places.get(model) ?? null
const catalogue = new ModelCatalogue(config.fleet, series, {
  roomFor: (model) => rooms.create(model, models.figuresAt(placeOf(model.name))),
  sizesOf: (model) => models.sizesAt(placeOf(model)),
})
const tooLarge = series.counter('fairlead_gateway_body_too_large_total', {})
const plane: DataPlane = {
  catalogue,
  wheel: new DeadlineWheel(),
  settings: settingsOf(config),
  accessLog: accessLogOf(config, logger),
  recent: new RecentRequests(),
  exchanges: new ActiveExchanges(),
  isDraining: false,
  onBodyTooLarge: () => tooLarge.add(1),
  onFault: (error, requestId) => logger.error({ err: error, requestId }, 'a request failed inside the gateway'),
}
const counts = new CountMemory(rows, data.counts)
const board = new ReplicaBoard(data.board)
const replicas = new ReplicaSet({ row, counts, board, cells, series, post })
replicas.apply(data.snapshot.replicas, catalogue)
const readers = new ExactReaders(catalogue, logger)
if (data.snapshot.exact !== null) void readers.apply(data.snapshot.exact)

const metrics = new RemoteMetrics(data.metricsContentType, (id) => post({ type: 'scrape', id }))
const routes = new RouteTable([
  ...engineRoutes,
  ...clientRoutes({
    fleetName: data.fleetName,
    version: data.version,
    catalogue,
    metrics,
    replicas: () => replicas.handles,
    isDraining: () => plane.isDraining,
    // The thread that probes tells it on the admin address, which pods are asked at.
    isLooking: () => false,
    startedAt: new Date(data.startedAt),
    isAdminKeyed: data.isAdminKeyed,
  }),
])
const server = createIngress({ plane, routes, isForClients: true })
const balance = balanceConnections(server, plane.exchanges, (count) => post({ type: 'connections', count }))

/** New requests get what it says; those under way keep what they began with. */
function apply(snapshot: Snapshot): void {
  if (snapshot.serving !== null) {
    config = fromServingData(snapshot.serving, workers)
    ;({ places } = snapshot.serving)
    plane.settings = settingsOf(config)
    plane.accessLog = accessLogOf(config, logger)
    catalogue.replace(config.fleet)
  }
  replicas.apply(snapshot.replicas, catalogue)
  if (snapshot.exact !== null) void readers.apply(snapshot.exact)
  post({ type: 'acknowledged', version: snapshot.version })
}

/** Lets go of everything, upon which the thread ends by itself; ended by force, its sockets would be half closed. */
function end(): void {
  plane.isDraining = true
  for (const exchange of plane.exchanges) exchange.abandon()
  server.close()
  server.closeAllConnections()
  replicas.destroy()
  lines.flush()
  port.unref()
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'snapshot') apply(message.snapshot)
  else if (message.type === 'scraped') metrics.answer(message.id, message.text)
  else if (message.type === 'turn' || message.type === 'queueRefused') rooms.take(message)
  else if (message.type === 'shed') balance.shed(message.connections)
  else if (message.type === 'find') {
    post({ type: 'found', id: message.id, requests: plane.recent.find(message.requestId) })
  } else if (message.type === 'close') end()
  else {
    plane.isDraining = true
    void drainServers([server], plane.exchanges, message.times).then(end)
  }
})

try {
  const address = await openListener(
    server,
    data.listen,
    { field: 'gateway.listen', option: '--port' },
    { isShared: true },
  )
  collectStart()
  post({ type: 'listening', address })
} catch (error) {
  post({ type: 'failed', detail: String(error) })
  process.exit(1)
}
