import { createPrivateKey } from 'node:crypto'

/** A key for tests alone, of a self-signed server on 127.0.0.1. */
const jwk = {
  kty: 'EC',
  crv: 'P-256',
  d: 'WmSibWzX9Mker3mUUWwoEO-b9OHoqrnqitiyUJQuirw',
  x: 'xAanRkGd8mdA2HXwf3PMko4aN3vkgtZ_itKBkVuricQ',
  y: 'EKlOvGr7s5mofHqfX2NP6R3ZRY5RLo6RmXDwwDrGNZQ',
}

/** Of both certificates. */
export const wrongTimeKey = createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' })

/** Valid in the year 2990 only: what a certificate of today is to a clock that is far behind. */
export const certificateOfTheFuture = `-----BEGIN CERTIFICATE-----
MIIBWzCCAQGgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIhgPMjk5MDAxMDEwMDAwMDBaGA8yOTkxMDEwMTAwMDAwMFowFDESMBAGA1UE
AwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExAanRkGd8mdA
2HXwf3PMko4aN3vkgtZ/itKBkVuricQQqU68avuzmah8ep9fY0/pHdlFjlEujpGZ
cPDAOsY1lKNAMD4wDwYDVR0RBAgwBocEfwAAATAMBgNVHRMEBTADAQH/MB0GA1Ud
DgQWBBSJg1M9yXakd/aYnHmooPVrJX1xRjAKBggqhkjOPQQDAgNIADBFAiAr+xT0
PZffZI1Bcs+lSVtx6MpJtRi3F4rZwJu1EYpl/gIhAP1MYbc+cokq/cpscanYyOPz
zACqqWneElY3qmaXs9GM
-----END CERTIFICATE-----
`

/** Valid in the year 2000 only. */
export const certificateOfThePast = `-----BEGIN CERTIFICATE-----
MIIBVjCB/aADAgECAgECMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
dDAeFw0wMDAxMDEwMDAwMDBaFw0wMTAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxv
Y2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMQGp0ZBnfJnQNh18H9z
zJKOGjd75ILWf4rSgZFbq4nEEKlOvGr7s5mofHqfX2NP6R3ZRY5RLo6RmXDwwDrG
NZSjQDA+MA8GA1UdEQQIMAaHBH8AAAEwDAYDVR0TBAUwAwEB/zAdBgNVHQ4EFgQU
iYNTPcl2pHf2mJx5qKD1ayV9cUYwCgYIKoZIzj0EAwIDSAAwRQIgQ9iBvhUf+LpK
jyKFdN09pE4sCtZ17gqBgoqQX5y8JbICIQCOeMJl1K9reXXZqBfWwTdsWC8wsw6u
LrSWdkQI2gUPow==
-----END CERTIFICATE-----
`
