import { generate } from 'selfsigned';

/** A key made for one run, and a certificate for it, both in PEM. */
export interface SigningKey {
  readonly privateKey: string;
  readonly certificate: string;
}

/** @param commonName whose key it is, as its certificate says */
export async function makeSigningKey(commonName: string): Promise<SigningKey> {
  const made = await generate([{ name: 'commonName', value: commonName }], { algorithm: 'sha256' });
  return { privateKey: made.private, certificate: made.cert };
}
