import { generate } from 'selfsigned';

/** A key created for one run, and its certificate, both in PEM. */
export interface SigningKey {
  readonly privateKey: string;
  readonly certificate: string;
}

/** @param commonName the subject of the certificate */
export async function makeSigningKey(commonName: string): Promise<SigningKey> {
  const made = await generate([{ name: 'commonName', value: commonName }], { algorithm: 'sha256' });
  return { privateKey: made.private, certificate: made.cert };
}
