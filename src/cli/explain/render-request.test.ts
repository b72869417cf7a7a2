import { expect, it } from 'vitest'
import { createPaint } from '../console/index.ts'
import { renderRequest } from './render-request.ts'

it('a path of a client that has commands for a terminal is shown without them', () => {
  const request = {
    requestId: 'one',
    endedAt: '2026-11-23T16:07:05.865Z',
    method: 'GET',
    path: '/v1/\u009b31m\u001b[2J\u202e',
    status: 404,
    reason: 'bad_request',
    model: 'unknown',
    replica: '',
    client: '',
    attempts: 0,
    durationMs: 0,
    bytesIn: 0,
    bytesOut: 0,
  }
  const [, asked] = renderRequest(request, { columns: 80, paint: createPaint(false) })
  expect(asked).toMatch(/^ +Asked +GET \/v1\/\?31m\?\[2J\?$/)
})
