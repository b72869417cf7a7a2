/** The ways of handing KV blocks over: one small file each. A new one is a file and a line here. */
import { bootstrap } from './bootstrap.ts'
import type { Connector, Transfer } from './contract.ts'
import { lmcache } from './lmcache.ts'
import { mooncake } from './mooncake.ts'
import { nixlPush } from './nixl-push.ts'
import { nixl } from './nixl.ts'
import { sharedStorage } from './shared-storage.ts'

/** By the name that the Fleet gives them (`routing.disaggregation.transfer`). */
export const connectors: Readonly<Record<Transfer, Connector>> = {
  nixl,
  nixlPush,
  lmcache,
  sharedStorage,
  mooncake,
  bootstrap,
}
