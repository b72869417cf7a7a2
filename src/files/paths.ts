import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** Environment variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A base folder of the XDG Base Directory Specification 0.8; relative values are ignored, as it demands. */
function xdgBase(environment: Environment, variable: string, fallback: string): string {
  const value = environment[variable]
  if (value !== undefined && isAbsolute(value)) return value
  return join(environment['HOME'] || homedir(), fallback)
}

/** Where downloads live: `$XDG_CACHE_HOME/fairlead`. */
function cacheFolder(environment: Environment): string {
  return join(xdgBase(environment, 'XDG_CACHE_HOME', '.cache'), 'fairlead')
}

/** Installed engines: `$XDG_CACHE_HOME/fairlead/engines`. */
export function enginesFolder(environment: Environment): string {
  return join(cacheFolder(environment), 'engines')
}

/** The model store: `$XDG_CACHE_HOME/fairlead/models`. */
export function modelsFolder(environment: Environment): string {
  return join(cacheFolder(environment), 'models')
}

/** State of one running Fleet: `$XDG_STATE_HOME/fairlead/<fleet>`, holding `state.json` and `logs/`. */
export function fleetStateFolder(environment: Environment, fleetName: string): string {
  return join(xdgBase(environment, 'XDG_STATE_HOME', join('.local', 'state')), 'fairlead', fleetName)
}
