/** How somebody proves to a registry who they are. */
export type RegistryCredentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** A token that tokens are got with (Docker’s `identitytoken`). */
  | { readonly kind: 'identityToken'; readonly token: string }

/** Logins by the host of their registry. */
export interface RegistryLogins {
  credentialsFor(host: string): Promise<RegistryCredentials | undefined>
  /** The program that keeps them, such as `docker-credential-desktop`; undefined where none is named. */
  helperFor(host: string): string | undefined
}
