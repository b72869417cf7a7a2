import { expect, it } from 'vitest'
import type { AccessRecord } from '../../observe/contract.ts'
import { requestReportSchema } from '../../observe/report/index.ts'
import { RecentRequests } from './recent-requests.ts'

const record = (requestId: string, status: number): AccessRecord => ({
  requestId,
  method: 'POST',
  path: '/v1/chat/completions',
  status,
  reason: '',
  model: 'm',
  replica: 'm-0',
  client: '',
  remoteAddress: '::1',
  attempts: 1,
  durationMs: 1,
  bytesIn: 1,
  bytesOut: 1,
})

it('the last requests are found by their id, the newest first, until others take their place', () => {
  const recent = new RecentRequests(3)
  recent.keep(record('a', 200), 1)
  recent.keep(record('b', 200), 2)
  recent.keep(record('a', 503), 3)
  expect(recent.find('a').map(({ status }) => status)).toEqual([503, 200])
  recent.keep(record('c', 200), 4)
  expect(recent.find('a').map(({ status }) => status)).toEqual([503])
  expect(recent.find('x')).toEqual([])
  expect(JSON.stringify(recent.find('c'))).not.toContain('::1')
  expect(requestReportSchema.parse({ version: 1, requests: recent.find('c') }).requests).toHaveLength(1)
})
