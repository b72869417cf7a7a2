import type { Connector, PairFacts } from './contract.ts'

/** 63 bits of the pair's id, as SGLang's routers draw a room: written out, since JSON numbers of JavaScript have 53. */
const roomOf = ({ pairId }: PairFacts): string => (BigInt(`0x${pairId.slice(0, 16)}`) >> 1n).toString()

const meetingOf = (facts: PairFacts) => ({
  fields: {
    bootstrap_host: JSON.stringify(facts.prefillHost.replace(/^\[(.*)\]$/, '$1')),
    bootstrap_port: String(facts.bootstrapPort),
    bootstrap_room: roomOf(facts),
  },
  headers: [],
})

/**
 * SGLang: both legs go at once and meet in a room of the prefill replica's bootstrap server (SGLang,
 * `--disaggregation-bootstrap-port`, 8998 by default).
 */
export const bootstrap: Connector = {
  ownFields: ['bootstrap_host', 'bootstrap_port', 'bootstrap_room', 'kv_transfer_params'],
  paths: new Set(['/v1/chat/completions', '/v1/completions']),
  isConcurrent: true,
  prefill: meetingOf,
  decode: meetingOf,
}
