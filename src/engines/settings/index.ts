/**
 * From a Fleet's model to engine settings: what it says itself, its roles and its profile, each with its reason.
 */
export { adapterOf, settingsOf, type ModelPlace, type ModelSettings, type SettingReason } from './model-settings.ts'
export { profiles, type Profile, type ProfileName, type StartingSetting } from './profiles.ts'
export { roles, type Role } from './roles.ts'
export { isStreamed } from './weights.ts'
export type { FlagRow } from './flag-rows.ts'
