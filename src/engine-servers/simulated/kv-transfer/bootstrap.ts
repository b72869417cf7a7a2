import type { Handover } from './contract.ts'

/**
 * SGLang: both legs carry the same room, so that an engine has to know which half it does (`--disaggregation-mode`). They may
 * come in either order; each waits 300 s for the other (`SGLANG_DISAGGREGATION_BOOTSTRAP_TIMEOUT`, `…_WAITING_TIMEOUT`).
 * The prefill is answered when its blocks are gone. The bootstrap server is the engine's own port, in place of
 * `--disaggregation-bootstrap-port`.
 */
export const bootstrap: Handover = {
  leaseMs: 300_000,
  patienceMs: 300_000,
  mayComeFirst: true,
  answersLast: true,
  isAskedFor: false,
  read({ kvMeeting }, role) {
    if (kvMeeting === undefined || role === undefined) return { kind: 'none' }
    const { host, port, room } = kvMeeting
    if (room === undefined) return { kind: 'unusable' }
    const name = String(room)
    if (role === 'prefill') return { kind: 'keep', name }
    if (host === undefined || port === undefined) return { kind: 'unusable' }
    return { kind: 'fetch', from: { engineId: null, name, host, port } }
  },
  answer: () => null,
}
