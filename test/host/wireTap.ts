import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Secret } from './storedBytes/secretForms.js';

const CHANNEL = 'http.server.request.start';
const FORM_FIELDS =
  /(?:^|[?&\s])(code|code_verifier|refresh_token|client_secret|client_assertion)=([^&\s#]+)/g;
const JSON_FIELDS =
  /"(access_token|refresh_token|id_token|client_secret|registration_access_token)"\s*:\s*"([^"]+)"/g;
const BEARER = /^(?:Bearer|DPoP) (\S+)$/i;

/**
 * Records the traffic of the HTTP servers in this process and collects every secret in it, so that a scan
 * looks for the actual values.
 */
export class WireTap {
  private readonly values = new Map<string, string>();
  private readonly onRequest = (message: unknown) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    this.overhear(request, response);
  };

  /** @param onSecret receives each value at its first occurrence */
  constructor(private readonly onSecret: (secret: Secret) => void = () => undefined) {
    subscribe(CHANNEL, this.onRequest);
  }

  /** Each value once, named after its field. */
  get secrets(): readonly Secret[] {
    return [...this.values].map(([value, name]) => ({ name, value }));
  }

  close(): void {
    unsubscribe(CHANNEL, this.onRequest);
  }

  private overhear(request: IncomingMessage, response: ServerResponse): void {
    const bearer = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) this.keep('bearer', bearer);
    this.keepFrom(request.url ?? '');
    // A data listener would start the stream before its reader is attached, so the bytes are read at their
    // source.
    const body: Buffer[] = [];
    const push = request.push.bind(request);
    request.push = (chunk: Buffer | null, ...rest: []) => {
      if (chunk === null) this.keepFrom(Buffer.concat(body).toString('utf8'));
      else body.push(chunk);
      return push(chunk, ...rest);
    };
    const answer: Buffer[] = [];
    const keep = (chunk: unknown) => {
      if (typeof chunk === 'string') answer.push(Buffer.from(chunk));
      else if (chunk instanceof Uint8Array) answer.push(Buffer.from(chunk));
    };
    for (const method of ['write', 'end'] as const) {
      const original = response[method].bind(response) as (...args: unknown[]) => never;
      response[method] = (...args: unknown[]): never => {
        keep(args[0]);
        return original(...args);
      };
    }
    response.once('close', () => {
      this.keepFrom(String(response.getHeader('location') ?? ''));
      this.keepFrom(Buffer.concat(answer).toString('utf8'));
    });
  }

  private keepFrom(text: string): void {
    for (const [, name = '', value = ''] of text.matchAll(FORM_FIELDS))
      this.keep(name, decodeURIComponent(value));
    for (const [, name = '', value = ''] of text.matchAll(JSON_FIELDS)) this.keep(name, value);
  }

  private keep(name: string, value: string): void {
    if (this.values.has(value)) return;
    this.values.set(value, name);
    this.onSecret({ name, value });
  }
}
